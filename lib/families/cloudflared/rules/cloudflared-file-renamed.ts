import { all, contains, not } from "../../../detect/condition.ts";
import type { Rule } from "../../../detect/rule.ts";
import { namedCloudflared } from "./conditions.ts";

export const cloudflaredFileRenamed: Rule = {
	id: "cloudflared-file-renamed",
	title: "cloudflared renamed",
	family: "cloudflared",
	severity: "high",
	set: "recommended",
	attack: ["T1036.003"],
	meaning: "A file named cloudflared was given another name. From then on nothing that looks for the name will find it.",
	tables: ["DeviceFileEvents"],
	when: all(namedCloudflared("PreviousFileName"), not(namedCloudflared("FileName")), not(contains("FolderPath", "\\$Recycle.Bin\\"))),
	runbook: [
		"Look in DeviceProcessEvents of this device, next 7 days, for the new FolderPath.",
		"Ask the account in InitiatingProcessAccountName why; no good answer: treat it as hostile.",
		"Look up SHA256 in the rows of all devices, last 30 days: the same file under other names?",
	],
	falsePositives: ["Packagers and quarantine tools"],
	references: [
		"https://attack.mitre.org/techniques/T1036/003/",
		"https://www.guidepointsecurity.com/blog/tunnel-vision-cloudflared-abused-in-the-wild/",
	],
	examples: {
		match: [
			{ PreviousFileName: "cloudflared.exe", FileName: "svchost32.exe", FolderPath: "C:\\ProgramData\\svchost32.exe" },
			{ PreviousFileName: "cloudflared-windows-amd64.exe", FileName: "a.exe" },
			{ PreviousFileName: "cloudflared", FileName: ".x", FolderPath: "/tmp/.x" },
		],
		ignore: [
			{ PreviousFileName: "cloudflared-windows-amd64.exe", FileName: "cloudflared.exe" },
			{ PreviousFileName: "cloudflared.exe", FileName: "$RABC123.exe", FolderPath: "C:\\$Recycle.Bin\\S-1-5-21\\$RABC123.exe" },
			{ FileName: "svchost32.exe" },
			{ PreviousFileName: "cloudflared2.exe", FileName: "a.exe" },
		],
	},
};
