import { columnNumber, type DefenderRecord, text } from "../defender/record.ts";
import type { Column, TableName } from "../defender/tables.ts";
import type { Condition, Shape, Test } from "./condition.ts";
import type { Rule } from "./rule.ts";
import { createRuleIndex, type RuleIndex } from "./rule-index/rule-index.ts";
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
	/** Adds what proves it to the proofs. Only where `holds` says what is wanted. */
	readonly prove: (record: DefenderRecord, wanted: boolean, proofs: Proof[]) => void;
}

/**
 * The matcher returns the rules that a record matches, and why. It tries only rules that share a clue with the record,
 * with the same result as trying all (rule-index.ts), and compiles each rule when it is first tried.
 */
export function createMatcher(rules: readonly Rule[]): (record: DefenderRecord) => readonly Match[] {
	const compiled = new Map<Rule, Compiled>();
	const turn = { number: 0 };
	const leafOf = createLeaves(turn);
	const conditionOf = (rule: Rule): Compiled => {
		const known = compiled.get(rule);
		if (known !== undefined) return known;
		const made = compile(rule.when, leafOf);
		compiled.set(rule, made);
		return made;
	};
	const matchers = new Map<TableName, (record: DefenderRecord) => readonly Match[]>();

	return (record) => {
		turn.number += 1;
		const known = matchers.get(record.table);
		if (known !== undefined) return known(record);
		// Most runs see some of the tables only.
		const made = matcherOf(
			rules.filter(({ tables }) => tables.includes(record.table)),
			conditionOf,
		);
		matchers.set(record.table, made);
		return made(record);
	};
}

/** So few are tried faster than looked up. */
const fewRules = 8;

/** A short run ends before an index has paid for itself. */
const triesWithoutIndex = 3_000;

/** For rules of one table. */
function matcherOf(rules: readonly Rule[], conditionOf: (rule: Rule) => Compiled): (record: DefenderRecord) => readonly Match[] {
	const everyPlace = [...rules.keys()];
	let tries = 0;
	let index: RuleIndex | undefined;
	const worthTrying: RuleIndex = (record) => {
		if (rules.length <= fewRules) return everyPlace;
		tries += rules.length;
		if (tries < triesWithoutIndex) return everyPlace;
		index ??= createRuleIndex(rules);
		return index(record);
	};
	return (record) => {
		const matches: Match[] = [];
		for (const place of worthTrying(record)) {
			const rule = rules[place];
			if (rule === undefined) continue;
			const condition = conditionOf(rule);
			if (!condition.holds(record)) continue;
			const evidence: Proof[] = [];
			condition.prove(record, true, evidence);
			matches.push({ rule, record, evidence });
		}
		return matches;
	};
}

function compile(condition: Condition, leafOf: (test: Test) => Compiled): Compiled {
	const compilePart = (part: Condition): Compiled => compile(part, leafOf);
	switch (condition.kind) {
		case "all": {
			const parts = condition.parts.map(compilePart);
			const holds: Predicate = (record) => parts.every((part) => part.holds(record));
			return { holds, prove: proveGroup(parts, true) };
		}
		case "any": {
			const parts = condition.parts.map(compilePart);
			const holds: Predicate = (record) => parts.some((part) => part.holds(record));
			return { holds, prove: proveGroup(parts, false) };
		}
		case "not": {
			const part = compilePart(condition.part);
			return { holds: (record) => !part.holds(record), prove: (record, wanted, proofs) => part.prove(record, !wanted, proofs) };
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
			return leafOf(condition);
	}
}

/** Many rules ask the same of a record, and proving asks again: each distinct test is compiled once and tried once per turn. */
function createLeaves(turn: { readonly number: number }): (test: Test) => Compiled {
	const leaves = new Map<string, Compiled>();
	const shapes: Shape[] = [];
	const keyOf = (test: Test): string => {
		if (test.kind !== "hasShape") return JSON.stringify(test);
		if (!shapes.includes(test.shape)) shapes.push(test.shape);
		return `${test.column} ${shapes.indexOf(test.shape)}`;
	};
	return (test) => {
		const key = keyOf(test);
		const known = leaves.get(key);
		if (known !== undefined) return known;
		const made = leaf(test, turn);
		leaves.set(key, made);
		return made;
	};
}

function leaf(test: Test, turn: { readonly number: number }): Compiled {
	const holds = compileTest(test);
	let asked = 0;
	let answer = false;
	const made = new Map<boolean, Proof>();
	const proof = (wanted: boolean): Proof => {
		const one = { column: test.column, test: spell(test, wanted) };
		made.set(wanted, one);
		return one;
	};
	return {
		holds(record) {
			if (asked === turn.number) return answer;
			answer = holds(record);
			asked = turn.number;
			return answer;
		},
		prove: (_record, wanted, proofs) => void proofs.push(made.get(wanted) ?? proof(wanted)),
	};
}

/** Where all parts must be as wanted, each of them proves it; elsewhere those that are. */
function proveGroup(parts: readonly Compiled[], allOf: boolean): Compiled["prove"] {
	return (record, wanted, proofs) => {
		for (const part of parts) if (wanted === allOf || part.holds(record) === wanted) part.prove(record, wanted, proofs);
	};
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
			return (record) => test.values.includes(columnNumber(record, test.column));
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
