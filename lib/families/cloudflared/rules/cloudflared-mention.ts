import { all, not } from "../../../detect/condition.ts";
import type { Rule } from "../../../detect/rule.ts";
import { namedCloudflared } from "./conditions.ts";

export const cloudflaredMention: Rule = {
	id: "cloudflared-mention",
	title: "cloudflared named on another program's command line",
	family: "cloudflared",
	severity: "info",
	set: "all",
	attack: ["T1105"],
	meaning:
		"Another program was told to do something with cloudflared: start, stop, install or fetch it. Context for what comes before and after.",
	tables: ["DeviceProcessEvents"],
	when: all(namedCloudflared("ProcessCommandLine"), not(namedCloudflared("FileName"))),
	runbook: [
		"Read ProcessCommandLine: what was done to it?",
		"Look in DeviceProcessEvents of this device, 1 h around, for cloudflared in FileName.",
	],
	falsePositives: ["Administration"],
	references: ["https://attack.mitre.org/techniques/T1105/"],
	examples: {
		match: [
			{ FileName: "net.exe", ProcessCommandLine: "net start cloudflared" },
			{ FileName: "winget.exe", ProcessCommandLine: "winget install --id Cloudflare.cloudflared" },
			{ FileName: "msiexec.exe", ProcessCommandLine: "msiexec /i cloudflared-windows-amd64.msi /qn" },
		],
		ignore: [
			{ FileName: "cloudflared.exe", ProcessCommandLine: "cloudflared.exe version" },
			{ FileName: "net.exe", ProcessCommandLine: "net start cloudflared2" },
			{ FileName: "x.exe", ProcessCommandLine: "x.exe" },
		],
	},
};
