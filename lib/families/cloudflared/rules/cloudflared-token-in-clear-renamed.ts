import { unionTables } from "../../../defender/tables.ts";
import { all, any, not } from "../../../detect/condition.ts";
import type { Rule } from "../../../detect/rule.ts";
import { hasTunnelToken } from "../tunnel-token.ts";
import { namedCloudflared } from "./conditions.ts";

export const cloudflaredTokenInClearRenamed: Rule = {
	id: "cloudflared-token-in-clear-renamed",
	title: "Tunnel token used by something that is not called cloudflared",
	family: "cloudflared",
	severity: "high",
	claims: "renamed",
	set: "recommended",
	attack: ["T1572", "T1090", "T1036.005"],
	meaning:
		"A tunnel token was given to a program that does not call itself cloudflared. Only cloudflared can use it, so somebody renamed it.",
	tables: unionTables,
	// A shell that calls cloudflared by its name is an ordinary roll-out, so the command line counts as a name too.
	when: any(
		all(hasTunnelToken("ProcessCommandLine"), not(namedCloudflared("FileName")), not(namedCloudflared("ProcessCommandLine"))),
		all(
			hasTunnelToken("InitiatingProcessCommandLine"),
			not(namedCloudflared("InitiatingProcessFileName")),
			not(namedCloudflared("InitiatingProcessCommandLine")),
		),
		all(hasTunnelToken("RegistryValueData"), not(namedCloudflared("RegistryValueData"))),
		all(hasTunnelToken("PreviousRegistryValueData"), not(namedCloudflared("PreviousRegistryValueData"))),
		all(hasTunnelToken("AdditionalFields"), not(namedCloudflared("AdditionalFields")), not(namedCloudflared("FileName"))),
	),
	runbook: [
		"Compare the Cloudflare account and tunnel with your own; not yours or not known: treat it as hostile.",
		"Look in DeviceFileEvents of this device, 7 days before, for the FolderPath in this record: which InitiatingProcessFileName wrote it, and from which FileOriginUrl.",
		"Look in DeviceLogonEvents of this device, last 7 days, for LogonType RemoteInteractive from RemoteIP 127.0.0.1.",
	],
	falsePositives: ["A deployment script that passes the token in a variable before it calls cloudflared"],
	references: ["https://attack.mitre.org/techniques/T1572/", "https://attack.mitre.org/techniques/T1036/005/"],
	examples: {
		match: [
			{
				FileName: "svchost32.exe",
				ProcessCommandLine:
					"svchost32.exe tunnel run -token eyJhIjoiMDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWYiLCJ0IjoiNmYyYjhjMWUtNGQzYS00YjdmLTllMTAtMmE1YzdkOWUxZjMwIiwicyI6IlUxbE9WRWhGVkVsRExVVllRVTFRVEVVdFRrOVVMVUV0VTBWRFVrVlVMVEE9In0=",
			},
			{
				FileName: "x.exe",
				ProcessCommandLine:
					"x.exe service install eyJhIjoiMDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWYiLCJ0IjoiNmYyYjhjMWUtNGQzYS00YjdmLTllMTAtMmE1YzdkOWUxZjMwIiwicyI6IlUxbE9WRWhGVkVsRExVVllRVTFRVEVVdFRrOVVMVUV0VTBWRFVrVlVMVEE9In0=",
			},
			{
				InitiatingProcessFileName: "x.exe",
				InitiatingProcessCommandLine:
					"x.exe tunnel run --token=eyJhIjoiMDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWYiLCJ0IjoiNmYyYjhjMWUtNGQzYS00YjdmLTllMTAtMmE1YzdkOWUxZjMwIiwicyI6IlUxbE9WRWhGVkVsRExVVllRVTFRVEVVdFRrOVVMVUV0VTBWRFVrVlVMVEE9In0=",
			},
			{
				RegistryValueName: "ImagePath",
				RegistryValueData:
					"C:\\ProgramData\\svc.exe tunnel run --token eyJhIjoiMDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWYiLCJ0IjoiNmYyYjhjMWUtNGQzYS00YjdmLTllMTAtMmE1YzdkOWUxZjMwIiwicyI6IlUxbE9WRWhGVkVsRExVVllRVTFRVEVVdFRrOVVMVUV0VTBWRFVrVlVMVEE9In0=",
			},
		],
		ignore: [
			{
				FileName: "cloudflared.exe",
				ProcessCommandLine:
					"cloudflared.exe service install eyJhIjoiMDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWYiLCJ0IjoiNmYyYjhjMWUtNGQzYS00YjdmLTllMTAtMmE1YzdkOWUxZjMwIiwicyI6IlUxbE9WRWhGVkVsRExVVllRVTFRVEVVdFRrOVVMVUV0VTBWRFVrVlVMVEE9In0=",
			},
			{
				FileName: "powershell.exe",
				ProcessCommandLine:
					'powershell.exe -c "& C:\\tools\\cloudflared.exe service install eyJhIjoiMDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWYiLCJ0IjoiNmYyYjhjMWUtNGQzYS00YjdmLTllMTAtMmE1YzdkOWUxZjMwIiwicyI6IlUxbE9WRWhGVkVsRExVVllRVTFRVEVVdFRrOVVMVUV0VTBWRFVrVlVMVEE9In0="',
			},
			{ FileName: "x.exe", ProcessCommandLine: "x.exe --jwt eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.c2lnbmF0dXJl" },
			{},
		],
	},
};
