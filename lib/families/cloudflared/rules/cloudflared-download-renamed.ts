import { all, any, contains, endsWith, equals, not } from "../../../detect/condition.ts";
import type { Rule } from "../../../detect/rule.ts";
import { hasSavedElsewhere } from "../saved-elsewhere.ts";
import { releasesPage } from "./conditions.ts";

/** Browsers save under a name of their own first. */
const temporaryEndings = [".crdownload", ".part", ".partial", ".download", ".opdownload", ".tmp"];

export const cloudflaredDownloadRenamed: Rule = {
	id: "cloudflared-download-renamed",
	title: "cloudflared downloaded under another name",
	family: "cloudflared",
	severity: "medium",
	set: "recommended",
	attack: ["T1105", "T1036.005"],
	meaning: "cloudflared was fetched from its release page and saved under a name that hides what it is.",
	tables: ["DeviceFileEvents", "DeviceProcessEvents"],
	when: any(
		all(
			any(releasesPage("FileOriginUrl"), releasesPage("FileOriginReferrerUrl")),
			not(equals("FileName", "")),
			not(contains("FileName", "cloudflared")),
			...temporaryEndings.map((ending) => not(endsWith("FileName", ending))),
		),
		all(releasesPage("ProcessCommandLine"), hasSavedElsewhere("ProcessCommandLine")),
	),
	runbook: [
		"Look in DeviceProcessEvents of this device, next 24 h, for the FolderPath in this record.",
		"Ask the account in InitiatingProcessAccountName why; no good answer: treat it as hostile.",
	],
	falsePositives: ["Package managers that save under a name of their own"],
	references: ["https://attack.mitre.org/techniques/T1105/", "https://attack.mitre.org/techniques/T1036/005/"],
	examples: {
		match: [
			{
				FileName: "curl.exe",
				ProcessCommandLine:
					"curl.exe -sLo C:\\PerfLogs\\a.exe https://github.com/cloudflare/cloudflared/releases/latest/download/cloudflared-windows-386.exe",
			},
			{
				FileName: "powershell.exe",
				ProcessCommandLine:
					'powershell -c "iwr https://github.com/cloudflare/cloudflared/releases/download/2026.8.2/cloudflared-windows-amd64.exe -OutFile C:\\Temp\\b.exe"',
			},
			{
				FileName: "a.exe",
				FileOriginUrl: "https://github.com/cloudflare/cloudflared/releases/latest/download/cloudflared-windows-amd64.exe",
			},
			{ FileName: "svchost32.exe", FileOriginReferrerUrl: "https://github.com/cloudflare/cloudflared/releases" },
			{
				FileName: ".x",
				FolderPath: "/tmp/.x",
				FileOriginUrl: "https://github.com/cloudflare/cloudflared/releases/download/2026.7.3/cloudflared-linux-amd64",
			},
		],
		ignore: [
			{
				FileName: "Unconfirmed 274561.crdownload",
				FileOriginUrl: "https://github.com/cloudflare/cloudflared/releases/latest/download/cloudflared-windows-amd64.exe",
			},
			{
				FileName: "curl",
				ProcessCommandLine:
					"curl -sLo /usr/local/bin/cloudflared https://github.com/cloudflare/cloudflared/releases/latest/download/cloudflared-linux-amd64",
			},
			{
				FileName: "cloudflared-windows-amd64.exe",
				FileOriginUrl: "https://github.com/cloudflare/cloudflared/releases/latest/download/cloudflared-windows-amd64.exe",
			},
			{ FileName: "a.exe", FileOriginUrl: "https://downloads.example.com/a.exe" },
			{ FileOriginUrl: "https://github.com/cloudflare/cloudflared/releases" },
		],
	},
};
