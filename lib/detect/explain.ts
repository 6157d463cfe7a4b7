import type { DefenderRecord } from "../defender/record.ts";
import type { Redact } from "../secrets/redact.ts";
import type { Redacted } from "../secrets/redacted.ts";
import type { Condition } from "./condition.ts";
import { compileTest } from "./match.ts";
import type { Rule } from "./rule.ts";
import { spell } from "./spell.ts";

/** One line of an explanation: a group, or one test with what the column held. */
export interface Step {
	/** How many groups it lies in. */
	readonly depth: number;
	/** `all of`, `any of`, `not`, or a test in KQL: `FileName has "agent"`. */
	readonly text: string;
	readonly holds: boolean;
	/** Absent for a group. */
	readonly value?: Redacted;
}

export interface Explanation {
	readonly rule: Rule;
	/** Whether the rule reads the record's table at all; if not, nothing below matters. */
	readonly readsTable: boolean;
	readonly fires: boolean;
	readonly steps: readonly Step[];
}

/** Why a rule fires on a record, or why not: every test, also those that the matcher need not look at. */
export function explain(rule: Rule, record: DefenderRecord, redact: Redact): Explanation {
	const steps = explainCondition(rule.when, record, 0, redact);
	const readsTable = rule.tables.includes(record.table);
	return { rule, readsTable, fires: readsTable && steps[0]?.holds === true, steps };
}

/** The steps of a condition; the first holds the verdict of the whole. */
function explainCondition(condition: Condition, record: DefenderRecord, depth: number, redact: Redact): readonly Step[] {
	switch (condition.kind) {
		case "all": {
			const parts = condition.parts.map((part) => explainCondition(part, record, depth + 1, redact));
			return [{ depth, text: "all of", holds: parts.every(verdict) }, ...parts.flat()];
		}
		case "any": {
			const parts = condition.parts.map((part) => explainCondition(part, record, depth + 1, redact));
			return [{ depth, text: "any of", holds: parts.some(verdict) }, ...parts.flat()];
		}
		case "not": {
			const part = explainCondition(condition.part, record, depth + 1, redact);
			return [{ depth, text: "not", holds: !verdict(part) }, ...part];
		}
		case "has":
		case "contains":
		case "startsWith":
		case "endsWith":
		case "equals":
		case "hasAll":
		case "in":
		case "equalsNumber":
		case "hasFlag":
		case "hasWords":
		case "hasShape":
			return [
				{
					depth,
					text: `${condition.column} ${spell(condition, true)}`,
					holds: compileTest(condition)(record),
					value: redact(shown(record.columns[condition.column])),
				},
			];
	}
}

function verdict(steps: readonly Step[]): boolean {
	return steps[0]?.holds === true;
}

/** Not a text: shown as JSON, so that people see why a text test did not hold. */
function shown(value: unknown): string {
	return typeof value === "string" ? value : (JSON.stringify(value) ?? "");
}
