import { unionTables } from "../../lib/defender/tables.ts";
import { any, has } from "../../lib/detect/condition.ts";
import type { Rule } from "../../lib/detect/rule.ts";
import { allRules } from "../../lib/families/all-rules.ts";

const syllables = ["ba", "chi", "dro", "fen", "gul", "hav", "jor", "kel", "lim", "mox", "nur", "pid", "quo", "rast"];

/** The first so many rules; when the shipped ones run out, rules for invented tools with names of their own. */
export function firstRules(count: number): readonly Rule[] {
	const invented = syllables.map((syllable, index) =>
		rule(`${syllable}${syllables[(index + 5) % syllables.length]}${syllables[(index * 3) % syllables.length]}`),
	);
	const rules = [...allRules, ...invented].slice(0, count);
	if (rules.length < count) throw new Error(`there are not ${count} rules`);
	return rules;
}

function rule(tool: string): Rule {
	return {
		id: tool,
		title: tool,
		family: tool,
		severity: "low",
		set: "all",
		attack: [],
		meaning: "",
		tables: unionTables,
		when: any(has("FileName", tool), has("InitiatingProcessFileName", tool), has("ProcessCommandLine", `--${tool}`)),
		runbook: [],
		falsePositives: [],
		references: [],
		examples: { match: [], ignore: [] },
	};
}
