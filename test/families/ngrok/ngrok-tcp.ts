import { all, has, hasWords } from "../../../lib/detect/condition.ts";
import type { Rule } from "../../../lib/detect/rule.ts";

export const ngrokTcp: Rule = {
	id: "ngrok-tcp",
	title: "ngrok lets Remote Desktop in",
	family: "ngrok",
	severity: "high",
	set: "recommended",
	attack: ["T1572", "T1021.001"],
	meaning: "Anyone with the address can try to log on to this device by RDP.",
	tables: ["DeviceProcessEvents"],
	when: all(has("FileName", "ngrok"), hasWords("ProcessCommandLine", "tcp"), has("ProcessCommandLine", "3389")),
	runbook: ["Isolate the device unless somebody answers for it within 30 minutes."],
	falsePositives: ["Remote support"],
	references: ["https://attack.mitre.org/techniques/T1021/001/"],
	examples: {
		match: [{ FileName: "ngrok.exe", ProcessCommandLine: "ngrok.exe tcp 3389" }],
		ignore: [{ FileName: "ngrok.exe", ProcessCommandLine: "ngrok.exe http 3389" }, {}],
	},
};
