import { all, hasAll } from "../../../detect/condition.ts";
import type { Rule } from "../../../detect/rule.ts";
import { hasTunnelToken } from "../tunnel-token.ts";

export const cloudflaredServiceInstall: Rule = {
	id: "cloudflared-service-install",
	title: "cloudflared service install with a token",
	family: "cloudflared",
	severity: "medium",
	set: "recommended",
	attack: ["T1543.003", "T1572"],
	meaning: "Somebody installed a tunnel as a service and gave its token on the command line: the only event that shows whose tunnel it is.",
	tables: ["DeviceProcessEvents", "DeviceEvents"],
	when: all(hasAll("ProcessCommandLine", "service", "install"), hasTunnelToken("ProcessCommandLine")),
	runbook: [
		"Compare the Cloudflare account and tunnel with your own; not yours or not known: treat it as hostile.",
		"Ask the account in AccountName who started it and why; no good answer: treat it as hostile.",
		"Look in DeviceRegistryEvents of this device, next 10 minutes, for RegistryKey ending in \\Services\\Cloudflared.",
	],
	falsePositives: ["Your own roll-out: approve its account"],
	references: [
		"https://attack.mitre.org/techniques/T1543/003/",
		"https://attack.mitre.org/techniques/T1572/",
		"https://developers.cloudflare.com/cloudflare-one/connections/connect-networks/",
	],
	examples: {
		match: [
			{
				FileName: "cloudflared.exe",
				ProcessCommandLine:
					"cloudflared.exe service install eyJhIjoiMDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWYiLCJ0IjoiNmYyYjhjMWUtNGQzYS00YjdmLTllMTAtMmE1YzdkOWUxZjMwIiwicyI6IlUxbE9WRWhGVkVsRExVVllRVTFRVEVVdFRrOVVMVUV0VTBWRFVrVlVMVEE9In0=",
			},
			{
				FileName: "x.exe",
				ProcessCommandLine:
					'x.exe SERVICE INSTALL "eyJhIjoiMDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWYiLCJ0IjoiNmYyYjhjMWUtNGQzYS00YjdmLTllMTAtMmE1YzdkOWUxZjMwIiwicyI6IlUxbE9WRWhGVkVsRExVVllRVTFRVEVVdFRrOVVMVUV0VTBWRFVrVlVMVEE9In0="',
			},
			{
				FileName: "cmd.exe",
				ProcessCommandLine:
					"cmd.exe /c cloudflared.exe service install eyJhIjoiMDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWYiLCJ0IjoiNmYyYjhjMWUtNGQzYS00YjdmLTllMTAtMmE1YzdkOWUxZjMwIiwicyI6IlUxbE9WRWhGVkVsRExVVllRVTFRVEVVdFRrOVVMVUV0VTBWRFVrVlVMVEE9In0=",
			},
		],
		ignore: [
			{ FileName: "cloudflared.exe", ProcessCommandLine: "cloudflared.exe service install" },
			{
				FileName: "x.exe",
				ProcessCommandLine: "x.exe service install --jwt eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.c2lnbmF0dXJl",
			},
			{
				FileName: "cloudflared.exe",
				ProcessCommandLine:
					"cloudflared.exe tunnel run --token eyJhIjoiMDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWYiLCJ0IjoiNmYyYjhjMWUtNGQzYS00YjdmLTllMTAtMmE1YzdkOWUxZjMwIiwicyI6IlUxbE9WRWhGVkVsRExVVllRVTFRVEVVdFRrOVVMVUV0VTBWRFVrVlVMVEE9In0=",
			},
			{ FileName: "cloudflared.exe", ProcessCommandLine: "cloudflared.exe service uninstall" },
		],
	},
};
