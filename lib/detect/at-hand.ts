import { type DefenderRecord, text } from "../defender/record.ts";
import type { Column } from "../defender/tables.ts";

/**
 * The record that a matcher has at hand. Many rules ask the same of it, so each answer is kept until the next record
 * comes, and so is which of the texts that rules ask for were found in its columns.
 */
export interface AtHand {
	/** Another record comes: nothing that was kept holds any more. */
	next(): void;
	/** The same, computed once for each record. */
	once<T>(compute: (record: DefenderRecord) => T): (record: DefenderRecord) => T;
	/** Reads the column's text, once for each record: reading a column costs more than most tests of it. */
	readerOf(column: Column): (record: DefenderRecord) => string;
	/** The number of a text in a column, the same in any ASCII case. */
	idOf(column: Column, text: string): number;
	found(id: number): void;
	isFound(id: number): boolean;
	/** All texts that rules for this record ask for have been looked for. */
	searched(): void;
	/** Is it known that the record holds none of these texts? */
	isWithout(ids: readonly number[]): boolean;
}

/** One for each matcher, for all its records; `next` must be called before each of them. */
export function createAtHand(): AtHand {
	let turn = 0;
	let searchedIn = 0;
	const ids = new Map<string, number>();
	// The turn in which each text was found last.
	const foundIn: number[] = [];
	const readers = new Map<Column, (record: DefenderRecord) => string>();
	const once = <T>(compute: (record: DefenderRecord) => T): ((record: DefenderRecord) => T) => {
		let askedIn = 0;
		let answer: T | undefined;
		return (record) => {
			if (askedIn === turn) return answer as T; // Answered in this turn.
			const computed = compute(record);
			answer = computed;
			askedIn = turn;
			return computed;
		};
	};
	return {
		next() {
			turn += 1;
		},
		once,
		readerOf(column) {
			const known = readers.get(column);
			if (known !== undefined) return known;
			const made = once((record) => text(record, column));
			readers.set(column, made);
			return made;
		},
		idOf(column, text) {
			const key = `${column} ${foldedText(text)}`;
			const known = ids.get(key);
			if (known !== undefined) return known;
			const id = foundIn.push(0) - 1;
			ids.set(key, id);
			return id;
		},
		found(id) {
			foundIn[id] = turn;
		},
		isFound: (id) => foundIn[id] === turn,
		searched() {
			searchedIn = turn;
		},
		isWithout(ids) {
			if (searchedIn !== turn) return false;
			for (const id of ids) if (foundIn[id] === turn) return false;
			return true;
		},
	};
}

/** As the operators fold: ASCII letters only. */
function foldedText(value: string): string {
	return value.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());
}
