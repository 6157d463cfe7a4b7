import { columnNumber, type DefenderRecord } from "../../defender/record.ts";
import type { Column } from "../../defender/tables.ts";
import type { AtHand } from "../at-hand.ts";
import type { Rule } from "../rule.ts";
import { cluesOf, textsNeeded } from "./clues.ts";
import { createTextIndex } from "./text-index.ts";

/** The places in the list of rules that the record at hand can match, in ascending order; all others it cannot. */
export type RuleIndex = (record: DefenderRecord) => readonly number[];

/** A text to look for in one column, and the places of the rules that it is a clue of. */
interface Needle {
	readonly text: string;
	readonly id: number;
	readonly rules: number[];
}

/**
 * Selects the rules worth trying; all of them must be for the record's table. The cost grows with the length of the
 * texts and the number of rules that share a clue with the record, not with the number of rules. Rules without a clue
 * are always tried. The same pass over the texts finds out which tests cannot hold, because what they need is not there.
 */
export function createRuleIndex(rules: readonly Pick<Rule, "when">[], atHand: AtHand): RuleIndex {
	const needles = new Map<Column, Map<number, Needle>>();
	const numbers = new Map<Column, Map<number, number[]>>();
	const needleOf = (column: Column, text: string): Needle => {
		const id = atHand.idOf(column, text);
		return entry(
			entry(needles, column, () => new Map<number, Needle>()),
			id,
			() => ({ text, id, rules: [] }),
		);
	};
	// A set of rules has a bit for each: none comes twice, and they come out in order.
	const always = new Int32Array(Math.ceil(rules.length / 32));
	for (const [place, clues] of cluesOf(rules).entries()) {
		if (clues === undefined) add(always, place);
		for (const clue of clues ?? []) {
			if ("text" in clue) needleOf(clue.column, clue.text).rules.push(place);
			else
				entry(
					entry(numbers, clue.column, () => new Map<number, number[]>()),
					clue.number,
					() => [],
				).push(place);
		}
	}
	for (const { when } of rules) for (const { column, text } of textsNeeded(when)) needleOf(column, text);
	const searches = [...needles].map(([column, byId]) => ({ read: atHand.readerOf(column), find: createTextIndex([...byId.values()]) }));
	const chosen = new Int32Array(always.length);
	const found = ({ id, rules }: Needle): void => {
		if (atHand.isFound(id)) return;
		atHand.found(id);
		for (const place of rules) add(chosen, place);
	};

	return (record) => {
		chosen.set(always);
		for (const { read, find } of searches) find(read(record), found);
		for (const [column, byNumber] of numbers) for (const place of byNumber.get(columnNumber(record, column)) ?? []) add(chosen, place);
		atHand.searched();
		return placesIn(chosen);
	};
}

function entry<K, V>(map: Map<K, V>, key: K, make: () => V): V {
	const known = map.get(key);
	if (known !== undefined) return known;
	const made = make();
	map.set(key, made);
	return made;
}

function add(set: Int32Array, place: number): void {
	const word = place >>> 5;
	set[word] = (set[word] ?? 0) | (1 << (place & 31));
}

function placesIn(set: Int32Array): readonly number[] {
	const places: number[] = [];
	for (let word = 0; word < set.length; word++) {
		// The lowest bit leaves in each round.
		for (let bits = set[word] ?? 0; bits !== 0; bits &= bits - 1) places.push(word * 32 + 31 - Math.clz32(bits & -bits));
	}
	return places;
}
