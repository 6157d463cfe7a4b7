import { all } from "../../../detect/condition.ts";
import type { Rule } from "../../../detect/rule.ts";
import { hasTunnelToken } from "../tunnel-token.ts";
import { scriptRan } from "./conditions.ts";

export const cloudflaredScriptToken: Rule = {
	id: "cloudflared-script-token",
	title: "Script holds a tunnel token",
	family: "cloudflared",
	severity: "high",
	set: "all",
	attack: ["T1059", "T1572"],
	meaning: "A script that ran on this device carries a tunnel token: it sets up a tunnel, and the account in the token says whose.",
	tables: ["DeviceEvents"],
	when: all(scriptRan, hasTunnelToken("AdditionalFields")),
	runbook: [
		"Compare the Cloudflare account and tunnel with your own; not yours or not known: treat it as hostile.",
		"Read the script in AdditionalFields.",
		"Look in DeviceProcessEvents of this device, next 1 h, for tunnel in ProcessCommandLine.",
	],
	falsePositives: ["Roll-out scripts of your own IT: approve their account"],
	references: ["https://attack.mitre.org/techniques/T1059/", "https://attack.mitre.org/techniques/T1572/"],
	examples: {
		match: [
			{
				ActionType: "PowerShellCommand",
				AdditionalFields:
					'{"Command":"$t=\'eyJhIjoiMDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWYiLCJ0IjoiNmYyYjhjMWUtNGQzYS00YjdmLTllMTAtMmE1YzdkOWUxZjMwIiwicyI6IlUxbE9WRWhGVkVsRExVVllRVTFRVEVVdFRrOVVMVUV0VTBWRFVrVlVMVEE9In0=\'"}',
			},
			{
				ActionType: "ScriptContent",
				AdditionalFields:
					'{"ScriptContent":".\\\\a.exe service install eyJhIjoiMDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWYiLCJ0IjoiNmYyYjhjMWUtNGQzYS00YjdmLTllMTAtMmE1YzdkOWUxZjMwIiwicyI6IlUxbE9WRWhGVkVsRExVVllRVTFRVEVVdFRrOVVMVUV0VTBWRFVrVlVMVEE9In0="}',
			},
			{
				ActionType: "PowerShellCommand",
				AdditionalFields:
					'{"Command":"cloudflared tunnel run --token eyJhIjoiMDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWYiLCJ0IjoiNmYyYjhjMWUtNGQzYS00YjdmLTllMTAtMmE1YzdkOWUxZjMwIiwicyI6IlUxbE9WRWhGVkVsRExVVllRVTFRVEVVdFRrOVVMVUV0VTBWRFVrVlVMVEE9In0="}',
			},
		],
		ignore: [
			{
				ActionType: "PowerShellCommand",
				AdditionalFields: '{"Command":"$t=\'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.c2lnbmF0dXJl\'"}',
			},
			{
				ActionType: "DnsQueryResponse",
				AdditionalFields:
					"eyJhIjoiMDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWYiLCJ0IjoiNmYyYjhjMWUtNGQzYS00YjdmLTllMTAtMmE1YzdkOWUxZjMwIiwicyI6IlUxbE9WRWhGVkVsRExVVllRVTFRVEVVdFRrOVVMVUV0VTBWRFVrVlVMVEE9In0=",
			},
			{ ActionType: "PowerShellCommand" },
		],
	},
};
