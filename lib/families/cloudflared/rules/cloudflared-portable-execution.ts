import { all, any, contains, endsWith, not } from "../../../detect/condition.ts";
import type { Rule } from "../../../detect/rule.ts";

export const cloudflaredPortableExecution: Rule = {
	id: "cloudflared-portable-execution",
	title: "Cloudflared Portable Execution",
	origin: {
		author: "Nasreddine Bencherchali (Nextron Systems)",
		source: "https://github.com/SigmaHQ/sigma",
		sigma: "fadb84f0-4e84-4f6d-a1ce-9ef2bffb6ccd",
	},
	family: "cloudflared",
	severity: "medium",
	set: "base",
	attack: ["T1090.001"],
	meaning:
		"cloudflared ran from outside its installation folder. Intruders bring their own copy and start it from wherever they can write; installers do not.",
	tables: ["DeviceProcessEvents"],
	// Sigma's `Image` is the full path; Defender keeps it in FolderPath, file name included. The text is tested as it
	// is: short names (PROGRA~1) and device paths (\Device\HarddiskVolume3) are not translated first.
	when: all(
		endsWith("FolderPath", "\\cloudflared.exe"),
		not(any(contains("FolderPath", ":\\Program Files (x86)\\cloudflared\\"), contains("FolderPath", ":\\Program Files\\cloudflared\\"))),
	),
	runbook: [
		"Ask the account in AccountName who started it and why; no good answer: treat it as hostile.",
		"Look in DeviceFileEvents of this device, 24 h before, for the FolderPath in this record: which InitiatingProcessFileName wrote it, and from which FileOriginUrl.",
		"Look in DeviceNetworkEvents of this device, last 24 h, for RemotePort 7844.",
	],
	falsePositives: [
		"An administrator who runs cloudflared from a download folder",
		"Copies kept by package managers such as Chocolatey, winget or Scoop",
	],
	references: [
		"https://www.intrinsec.com/akira_ransomware/",
		"https://www.guidepointsecurity.com/blog/tunnel-vision-cloudflared-abused-in-the-wild/",
		"https://attack.mitre.org/techniques/T1090/001/",
	],
	examples: {
		match: [
			{ FolderPath: "C:\\Users\\ana\\Downloads\\cloudflared.exe" },
			{ FolderPath: "D:\\TOOLS\\CLOUDFLARED.EXE" },
			{ FolderPath: "\\\\files.example.com\\share\\cloudflared.exe" },
			{ FolderPath: "C:\\Program Files\\cloudflared-old\\cloudflared.exe" },
			{ FolderPath: "C:\\PROGRA~1\\CLOUDF~1\\cloudflared.exe" },
			{ FolderPath: "\\Device\\HarddiskVolume3\\Program Files\\cloudflared\\cloudflared.exe" },
		],
		ignore: [
			{ FolderPath: "C:\\Program Files\\cloudflared\\cloudflared.exe" },
			{ FolderPath: "d:\\program files (x86)\\CLOUDFLARED\\bin\\cloudflared.exe" },
			{ FolderPath: "C:\\Tools\\cloudflared-windows-amd64.exe" },
			{ FolderPath: "C:\\Tools\\xcloudflared.exe" },
			{ FolderPath: "/usr/local/bin/cloudflared" },
			{},
		],
	},
};
