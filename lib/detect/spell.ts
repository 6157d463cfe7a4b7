import type { Test } from "./condition.ts";
import { flagPattern, wordsPattern } from "./text-test.ts";

/**
 * A test without its column, in KQL: `has "agent"`, `!contains "…"`, `in (22, 3389)`. Shown to people as
 * evidence; the query text is built from the same spelling.
 */
export function spell(test: Test, wanted: boolean): string {
	const negation = wanted ? "" : "!";
	switch (test.kind) {
		case "has":
		case "contains":
			return `${negation}${test.kind} ${quote(test.value)}`;
		case "startsWith":
		case "endsWith":
			return `${negation}${test.kind.toLowerCase()} ${quote(test.value)}`;
		case "equals":
			return `${wanted ? "=~" : "!~"} ${quote(test.value)}`;
		case "in":
			return `${negation}in~ (${test.values.map(quote).join(", ")})`;
		case "hasAll":
			// KQL has no `!has_all`; the query wraps the whole test in `not(…)`.
			return `${wanted ? "" : "not "}has_all (${test.values.map(quote).join(", ")})`;
		case "equalsNumber":
			return test.values.length === 1 ? `${wanted ? "==" : "!="} ${test.values[0]}` : `${negation}in (${test.values.join(", ")})`;
		case "hasFlag":
			return `${wanted ? "" : "not "}matches regex ${quote(`(?i)${flagPattern(test.names)}`)}`;
		case "hasWords":
			return `${wanted ? "" : "not "}matches regex ${quote(`(?i)${wordsPattern(test.words, test.first)}`)}`;
		case "hasShape":
			// The nearest that KQL has: it cannot decode what it found and look inside.
			return `${wanted ? "" : "not "}matches regex ${quote(test.shape.pattern)}`;
	}
}

/** A KQL string literal. JSON's escapes are among those that Kusto reads. */
function quote(value: string): string {
	return JSON.stringify(value);
}
