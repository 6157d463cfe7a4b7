import { all, hasFlag, not } from "../../../detect/condition.ts";
import type { Rule } from "../../../detect/rule.ts";
import { aboutTunnel, buildScript } from "./conditions.ts";

export const cloudflaredExposesNetwork: Rule = {
	id: "cloudflared-exposes-network",
	title: "Whole network exposed through a tunnel",
	family: "cloudflared",
	severity: "medium",
	set: "recommended",
	attack: ["T1572", "T1090.001"],
	meaning:
		"A tunnel was opened as a proxy. Anyone who comes in through it chooses where to go on from this device: any host and port that it can reach.",
	tables: ["DeviceProcessEvents", "DeviceEvents"],
	when: all(hasFlag("ProcessCommandLine", "bastion", "socks5"), aboutTunnel, not(buildScript("ProcessCommandLine", "FileName"))),
	runbook: [
		"Look up SHA256 of the program: is it a build of cloudflared?",
		"Look in DeviceNetworkEvents of this device, next 24 h, for RemoteIP inside the network by the same InitiatingProcessSHA1.",
		"Ask the account in AccountName who started it and why; no good answer: treat it as hostile.",
	],
	falsePositives: ["Other tunnel programs with the word tunnel and a flag --socks5", "Sanctioned bastions: approve their account"],
	references: ["https://attack.mitre.org/techniques/T1572/", "https://attack.mitre.org/techniques/T1090/001/"],
	examples: {
		match: [
			{ FileName: "x.exe", ProcessCommandLine: "x.exe tunnel --bastion" },
			{ FileName: "x.exe", ProcessCommandLine: "x.exe tunnel -socks5=true run web" },
			{ FileName: "cloudflared", ProcessCommandLine: "cloudflared --socks5" },
		],
		ignore: [
			{ FileName: "curl.exe", ProcessCommandLine: "curl.exe --socks5 localhost:1080 https://www.example.com" },
			{ FileName: "x.exe", ProcessCommandLine: "x.exe tunnel --socks5-hostname localhost:1080" },
			{ FileName: "x.exe", ProcessCommandLine: "C:\\tunnel\\x.exe --bastion a.example.com" },
			{ FileName: "node.exe", ProcessCommandLine: "node.exe npm-cli.js run tunnel -- --bastion a.example.com" },
		],
	},
};
