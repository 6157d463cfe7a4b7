import { unionTables } from "../../../defender/tables.ts";
import { all, any, hasFlag } from "../../../detect/condition.ts";
import type { Rule } from "../../../detect/rule.ts";
import { hasTunnelToken } from "../tunnel-token.ts";
import { runsTunnelUnnamed } from "./conditions.ts";

export const cloudflaredRenamedRunCertain: Rule = {
	id: "cloudflared-renamed-run-certain",
	title: "Renamed cloudflared runs a tunnel",
	family: "cloudflared",
	severity: "high",
	claims: "renamed",
	set: "recommended",
	attack: ["T1036.005", "T1572"],
	meaning:
		"A program that is not called cloudflared runs a tunnel with flags that only cloudflared knows. Somebody renamed it so that it would not be found.",
	tables: unionTables,
	when: any(
		all(
			runsTunnelUnnamed("ProcessCommandLine", "FileName"),
			any(
				hasTunnelToken("ProcessCommandLine"),
				hasFlag("ProcessCommandLine", "token-file", "credentials-file", "cred-file", "credentials-contents", "no-autoupdate", "origincert"),
			),
		),
		all(
			runsTunnelUnnamed("InitiatingProcessCommandLine", "InitiatingProcessFileName"),
			any(
				hasTunnelToken("InitiatingProcessCommandLine"),
				hasFlag(
					"InitiatingProcessCommandLine",
					"token-file",
					"credentials-file",
					"cred-file",
					"credentials-contents",
					"no-autoupdate",
					"origincert",
				),
			),
		),
	),
	runbook: [
		"Isolate the device if nobody answers for AccountName within 30 minutes.",
		"Look in DeviceFileEvents of this device, 7 days before, for the FolderPath in this record: which InitiatingProcessFileName wrote it, and from which FileOriginUrl.",
		"Look in DeviceNetworkEvents of this device, last 24 h, for RemotePort 7844 by the same InitiatingProcessSHA1.",
		"Look in DeviceLogonEvents of this device, last 7 days, for LogonType RemoteInteractive from RemoteIP 127.0.0.1.",
	],
	falsePositives: ["An administrator who keeps cloudflared under another name"],
	references: [
		"https://attack.mitre.org/techniques/T1572/",
		"https://attack.mitre.org/techniques/T1036/005/",
		"https://www.guidepointsecurity.com/blog/tunnel-vision-cloudflared-abused-in-the-wild/",
	],
	examples: {
		match: [
			{
				FileName: "svchost32.exe",
				ProcessCommandLine:
					"svchost32.exe tunnel run -token eyJhIjoiMDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWYiLCJ0IjoiNmYyYjhjMWUtNGQzYS00YjdmLTllMTAtMmE1YzdkOWUxZjMwIiwicyI6IlUxbE9WRWhGVkVsRExVVllRVTFRVEVVdFRrOVVMVUV0VTBWRFVrVlVMVEE9In0=",
			},
			{ FileName: "x.exe", ProcessCommandLine: "x.exe tunnel -credentials-file c.json run web" },
			{ FileName: "x.exe", ProcessCommandLine: "x.exe tunnel --credentials-contents {} run web" },
			{ InitiatingProcessFileName: "x", InitiatingProcessCommandLine: "/tmp/x --no-autoupdate tunnel run" },
		],
		ignore: [
			{ FileName: "cloudflared.exe", ProcessCommandLine: "cloudflared.exe --no-autoupdate tunnel run" },
			{ FileName: "x.exe", ProcessCommandLine: "x.exe tunnel run --config c.yml" },
			{ FileName: "x.exe", ProcessCommandLine: "x.exe tunnel run --no-autoupdates" },
			{ FileName: "kubectl.exe", ProcessCommandLine: "kubectl.exe run tunnel --token-file t" },
		],
	},
};
