import { any } from "../../../detect/condition.ts";
import type { Rule } from "../../../detect/rule.ts";
import { releasesPage } from "./conditions.ts";

export const cloudflaredDownload: Rule = {
	id: "cloudflared-download",
	title: "cloudflared downloaded",
	family: "cloudflared",
	severity: "low",
	set: "all",
	attack: ["T1105"],
	meaning: "cloudflared was fetched from its release page. On its own that is harmless; before a tunnel it tells who brought it.",
	tables: ["DeviceFileEvents", "DeviceEvents", "DeviceProcessEvents"],
	when: any(releasesPage("FileOriginUrl"), releasesPage("FileOriginReferrerUrl"), releasesPage("ProcessCommandLine")),
	runbook: [
		"Look in DeviceProcessEvents of this device, next 24 h, for the FileName in this record.",
		"Ask the account in InitiatingProcessAccountName who started it and why; no good answer: treat it as hostile.",
	],
	falsePositives: ["IT staff, build machines, package managers"],
	references: ["https://attack.mitre.org/techniques/T1105/"],
	examples: {
		match: [
			{
				FileName: "cloudflared.exe",
				FileOriginUrl: "https://github.com/cloudflare/cloudflared/releases/latest/download/cloudflared-windows-amd64.exe",
			},
			{ FileName: "a.exe", FileOriginReferrerUrl: "https://github.com/cloudflare/cloudflared/releases" },
			{
				FileName: "curl.exe",
				ProcessCommandLine: "curl.exe -LO https://github.com/Cloudflare/cloudflared/releases/download/2026.7.3/cloudflared-windows-386.exe",
			},
		],
		ignore: [
			{ FileName: "cloudflared.exe", FileOriginUrl: "https://downloads.example.com/cloudflared.exe" },
			{ FileName: "git.exe", ProcessCommandLine: "git.exe clone https://github.com/cloudflare/cloudflared" },
			{},
		],
	},
};
