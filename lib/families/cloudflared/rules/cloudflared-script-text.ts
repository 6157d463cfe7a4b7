import { all } from "../../../detect/condition.ts";
import type { Rule } from "../../../detect/rule.ts";
import { namedCloudflared, scriptRan } from "./conditions.ts";

export const cloudflaredScriptText: Rule = {
	id: "cloudflared-script-text",
	title: "Script speaks of cloudflared",
	family: "cloudflared",
	severity: "low",
	set: "all",
	attack: ["T1059", "T1105"],
	meaning: "A script that ran on this device handles cloudflared. The script's text tells what it does with it.",
	tables: ["DeviceEvents"],
	when: all(scriptRan, namedCloudflared("AdditionalFields")),
	runbook: [
		"Read the script in AdditionalFields.",
		"Look in DeviceProcessEvents of this device, 1 h around, for InitiatingProcessFileName and its parent.",
	],
	falsePositives: ["Scripts of your own IT"],
	references: ["https://attack.mitre.org/techniques/T1059/"],
	examples: {
		match: [
			{ ActionType: "PowerShellCommand", AdditionalFields: '{"Command":"Start-Process cloudflared.exe -ArgumentList tunnel,run"}' },
			{ ActionType: "ScriptContent", AdditionalFields: '{"ScriptContent":"& .\\\\cloudflared-windows-amd64.exe tunnel"}' },
			{ ActionType: "PowerShellCommand", AdditionalFields: '{"Command":"Get-Service Cloudflared"}' },
		],
		ignore: [
			{ ActionType: "DnsQueryResponse", AdditionalFields: '{"DnsQueryString":"cloudflared.example.com"}' },
			{ ActionType: "PowerShellCommand", AdditionalFields: '{"Command":"Get-Service"}' },
			{ ActionType: "PowerShellCommand" },
		],
	},
};
