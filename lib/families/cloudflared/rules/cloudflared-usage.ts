import { unionTables } from "../../../defender/tables.ts";
import { any, has, hasAll } from "../../../detect/condition.ts";
import type { Rule } from "../../../detect/rule.ts";

export const cloudflaredUsage: Rule = {
	id: "cloudflared-usage",
	title: "Cloudflared Usage",
	origin: { author: "SecurityAura", source: "https://github.com/SecurityAura/DE-TH-Aura" },
	family: "cloudflared",
	severity: "medium",
	set: "base",
	attack: ["T1572", "T1090"],
	meaning:
		"cloudflared was seen on this device. It opens a tunnel from inside the network to Cloudflare, and the tunnel's owner comes in through it, past the firewall.",
	tables: unionTables,
	// The query as published spells the second column InitiatingProcessFilename. Column names are case-sensitive in
	// Kusto, so it does not run as it stands; this is the corrected name.
	when: any(
		has("FileName", "cloudflared"),
		has("InitiatingProcessFileName", "cloudflared"),
		hasAll("ProcessCommandLine", "tunnel", "run", "--token"),
		hasAll("InitiatingProcessCommandLine", "tunnel", "run", "--token"),
	),
	runbook: [
		"Compare the Cloudflare account and tunnel in ProcessCommandLine with your own; not yours or not known: treat it as hostile.",
		"Ask the account in AccountName (or InitiatingProcessAccountName) who started it and why.",
		"Look in DeviceNetworkEvents of this device, last 24 h, for RemotePort 7844 and for connections from cloudflared to ports 22, 445 and 3389.",
		"Look in DeviceLogonEvents of this device, last 7 days, for LogonType RemoteInteractive from RemoteIP 127.0.0.1.",
	],
	falsePositives: [
		"Tunnels your own administrators run: approve their account",
		"A file that is merely named cloudflared: a log, an icon, a script",
		"Other tools with the words tunnel, run and --token, such as npm run tunnel -- --token",
	],
	references: [
		"https://www.cisa.gov/news-events/cybersecurity-advisories/aa25-071a",
		"https://www.cisa.gov/news-events/cybersecurity-advisories/aa23-061a",
		"https://attack.mitre.org/techniques/T1572/",
	],
	examples: {
		match: [
			{ FileName: "cloudflared.exe", ProcessCommandLine: "cloudflared.exe tunnel --url http://localhost:8080" },
			{ FileName: "my_cloudflared-windows-amd64.exe" },
			{ InitiatingProcessFileName: "CLOUDFLARED.EXE", RemotePort: 7844 },
			{ FileName: "svchost.exe", ProcessCommandLine: "svchost.exe tunnel run --token-file C:\\ProgramData\\x\\token" },
			{ InitiatingProcessCommandLine: "updater --token=abc x-tunnel run" },
		],
		ignore: [
			{ FileName: "cloudflared2.exe", ProcessCommandLine: "cloudflared2.exe version" },
			{ FileName: "libcloudflared.so" },
			{ FileName: "x.exe", ProcessCommandLine: "x.exe tunnel run -token abc" },
			{ FileName: "x.exe", ProcessCommandLine: "x.exe tunnels run --tokens abc" },
			{ FileName: "code.exe", ProcessCommandLine: "code.exe tunnel", InitiatingProcessCommandLine: "launcher run --token abc" },
			{},
		],
	},
};
