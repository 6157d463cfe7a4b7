import { all, hasFlag, not } from "../../../detect/condition.ts";
import type { Rule } from "../../../detect/rule.ts";
import { aboutTunnel, accessCommand, remoteAdminTarget } from "./conditions.ts";

export const cloudflaredExposesRemoteAdmin: Rule = {
	id: "cloudflared-exposes-remote-admin",
	title: "Remote administration exposed through a tunnel",
	family: "cloudflared",
	severity: "high",
	set: "recommended",
	attack: ["T1572", "T1021.001", "T1021.002", "T1021.004"],
	meaning:
		"A tunnel was opened straight to RDP, SSH, SMB, VNC or WinRM. Anyone who knows its name can sit down at this device from anywhere.",
	tables: ["DeviceProcessEvents", "DeviceEvents"],
	// The port is looked for anywhere in the command line, not only behind --url: nothing else there ends in :3389.
	when: all(hasFlag("ProcessCommandLine", "url"), aboutTunnel, not(accessCommand), remoteAdminTarget("ProcessCommandLine")),
	runbook: [
		"Isolate the device if nobody answers for AccountName within 30 minutes.",
		"Look in DeviceLogonEvents of this device, last 7 days, for LogonType RemoteInteractive from RemoteIP 127.0.0.1.",
		"Look in DeviceNetworkEvents of this device, last 24 h, for connections to the port in ProcessCommandLine from RemoteIP 127.0.0.1.",
	],
	falsePositives: [
		"Sanctioned remote access: approve its account",
		"The client end (access rdp) where flags stand before its subcommand, or the program's path has blanks and no quotes",
	],
	references: [
		"https://attack.mitre.org/techniques/T1021/001/",
		"https://attack.mitre.org/techniques/T1572/",
		"https://www.intrinsec.com/akira_ransomware/",
	],
	examples: {
		match: [
			{ FileName: "cloudflared.exe", ProcessCommandLine: "cloudflared.exe tunnel --url rdp://localhost:3389" },
			{ FileName: "x.exe", ProcessCommandLine: "x.exe tunnel --url=tcp://127.0.0.1:445" },
			{ FileName: "cloudflared", ProcessCommandLine: "cloudflared --url ssh://localhost" },
			{ FileName: "x.exe", ProcessCommandLine: "x.exe tunnel -url localhost:5985" },
			{ FileName: "x.exe", ProcessCommandLine: '"C:\\Microsoft Access\\x.exe" tunnel --url rdp://localhost:3389' },
			{ FileName: "x.exe", ProcessCommandLine: "x.exe tunnel --url rdp://localhost:3389 --label access" },
			{ FileName: "x.exe", ProcessCommandLine: 'x.exe tunnel --url rdp://localhost:3389 --label "access rdp"' },
			{ FileName: "cloudflared.exe", ProcessCommandLine: "cloudflared.exe --logfile c:\\access.log --url rdp://localhost:3389" },
		],
		ignore: [
			{ FileName: "cloudflared.exe", ProcessCommandLine: "cloudflared.exe tunnel --url http://localhost:8080" },
			{ FileName: "cloudflared.exe", ProcessCommandLine: "cloudflared.exe access rdp --hostname a.example.com --url localhost:3389" },
			{
				FileName: "cloudflared.exe",
				ProcessCommandLine: '"C:\\a b\\cloudflared.exe" access rdp --hostname tunnel.example.com --url rdp://localhost:3389',
			},
			{ FileName: "x.exe", ProcessCommandLine: "C:\\tunnel\\x.exe --url http://localhost:5985" },
			{ FileName: "cloudflared.exe", ProcessCommandLine: "cloudflared.exe tunnel --url http://localhost:2222" },
			{ FileName: "curl.exe", ProcessCommandLine: "curl.exe --url http://localhost:22" },
		],
	},
};
