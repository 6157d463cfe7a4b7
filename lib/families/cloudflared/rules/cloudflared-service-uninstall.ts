import { all, hasAll } from "../../../detect/condition.ts";
import type { Rule } from "../../../detect/rule.ts";
import { namedCloudflared } from "./conditions.ts";

export const cloudflaredServiceUninstall: Rule = {
	id: "cloudflared-service-uninstall",
	title: "cloudflared service removed",
	family: "cloudflared",
	severity: "low",
	set: "all",
	attack: ["T1572"],
	meaning: "The tunnel's service was removed, and its token file with it. Maintenance does that, and so does somebody who tidies up.",
	tables: ["DeviceProcessEvents"],
	when: all(namedCloudflared("FileName"), hasAll("ProcessCommandLine", "service", "uninstall")),
	runbook: [
		"Look in DeviceRegistryEvents of this device, 30 days before, for RegistryValueName ImagePath of the service: which tunnel was it?",
		"Ask the account in AccountName who started it and why; no good answer: treat it as hostile.",
	],
	falsePositives: ["Maintenance"],
	references: ["https://attack.mitre.org/techniques/T1572/"],
	examples: {
		match: [
			{ FileName: "cloudflared.exe", ProcessCommandLine: "cloudflared.exe service uninstall" },
			{ FileName: "cloudflared", ProcessCommandLine: "cloudflared service uninstall" },
			{ FileName: "cloudflared-windows-amd64.exe", ProcessCommandLine: "cloudflared-windows-amd64.exe SERVICE UNINSTALL" },
		],
		ignore: [
			{ FileName: "cloudflared.exe", ProcessCommandLine: "cloudflared.exe service install" },
			{ FileName: "x.exe", ProcessCommandLine: "x.exe service uninstall" },
			{},
		],
	},
};
