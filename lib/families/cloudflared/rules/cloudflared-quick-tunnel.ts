import { all, hasFlag, not } from "../../../detect/condition.ts";
import type { Rule } from "../../../detect/rule.ts";
import { aboutTunnel, accessCommand, buildScript, runsNamedTunnel } from "./conditions.ts";

export const cloudflaredQuickTunnel: Rule = {
	id: "cloudflared-quick-tunnel",
	title: "Quick tunnel",
	family: "cloudflared",
	severity: "medium",
	set: "recommended",
	attack: ["T1572", "T1090"],
	meaning:
		"A quick tunnel was opened: it needs no account, so nobody can tell whose it is, and only the person who started it knows its public name.",
	tables: ["DeviceProcessEvents", "DeviceEvents"],
	when: all(
		hasFlag("ProcessCommandLine", "url", "hello-world"),
		aboutTunnel,
		not(runsNamedTunnel),
		not(accessCommand),
		not(buildScript("ProcessCommandLine", "FileName")),
	),
	runbook: [
		"Read the target behind --url in ProcessCommandLine: that service was open to the internet from then on.",
		"Ask the account in AccountName who started it and why; no good answer: treat it as hostile.",
		"Look in DeviceNetworkEvents of this device, last 24 h, for RemoteUrl api.trycloudflare.com.",
	],
	falsePositives: [
		"Developers who show their work",
		"A named tunnel or the client end with flags between the program and its subcommand: what runs is the same program",
	],
	references: [
		"https://attack.mitre.org/techniques/T1572/",
		"https://www.guidepointsecurity.com/blog/tunnel-vision-cloudflared-abused-in-the-wild/",
	],
	examples: {
		match: [
			{ FileName: "cloudflared.exe", ProcessCommandLine: "cloudflared.exe --url http://localhost:8080" },
			{ FileName: "x.exe", ProcessCommandLine: "x.exe tunnel -url=tcp://localhost:445" },
			{ FileName: "cloudflared", ProcessCommandLine: "cloudflared tunnel --hello-world" },
			{ FileName: "x.exe", ProcessCommandLine: "C:\\run\\x.exe tunnel --url http://localhost:8080" },
			{ FileName: "x.exe", ProcessCommandLine: 'x.exe tunnel --url http://localhost:8080 --label "tunnel run"' },
			{ FileName: "cloudflared.exe", ProcessCommandLine: "cloudflared.exe --url http://localhost:8080 --logfile c:\\access.log" },
		],
		ignore: [
			{ FileName: "cloudflared.exe", ProcessCommandLine: "cloudflared.exe access tcp --hostname a.example.com --url localhost:9000" },
			{ FileName: "cloudflared.exe", ProcessCommandLine: "cloudflared.exe tunnel run --url http://localhost web" },
			{ FileName: "node.exe", ProcessCommandLine: "node.exe npm-cli.js run tunnel -- --url http://localhost:8080" },
			{ FileName: "x.exe", ProcessCommandLine: "C:\\ssh-tunnel\\x.exe --url http://localhost:8080" },
			{ FileName: "curl.exe", ProcessCommandLine: "curl.exe --url https://www.example.com" },
			{ FileName: "x.exe", ProcessCommandLine: "x.exe tunnel --urls list.txt" },
		],
	},
};
