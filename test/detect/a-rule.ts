import type { Condition } from "../../lib/detect/condition.ts";
import type { Rule } from "../../lib/detect/rule.ts";

/** A rule about which only the condition matters. */
export function aRule(when: Condition, change: Partial<Rule> = {}): Rule {
	return {
		id: "a-rule",
		title: "A rule",
		family: "cloudflared",
		severity: "medium",
		set: "base",
		attack: [],
		meaning: "",
		tables: ["DeviceFileEvents"],
		when,
		runbook: [],
		falsePositives: [],
		references: [],
		examples: { match: [], ignore: [] },
		...change,
	};
}
