import { unionTables } from "../../../defender/tables.ts";
import { any } from "../../../detect/condition.ts";
import type { Rule } from "../../../detect/rule.ts";
import { hasTunnelToken } from "../tunnel-token.ts";

export const cloudflaredTokenInClear: Rule = {
	id: "cloudflared-token-in-clear",
	title: "Tunnel token in clear text",
	family: "cloudflared",
	severity: "medium",
	set: "recommended",
	attack: ["T1572", "T1090"],
	meaning: "A tunnel token was written out: anyone who holds it can run the tunnel, and the account in it says whose tunnel it is.",
	tables: unionTables,
	when: any(
		hasTunnelToken("ProcessCommandLine"),
		hasTunnelToken("InitiatingProcessCommandLine"),
		hasTunnelToken("RegistryValueData"),
		hasTunnelToken("PreviousRegistryValueData"),
		hasTunnelToken("AdditionalFields"),
	),
	runbook: [
		"Compare the Cloudflare account and tunnel with your own; not yours or not known: treat it as hostile.",
		"Look in DeviceProcessEvents of all devices, last 30 days, for the same account in ProcessCommandLine: one account on several devices is one actor.",
		"If the tunnel is yours, rotate its token: it is in your logs for as long as ProcessCommandLine is kept (often 30 days).",
		"Rotating leaves running connectors connected. Restart cloudflared on every device that DeviceProcessEvents names for that tunnel, last 30 days, or disconnect its connectors in Cloudflare; an intruder's copy stays in until then.",
	],
	falsePositives: ["Your own roll-out by Intune, SCCM or Ansible: approve the account"],
	references: ["https://attack.mitre.org/techniques/T1572/", "https://www.cisa.gov/news-events/cybersecurity-advisories/aa25-071a"],
	examples: {
		match: [
			{
				FileName: "x.exe",
				ProcessCommandLine:
					"x.exe tunnel run -token eyJhIjoiMDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWYiLCJ0IjoiNmYyYjhjMWUtNGQzYS00YjdmLTllMTAtMmE1YzdkOWUxZjMwIiwicyI6IlUxbE9WRWhGVkVsRExVVllRVTFRVEVVdFRrOVVMVUV0VTBWRFVrVlVMVEE9In0=",
			},
			{
				FileName: "cloudflared.exe",
				ProcessCommandLine:
					"cloudflared.exe service install eyJhIjoiMDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWYiLCJ0IjoiNmYyYjhjMWUtNGQzYS00YjdmLTllMTAtMmE1YzdkOWUxZjMwIiwicyI6IlUxbE9WRWhGVkVsRExVVllRVTFRVEVVdFRrOVVMVUV0VTBWRFVrVlVMVEE9In0=",
			},
			{
				RegistryValueName: "ImagePath",
				RegistryValueData:
					'"C:\\ProgramData\\svc.exe" tunnel run --token=eyJhIjoiMDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWYiLCJ0IjoiNmYyYjhjMWUtNGQzYS00YjdmLTllMTAtMmE1YzdkOWUxZjMwIiwicyI6IlUxbE9WRWhGVkVsRExVVllRVTFRVEVVdFRrOVVMVUV0VTBWRFVrVlVMVEE9In0=',
			},
			{
				ActionType: "PowerShellCommand",
				AdditionalFields:
					'{"Command":"$env:TUNNEL_TOKEN=\'eyJhIjoiMDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWYiLCJ0IjoiNmYyYjhjMWUtNGQzYS00YjdmLTllMTAtMmE1YzdkOWUxZjMwIiwicyI6IlUxbE9WRWhGVkVsRExVVllRVTFRVEVVdFRrOVVMVUV0VTBWRFVrVlVMVEE9In0=\'"}',
			},
		],
		ignore: [
			{ FileName: "cloudflared.exe", ProcessCommandLine: "cloudflared.exe tunnel run --token-file C:\\ProgramData\\cloudflared\\token" },
			{ ProcessCommandLine: 'curl.exe -H "Authorization: Bearer eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.c2lnbmF0dXJl"' },
			{ ProcessCommandLine: "x.exe tunnel run --token abc123" },
			{},
		],
	},
};
