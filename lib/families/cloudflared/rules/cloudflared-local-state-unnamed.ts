import { all, not, oneOf } from "../../../detect/condition.ts";
import type { Rule } from "../../../detect/rule.ts";
import { knownProcess, namedCloudflared, stateOfTunnel } from "./conditions.ts";

export const cloudflaredLocalStateUnnamed: Rule = {
	id: "cloudflared-local-state-unnamed",
	title: "Tunnel credentials or settings written by another program",
	family: "cloudflared",
	severity: "high",
	set: "all",
	attack: ["T1572", "T1036.005"],
	meaning:
		"Tunnel credentials or settings were written by a program that is neither cloudflared nor an editor: a renamed copy, or a script that prepares one.",
	tables: ["DeviceFileEvents"],
	when: all(
		stateOfTunnel,
		knownProcess,
		not(namedCloudflared("InitiatingProcessFileName")),
		not(
			oneOf("InitiatingProcessFileName", "notepad.exe", "notepad++.exe", "code.exe", "explorer.exe", "vi", "vim", "nano", "emacs", "code"),
		),
	),
	runbook: [
		"Look up InitiatingProcessSHA256: is it a build of cloudflared?",
		"Read the file at FolderPath: which tunnel is it for?",
		"Look in DeviceLogonEvents of this device, last 7 days, for LogonType RemoteInteractive from RemoteIP 127.0.0.1.",
	],
	falsePositives: ["Configuration management that writes the file"],
	references: ["https://attack.mitre.org/techniques/T1572/", "https://attack.mitre.org/techniques/T1036/005/"],
	examples: {
		match: [
			{ FileName: "token", FolderPath: "C:\\ProgramData\\cloudflared\\token", InitiatingProcessFileName: "svc.exe" },
			{ FileName: "cert.pem", FolderPath: "C:\\Users\\ana\\.cloudflared\\cert.pem", InitiatingProcessFileName: "x.exe" },
			{ FileName: "config.yaml", FolderPath: "/root/.cloudflared/config.yaml", InitiatingProcessFileName: "bash" },
		],
		ignore: [
			{ FileName: "token", FolderPath: "C:\\ProgramData\\cloudflared\\token", InitiatingProcessFileName: "cloudflared.exe" },
			{ FileName: "config.yml", FolderPath: "C:\\ProgramData\\cloudflared\\config.yml", InitiatingProcessFileName: "notepad.exe" },
			{ FileName: "config.yml", FolderPath: "C:\\ProgramData\\cloudflared\\config.yml" },
		],
	},
};
