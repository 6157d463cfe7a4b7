import type { Column } from "../../defender/tables.ts";
import type { Condition, Test } from "../condition.ts";
import type { Rule } from "../rule.ts";
import { gramLength } from "./text-index.ts";

/** Something that can be looked up in one column: a text it contains, in any ASCII case, or a number it is. */
export type Clue = { readonly column: Column; readonly text: string } | { readonly column: Column; readonly number: number };

/**
 * For each rule, clues of which every matching record has at least one. `undefined`: the rule has none, so every record
 * of its tables is tried. Where a rule leaves a choice, the clue that fewest rules name is taken: a common program's
 * name narrows little when a thousand rules ask for it.
 */
export function cluesOf(rules: readonly Pick<Rule, "when">[]): readonly (readonly Clue[] | undefined)[] {
	const mentions = new Map<string, number>();
	const count = (clue: Clue): void => void mentions.set(keyOf(clue), (mentions.get(keyOf(clue)) ?? 0) + 1);
	for (const { when } of rules) for (const clue of mentioned(when)) count(clue);
	const commonest = (clues: readonly Clue[]): number => Math.max(...clues.map((clue) => mentions.get(keyOf(clue)) ?? 0));
	return rules.map(({ when }) => witnessOf(when, commonest));
}

/**
 * The texts that a test needs in its column, in any ASCII case: from each list at least one. None for a test that is as
 * fast as looking them up.
 */
export function needsOf(test: Test): readonly (readonly string[])[] {
	switch (test.kind) {
		case "startsWith":
		case "endsWith":
		case "equals":
		case "in":
		case "equalsNumber":
			return [];
		default:
			return cluesOfTest(test).flatMap((clues) =>
				clues === undefined ? [] : [clues.flatMap((clue) => ("text" in clue ? [clue.text] : []))],
			);
	}
}

/** All texts that the tests of a condition need. */
export function textsNeeded(condition: Condition): readonly { readonly column: Column; readonly text: string }[] {
	switch (condition.kind) {
		case "all":
		case "any":
			return condition.parts.flatMap(textsNeeded);
		case "not":
			return textsNeeded(condition.part);
		default:
			return needsOf(condition).flatMap((texts) => texts.map((text) => ({ column: condition.column, text })));
	}
}

type Commonest = (clues: readonly Clue[]) => number;

function witnessOf(condition: Condition, commonest: Commonest): readonly Clue[] | undefined {
	switch (condition.kind) {
		case "all":
			return best(
				condition.parts.map((part) => witnessOf(part, commonest)),
				commonest,
			);
		case "any":
			return union(condition.parts.map((part) => witnessOf(part, commonest)));
		case "not":
			return undefined;
		default:
			return best(cluesOfTest(condition), commonest);
	}
}

/** Each list would do: at least one of its clues is in every text that passes the test. */
function cluesOfTest(test: Test): readonly (readonly Clue[] | undefined)[] {
	const { column } = test;
	const text = (value: string): readonly Clue[] | undefined => (value.length < gramLength ? undefined : [{ column, text: value }]);
	switch (test.kind) {
		case "has":
		case "contains":
		case "startsWith":
		case "endsWith":
		case "equals":
			return [text(test.value)];
		case "hasAll":
			return test.values.map(text);
		case "in":
			return [union(test.values.map(text))];
		case "equalsNumber":
			return [test.values.map((number) => ({ column, number }))];
		case "hasFlag":
			return [union(test.names.map((name) => text(`-${name}`)))];
		case "hasWords":
			return test.words.map(text);
		case "hasShape":
			return [union(test.shape.starts.map(text))];
	}
}

/** Together the clues of alternatives, if each has some. */
function union(witnesses: readonly (readonly Clue[] | undefined)[]): readonly Clue[] | undefined {
	const found = witnesses.filter((one) => one !== undefined);
	return found.length === witnesses.length && found.length > 0 ? found.flat() : undefined;
}

/** Of witnesses that would all do, the one whose commonest clue fewest rules name; then the shortest list. */
function best(witnesses: readonly (readonly Clue[] | undefined)[], commonest: Commonest): readonly Clue[] | undefined {
	const rated = witnesses.filter((one) => one !== undefined).map((clues) => ({ clues, most: commonest(clues) }));
	return rated.toSorted((one, other) => one.most - other.most || one.clues.length - other.clues.length)[0]?.clues;
}

function mentioned(condition: Condition): readonly Clue[] {
	switch (condition.kind) {
		case "all":
		case "any":
			return condition.parts.flatMap(mentioned);
		case "not":
			return [];
		default:
			return cluesOfTest(condition).flatMap((clues) => clues ?? []);
	}
}

function keyOf(clue: Clue): string {
	return "text" in clue ? `${clue.column} ${clue.text.toLowerCase()}` : `${clue.column}=${clue.number}`;
}
