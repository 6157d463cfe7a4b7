import { type DefenderRecord, text } from "../defender/record.ts";
import type { Column, TableName } from "../defender/tables.ts";
import type { Condition, Test } from "./condition.ts";
import type { Rule } from "./rule.ts";
import { spell } from "./spell.ts";
import {
	containsText,
	endsWithText,
	equalsText,
	hasAnyFlag,
	hasTerm,
	hasWordsInOrder,
	startsWithText,
	type TextTest,
} from "./text-test.ts";

/** Which test on which column decided; the test is spelled as in KQL. */
export interface Proof {
	readonly column: Column;
	readonly test: string;
}

export interface Match {
	readonly rule: Rule;
	readonly record: DefenderRecord;
	readonly evidence: readonly Proof[];
}

type Predicate = (record: DefenderRecord) => boolean;

/** A condition ready to run: tells whether it holds, and what proves that it holds or does not. */
interface Compiled {
	readonly holds: Predicate;
	readonly prove: (record: DefenderRecord, wanted: boolean) => readonly Proof[];
}

/** Compiles the rules once; the result tells which of them a record matches, and why. */
export function createMatcher(rules: readonly Rule[]): (record: DefenderRecord) => readonly Match[] {
	const byTable = new Map<TableName, { readonly rule: Rule; readonly condition: Compiled }[]>();
	for (const rule of rules) {
		const compiled = { rule, condition: compile(rule.when) };
		for (const table of rule.tables) {
			const list = byTable.get(table);
			if (list === undefined) byTable.set(table, [compiled]);
			else list.push(compiled);
		}
	}

	return (record) => {
		const matches: Match[] = [];
		for (const { rule, condition } of byTable.get(record.table) ?? []) {
			if (condition.holds(record)) matches.push({ rule, record, evidence: condition.prove(record, true) });
		}
		return matches;
	};
}

function compile(condition: Condition): Compiled {
	switch (condition.kind) {
		case "all": {
			const parts = condition.parts.map(compile);
			const holds: Predicate = (record) => parts.every((part) => part.holds(record));
			return { holds, prove: (record, wanted) => proveParts(parts, record, wanted) };
		}
		case "any": {
			const parts = condition.parts.map(compile);
			const holds: Predicate = (record) => parts.some((part) => part.holds(record));
			return { holds, prove: (record, wanted) => proveParts(parts, record, wanted) };
		}
		case "not": {
			const part = compile(condition.part);
			return { holds: (record) => !part.holds(record), prove: (record, wanted) => part.prove(record, !wanted) };
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
			return {
				holds: compileTest(condition),
				prove: (_record, wanted) => [{ column: condition.column, test: spell(condition, wanted) }],
			};
	}
}

/** The parts that decided a group: the true ones if it holds, the false ones if it does not. */
function proveParts(parts: readonly Compiled[], record: DefenderRecord, wanted: boolean): readonly Proof[] {
	return parts.filter((part) => part.holds(record) === wanted).flatMap((part) => part.prove(record, wanted));
}

/** One test as a predicate. */
export function compileTest(test: Test): Predicate {
	switch (test.kind) {
		case "has":
			return onText(test.column, hasTerm(test.value));
		case "contains":
			return onText(test.column, containsText(test.value));
		case "startsWith":
			return onText(test.column, startsWithText(test.value));
		case "endsWith":
			return onText(test.column, endsWithText(test.value));
		case "equals":
			return onText(test.column, equalsText(test.value));
		case "hasAll": {
			const terms = test.values.map(hasTerm);
			return onText(test.column, (value) => terms.every((term) => term(value)));
		}
		case "in": {
			const values = test.values.map(equalsText);
			return onText(test.column, (value) => values.some((equal) => equal(value)));
		}
		case "equalsNumber":
			return (record) => test.values.includes(toNumber(record.columns[test.column]));
		case "hasFlag":
			return onText(test.column, hasAnyFlag(test.names));
		case "hasWords":
			return onText(test.column, hasWordsInOrder(test.words, test.first));
		case "hasShape":
			return onText(test.column, test.shape.isIn);
	}
}

function onText(column: Column, holds: TextTest): Predicate {
	return (record) => holds(text(record, column));
}

function toNumber(value: unknown): number {
	if (typeof value === "number") return value;
	return typeof value === "string" && /^[0-9]+$/.test(value) ? Number(value) : Number.NaN;
}
