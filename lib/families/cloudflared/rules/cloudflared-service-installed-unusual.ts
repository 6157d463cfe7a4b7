import { all, equals, not } from "../../../detect/condition.ts";
import type { Rule } from "../../../detect/rule.ts";
import { inStandardFolder, serviceInstalled } from "./conditions.ts";

export const cloudflaredServiceInstalledUnusual: Rule = {
	id: "cloudflared-service-installed-unusual",
	title: "cloudflared service installed from an unusual place",
	family: "cloudflared",
	severity: "high",
	set: "recommended",
	attack: ["T1543.003", "T1572"],
	meaning: "A cloudflared service was installed whose program is renamed or lies outside the installer's folders.",
	tables: ["DeviceEvents"],
	when: all(serviceInstalled, not(equals("FolderPath", "")), not(inStandardFolder("FolderPath"))),
	runbook: [
		"Take the file at FolderPath as evidence before anything is removed.",
		"Look in DeviceFileEvents of this device, 7 days before, for that FolderPath: who wrote it, and from which FileOriginUrl.",
		"Look in DeviceLogonEvents of this device, last 7 days, for LogonType RemoteInteractive from RemoteIP 127.0.0.1.",
	],
	falsePositives: ["Package managers and administrators who keep the program elsewhere"],
	references: ["https://attack.mitre.org/techniques/T1543/003/"],
	examples: {
		match: [
			{ ActionType: "ServiceInstalled", FileName: "cloudflared.exe", FolderPath: "C:\\Users\\Public\\cloudflared.exe" },
			{
				ActionType: "ServiceInstalled",
				FileName: "svc.exe",
				FolderPath: "C:\\ProgramData\\svc.exe",
				AdditionalFields: '{"ServiceName":"Cloudflared"}',
			},
			{ ActionType: "ServiceInstalled", FileName: "cloudflared.exe", FolderPath: "C:\\PROGRA~1\\CLOUDF~1\\cloudflared.exe" },
		],
		ignore: [
			{ ActionType: "ServiceInstalled", FileName: "cloudflared.exe", FolderPath: "C:\\Program Files\\cloudflared\\cloudflared.exe" },
			{ ActionType: "ServiceInstalled", FileName: "cloudflared.exe" },
			{ ActionType: "ServiceInstalled", FileName: "svc.exe", FolderPath: "C:\\ProgramData\\svc.exe" },
		],
	},
};
