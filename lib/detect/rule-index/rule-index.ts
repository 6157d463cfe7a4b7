import { columnNumber, type DefenderRecord, text } from "../../defender/record.ts";
import type { Column } from "../../defender/tables.ts";
import type { Rule } from "../rule.ts";
import { cluesOf } from "./clues.ts";
import { createTextIndex, type TextIndex } from "./text-index.ts";

/** The places in the list of rules that a record can match, in ascending order; all others it cannot. */
export type RuleIndex = (record: DefenderRecord) => readonly number[];

/**
 * Selects the rules worth trying on a record; all of them must be for its table. The cost grows with the length of the
 * texts and the number of rules that share a clue with the record, not with the number of rules. Rules without a clue
 * are always tried.
 */
export function createRuleIndex(rules: readonly Pick<Rule, "when">[]): RuleIndex {
	const always: number[] = [];
	const texts = new Map<Column, Map<string, number[]>>();
	const numbers = new Map<Column, Map<number, number[]>>();
	for (const [id, clues] of cluesOf(rules).entries()) {
		if (clues === undefined) always.push(id);
		for (const clue of clues ?? []) {
			if ("text" in clue) listIn(texts, clue.column, folded(clue.text)).push(id);
			else listIn(numbers, clue.column, clue.number).push(id);
		}
	}
	const columns: readonly (readonly [Column, TextIndex])[] = [...texts].map(([column, needles]) => [column, createTextIndex(needles)]);
	// In which turn each rule was found last.
	const seen = new Float64Array(rules.length);
	let turn = 0;

	return (record) => {
		turn += 1;
		const found: number[] = [];
		const add = (id: number): void => {
			if (seen[id] === turn) return;
			seen[id] = turn;
			found.push(id);
		};
		for (const [column, find] of columns) find(text(record, column), add);
		for (const [column, byNumber] of numbers) for (const id of byNumber.get(columnNumber(record, column)) ?? []) add(id);
		if (found.length === 0) return always;
		for (const id of always) add(id);
		return found.sort((one, other) => one - other);
	};
}

function listIn<K, L>(map: Map<K, Map<L, number[]>>, key: K, item: L): number[] {
	const lists = map.get(key) ?? new Map<L, number[]>();
	map.set(key, lists);
	const list = lists.get(item) ?? [];
	lists.set(item, list);
	return list;
}

/** As the operators fold: ASCII letters only. */
function folded(value: string): string {
	return value.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());
}
