import { all, hasAll, hasFlag } from "../../../detect/condition.ts";
import type { Rule } from "../../../detect/rule.ts";

export const cloudflaredCleanup: Rule = {
	id: "cloudflared-cleanup",
	title: "Tunnel connections cleaned up",
	family: "cloudflared",
	severity: "low",
	set: "all",
	attack: ["T1572"],
	meaning: "Connections of a tunnel were removed from Cloudflare's side. Maintenance does that, and so does somebody who tidies up.",
	tables: ["DeviceProcessEvents"],
	when: all(hasAll("ProcessCommandLine", "tunnel", "cleanup"), hasFlag("ProcessCommandLine", "config", "connector-id", "c")),
	runbook: [
		"Look in DeviceProcessEvents of this device, 7 days before, for tunnel in ProcessCommandLine: which tunnel was it?",
		"Ask the account in AccountName who started it and why; no good answer: treat it as hostile.",
	],
	falsePositives: ["Maintenance"],
	references: ["https://attack.mitre.org/techniques/T1572/"],
	examples: {
		match: [
			{ FileName: "cloudflared.exe", ProcessCommandLine: "cloudflared.exe tunnel --config c.yml cleanup web" },
			{ FileName: "x.exe", ProcessCommandLine: "x.exe tunnel cleanup --connector-id=6f2b8c1e web" },
			{ FileName: "cloudflared", ProcessCommandLine: "cloudflared tunnel cleanup -c 6f2b8c1e web" },
		],
		ignore: [
			{ FileName: "cloudflared.exe", ProcessCommandLine: "cloudflared.exe tunnel cleanup web" },
			{ FileName: "x.exe", ProcessCommandLine: "x.exe cleanup -c x" },
			{ FileName: "x.exe", ProcessCommandLine: "x.exe tunnel cleanups --config c" },
		],
	},
};
