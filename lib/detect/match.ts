import { columnNumber, type DefenderRecord, text } from "../defender/record.ts";
import type { Column, TableName } from "../defender/tables.ts";
import { type AtHand, createAtHand } from "./at-hand.ts";
import type { Condition, Shape, Test } from "./condition.ts";
import type { Rule } from "./rule.ts";
import { needsOf } from "./rule-index/clues.ts";
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
	const atHand = createAtHand();
	const compiled = new Map<Rule, Compiled>();
	const leafOf = createLeaves(atHand);
	const conditionOf = (rule: Rule): Compiled => {
		const known = compiled.get(rule);
		if (known !== undefined) return known;
		const made = compile(rule.when, leafOf);
		compiled.set(rule, made);
		return made;
	};
	const matchers = new Map<TableName, (record: DefenderRecord) => readonly Match[]>();

	return (record) => {
		atHand.next();
		const known = matchers.get(record.table);
		if (known !== undefined) return known(record);
		// Most runs see some of the tables only.
		const made = matcherOf(
			rules.filter(({ tables }) => tables.includes(record.table)),
			conditionOf,
			atHand,
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
function matcherOf(
	rules: readonly Rule[],
	conditionOf: (rule: Rule) => Compiled,
	atHand: AtHand,
): (record: DefenderRecord) => readonly Match[] {
	const everyPlace = [...rules.keys()];
	const conditions: (Compiled | undefined)[] = rules.map(() => undefined);
	let tries = 0;
	let index: RuleIndex | undefined;
	const worthTrying: RuleIndex = (record) => {
		if (rules.length <= fewRules) return everyPlace;
		tries += rules.length;
		if (tries < triesWithoutIndex) return everyPlace;
		index ??= createRuleIndex(rules, atHand);
		return index(record);
	};
	return (record) => {
		const matches: Match[] = [];
		for (const place of worthTrying(record)) {
			const rule = rules[place];
			if (rule === undefined) continue;
			const condition = conditions[place] ?? conditionOf(rule);
			conditions[place] = condition;
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
		case "all":
		case "any":
			return group(condition.parts.map(compilePart), condition.kind === "all");
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

function group(parts: readonly Compiled[], allOf: boolean): Compiled {
	return {
		holds(record) {
			for (const part of parts) if (part.holds(record) !== allOf) return !allOf;
			return allOf;
		},
		/** Where all parts must be as wanted, each of them proves it; elsewhere those that are. */
		prove(record, wanted, proofs) {
			for (const part of parts) if (wanted === allOf || part.holds(record) === wanted) part.prove(record, wanted, proofs);
		},
	};
}

/** Many rules ask the same of a record, and proving asks again: each distinct test is compiled once and tried once per record. */
function createLeaves(atHand: AtHand): (test: Test) => Compiled {
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
		const made = leaf(test, atHand);
		leaves.set(key, made);
		return made;
	};
}

function leaf(test: Test, atHand: AtHand): Compiled {
	const { column } = test;
	const needs = needsOf(test).map((texts) => texts.map((text) => atHand.idOf(column, text)));
	const holds = compileTest(test, atHand.readerOf(column));
	let holding: Proof | undefined;
	let failing: Proof | undefined;
	return {
		holds: atHand.once((record) => {
			for (const texts of needs) if (atHand.isWithout(texts)) return false;
			return holds(record);
		}),
		prove(_record, wanted, proofs) {
			// Spelled when first shown: most tests never are.
			if (wanted) holding ??= { column, test: spell(test, true) };
			else failing ??= { column, test: spell(test, false) };
			const proof = wanted ? holding : failing;
			if (proof !== undefined) proofs.push(proof);
		},
	};
}

/** One test as a predicate; `read` reads its column. */
export function compileTest(test: Test, read: (record: DefenderRecord) => string = (record) => text(record, test.column)): Predicate {
	const onText =
		(holds: TextTest): Predicate =>
		(record) =>
			holds(read(record));
	switch (test.kind) {
		case "has":
			return onText(hasTerm(test.value));
		case "contains":
			return onText(containsText(test.value));
		case "startsWith":
			return onText(startsWithText(test.value));
		case "endsWith":
			return onText(endsWithText(test.value));
		case "equals":
			return onText(equalsText(test.value));
		case "hasAll": {
			const terms = test.values.map(hasTerm);
			return onText((value) => terms.every((term) => term(value)));
		}
		case "in": {
			const values = test.values.map(equalsText);
			return onText((value) => values.some((equal) => equal(value)));
		}
		case "equalsNumber":
			return (record) => test.values.includes(columnNumber(record, test.column));
		case "hasFlag":
			return onText(hasAnyFlag(test.names));
		case "hasWords":
			return onText(hasWordsInOrder(test.words, test.first));
		case "hasShape":
			return onText(test.shape.isIn);
	}
}
