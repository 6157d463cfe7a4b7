import { all, any, contains, endsWith, not } from "../../../detect/condition.ts";
import type { Rule } from "../../../detect/rule.ts";
import { inStandardFolder } from "./conditions.ts";

export const cloudflaredReleaseName: Rule = {
	id: "cloudflared-release-name",
	title: "cloudflared run as downloaded",
	family: "cloudflared",
	severity: "medium",
	set: "recommended",
	attack: ["T1090.001", "T1572"],
	meaning:
		"cloudflared ran under the name it has on the download page, outside the installer's folders: fetched by hand and started on the spot.",
	tables: ["DeviceProcessEvents"],
	// The portable rule demands exactly \cloudflared.exe, so the names of the release files are its blind spot.
	when: all(
		any(
			endsWith("FolderPath", "\\cloudflared-windows-amd64.exe"),
			endsWith("FolderPath", "\\cloudflared-windows-386.exe"),
			endsWith("FolderPath", "\\cloudflared-windows-arm64.exe"),
			contains("FolderPath", "/cloudflared-linux-"),
			contains("FolderPath", "/cloudflared-darwin-"),
		),
		not(inStandardFolder("FolderPath")),
	),
	runbook: [
		"Look in DeviceFileEvents of this device, 24 h before, for the FolderPath in this record: which InitiatingProcessFileName wrote it, and from which FileOriginUrl.",
		"Ask the account in AccountName who started it and why; no good answer: treat it as hostile.",
		"Look in DeviceNetworkEvents of this device, last 24 h, for RemotePort 7844 by the same InitiatingProcessSHA1.",
	],
	falsePositives: ["An administrator who tries it out"],
	references: [
		"https://github.com/cloudflare/cloudflared/releases",
		"https://www.guidepointsecurity.com/blog/tunnel-vision-cloudflared-abused-in-the-wild/",
	],
	examples: {
		match: [
			{ FolderPath: "C:\\Users\\ana\\Downloads\\cloudflared-windows-amd64.exe" },
			{ FolderPath: "C:\\TEMP\\CLOUDFLARED-WINDOWS-386.EXE" },
			{ FolderPath: "/tmp/cloudflared-linux-amd64" },
		],
		ignore: [
			{ FolderPath: "C:\\Program Files\\cloudflared\\cloudflared-windows-amd64.exe" },
			{ FolderPath: "C:\\Users\\ana\\Downloads\\cloudflared.exe" },
			{ FolderPath: "C:\\x\\xcloudflared-windows-amd64.exe" },
			{},
		],
	},
};
