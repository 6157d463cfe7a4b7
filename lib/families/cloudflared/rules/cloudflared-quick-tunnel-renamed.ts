import { all, firstWords, hasFlag, hasWords, not } from "../../../detect/condition.ts";
import type { Rule } from "../../../detect/rule.ts";
import { accessCommand, buildScript, namedCloudflared, runsNamedTunnel, startsCloudflared } from "./conditions.ts";

export const cloudflaredQuickTunnelRenamed: Rule = {
	id: "cloudflared-quick-tunnel-renamed",
	title: "Quick tunnel by a renamed cloudflared",
	family: "cloudflared",
	severity: "high",
	claims: "renamed",
	set: "recommended",
	attack: ["T1572", "T1090", "T1036.005"],
	meaning:
		"A quick tunnel was opened by a program that does not call itself cloudflared. Developers have no reason to rename it; intruders do.",
	tables: ["DeviceProcessEvents", "DeviceEvents"],
	when: all(
		hasFlag("ProcessCommandLine", "url", "hello-world"),
		hasWords("ProcessCommandLine", "tunnel"),
		not(namedCloudflared("FileName")),
		not(startsCloudflared(firstWords("ProcessCommandLine", "tunnel"))),
		not(runsNamedTunnel),
		not(accessCommand),
		not(buildScript("ProcessCommandLine", "FileName")),
	),
	runbook: [
		"Read the target behind --url in ProcessCommandLine: that service was open to the internet from then on.",
		"Look up SHA256 of the program: is it a build of cloudflared?",
		"Look in DeviceFileEvents of this device, 7 days before, for the FolderPath in this record: who wrote it, and from which FileOriginUrl.",
		"Look in DeviceLogonEvents of this device, last 7 days, for LogonType RemoteInteractive from RemoteIP 127.0.0.1.",
	],
	falsePositives: ["Other tunnel programs with the word tunnel and a flag --url"],
	references: ["https://attack.mitre.org/techniques/T1572/", "https://attack.mitre.org/techniques/T1036/005/"],
	examples: {
		match: [
			{ FileName: "svc.exe", ProcessCommandLine: "svc.exe tunnel --url rdp://localhost:3389" },
			{ FileName: "x.exe", ProcessCommandLine: "x.exe tunnel -url=tcp://localhost:445" },
			{ FileName: "x.exe", ProcessCommandLine: '"C:\\Temp\\x.exe" tunnel --hello-world' },
			{ FileName: "x.exe", ProcessCommandLine: '"C:\\Microsoft Access\\x.exe" tunnel --url rdp://localhost:3389' },
			{ FileName: "x.exe", ProcessCommandLine: "x.exe tunnel --url http://localhost:8080 --label access" },
			{ FileName: "x.exe", ProcessCommandLine: "x.exe tunnel --url http://localhost:8080 --logfile c:\\access.log" },
			{ FileName: "x.exe", ProcessCommandLine: "C:\\run\\x.exe tunnel --url http://localhost:8080" },
			{ FileName: "x.exe", ProcessCommandLine: "x.exe tunnel --url http://localhost:8080 --label cloudflared" },
			{ FileName: "node.exe", ProcessCommandLine: "node.exe tunnel --url http://localhost:8080" },
		],
		ignore: [
			{ FileName: "cloudflared.exe", ProcessCommandLine: "cloudflared.exe tunnel --url http://localhost:8080" },
			{ FileName: "cmd.exe", ProcessCommandLine: "cmd.exe /c cloudflared.exe tunnel --url http://localhost:8080" },
			{ FileName: "docker.exe", ProcessCommandLine: "docker.exe run cloudflare/cloudflared tunnel --url http://web:8080" },
			{ FileName: "x.exe", ProcessCommandLine: "x.exe access tcp --hostname a.example.com --url localhost:9000 --label tunnel" },
			{ FileName: "x.exe", ProcessCommandLine: "x.exe tunnel run --url http://localhost:8080 web" },
			{ FileName: "node.exe", ProcessCommandLine: "node.exe npm-cli.js run tunnel -- --url http://localhost:8080" },
			{ FileName: "x.exe", ProcessCommandLine: "x.exe --url http://localhost:8080" },
			{ FileName: "x.exe", ProcessCommandLine: "x.exe tunnels --url http://localhost:8080" },
		],
	},
};
