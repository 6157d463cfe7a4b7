import { all, any, equals, not } from "../../../detect/condition.ts";
import type { Rule } from "../../../detect/rule.ts";
import { namedCloudflared, releasesPage } from "./conditions.ts";

export const cloudflaredDownloadRenamed: Rule = {
	id: "cloudflared-download-renamed",
	title: "cloudflared downloaded under another name",
	family: "cloudflared",
	severity: "high",
	set: "all",
	attack: ["T1105", "T1036.005"],
	meaning: "cloudflared was fetched from its release page and saved under a name that hides what it is.",
	tables: ["DeviceFileEvents"],
	when: all(
		any(releasesPage("FileOriginUrl"), releasesPage("FileOriginReferrerUrl")),
		not(equals("FileName", "")),
		not(namedCloudflared("FileName")),
	),
	runbook: [
		"Look in DeviceProcessEvents of this device, next 24 h, for the FolderPath in this record.",
		"Ask the account in InitiatingProcessAccountName why; no good answer: treat it as hostile.",
	],
	falsePositives: ["Browsers that save under a temporary name first"],
	references: ["https://attack.mitre.org/techniques/T1105/", "https://attack.mitre.org/techniques/T1036/005/"],
	examples: {
		match: [
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
				FileName: "cloudflared-windows-amd64.exe",
				FileOriginUrl: "https://github.com/cloudflare/cloudflared/releases/latest/download/cloudflared-windows-amd64.exe",
			},
			{ FileName: "a.exe", FileOriginUrl: "https://downloads.example.com/a.exe" },
			{ FileOriginUrl: "https://github.com/cloudflare/cloudflared/releases" },
		],
	},
};
