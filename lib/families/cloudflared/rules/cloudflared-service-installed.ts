import type { Rule } from "../../../detect/rule.ts";
import { serviceInstalled } from "./conditions.ts";

export const cloudflaredServiceInstalled: Rule = {
	id: "cloudflared-service-installed",
	title: "cloudflared service installed",
	family: "cloudflared",
	severity: "medium",
	set: "recommended",
	attack: ["T1543.003", "T1572"],
	meaning: "Windows reported a new service that is cloudflared: the tunnel starts with the device and runs as SYSTEM.",
	tables: ["DeviceEvents"],
	when: serviceInstalled,
	runbook: [
		'Look in DeviceProcessEvents of this device, 1 h before, for "service install" in ProcessCommandLine: who ran it, with which token?',
		"Compare the Cloudflare account and tunnel with your own; not yours or not known: treat it as hostile.",
	],
	falsePositives: ["Installation by your own IT: approve its account"],
	references: ["https://attack.mitre.org/techniques/T1543/003/", "https://attack.mitre.org/techniques/T1572/"],
	examples: {
		match: [
			{ ActionType: "ServiceInstalled", FileName: "cloudflared.exe", FolderPath: "C:\\Program Files\\cloudflared\\cloudflared.exe" },
			{
				ActionType: "ServiceInstalled",
				FileName: "svc.exe",
				AdditionalFields: '{"ServiceName":"Cloudflared","ServiceAccount":"LocalSystem"}',
			},
			{ ActionType: "ServiceInstalled", FileName: "svc.exe", AdditionalFields: '{"ServiceName":"cloudflared"}' },
			{
				ActionType: "ServiceInstalled",
				FileName: "svc.exe",
				AdditionalFields:
					'{"ServiceName":"a","ServiceImagePath":"C:\\\\ProgramData\\\\svc.exe tunnel run --token-file C:\\\\ProgramData\\\\t"}',
			},
		],
		ignore: [
			{ ActionType: "ServiceInstalled", FileName: "svc.exe", AdditionalFields: '{"ServiceName":"Spooler"}' },
			{ ActionType: "ProcessCreatedUsingWmiQuery", FileName: "cloudflared.exe" },
			{ ActionType: "ServiceInstalled", FileName: "cloudflared2.exe" },
		],
	},
};
