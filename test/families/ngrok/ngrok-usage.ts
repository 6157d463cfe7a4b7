import { unionTables } from "../../../lib/defender/tables.ts";
import { any, has } from "../../../lib/detect/condition.ts";
import type { Rule } from "../../../lib/detect/rule.ts";

export const ngrokUsage: Rule = {
	id: "ngrok-usage",
	title: "ngrok in use",
	family: "ngrok",
	severity: "medium",
	set: "recommended",
	attack: ["T1572"],
	meaning: "ngrok runs here: somebody on the internet can get past the firewall.",
	tables: unionTables,
	when: any(has("FileName", "ngrok"), has("InitiatingProcessFileName", "ngrok")),
	runbook: ["Ask the account in AccountName, within the last 24 h, who needs it."],
	falsePositives: ["Developers"],
	references: ["https://attack.mitre.org/techniques/T1572/"],
	examples: {
		match: [{ FileName: "ngrok" }, { InitiatingProcessFileName: "ngrok.exe" }],
		ignore: [{ FileName: "xngrok.exe" }, {}],
	},
};
