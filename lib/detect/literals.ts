import type { Condition } from "./condition.ts";
import { tokenStarts } from "./text-test.ts";

/** A piece of text that is visible in the raw JSON of what matches, in any letter case, unless spelled with `\u00XX`. */
export interface Literal {
	/** Lower-case ASCII. */
	readonly text: string;
	/** The byte after it is neither a letter nor a digit. */
	readonly bounded: boolean;
}

/** What the scan needs to find a literal wherever it stands; shorter ones would be found everywhere anyway. */
export const fewestBytes = 6;

/**
 * The witness of a condition: literals of which at least one stands in some value of every record that satisfies it.
 * `undefined` = there is none, and nothing may be ruled out.
 */
export function witness(condition: Condition): readonly Literal[] | undefined {
	switch (condition.kind) {
		case "all":
			return best(condition.parts.map(witness));
		case "any":
			return union(condition.parts.map(witness));
		case "has":
			// Kusto checks the right edge only where the needle ends in a letter or digit.
			return bestPiece(condition.value, /[0-9A-Za-z]$/.test(condition.value));
		case "hasAll":
			return best(condition.values.map((value) => bestPiece(value, /[0-9A-Za-z]$/.test(value))));
		case "contains":
		case "startsWith":
			return bestPiece(condition.value, false);
		case "endsWith":
		case "equals":
			return bestPiece(condition.value, true);
		case "in":
			return union(condition.values.map((value) => bestPiece(value, true)));
		case "hasFlag":
			return union(condition.names.map((name) => bestPiece(`-${name}`, true)));
		case "hasTunnelToken":
			return tokenStarts.map((start) => ({ text: start.toLowerCase(), bounded: false }));
		case "not":
			return undefined;
		case "equalsNumber":
			// 7844 may be written 7.844e3.
			return undefined;
	}
}

/** How many bytes of the raw JSON a literal pins down. */
function span({ text, bounded }: Literal): number {
	return text.length + (bounded ? 1 : 0);
}

/** Without those that can only be found where another one is found too. */
export function withoutCovered(literals: readonly Literal[]): readonly Literal[] {
	const unique = [...new Map(literals.map((literal) => [JSON.stringify(literal), literal])).values()];
	return unique.filter((literal) => !unique.some((other) => other !== literal && covers(other, literal)));
}

function covers(one: Literal, other: Literal): boolean {
	for (let at = other.text.indexOf(one.text); at !== -1; at = other.text.indexOf(one.text, at + 1)) {
		const after = other.text[at + one.text.length];
		const ends = after === undefined ? other.bounded : /[^0-9a-z]/.test(after);
		if (!one.bounded || ends) return true;
	}
	return false;
}

function union(witnesses: readonly (readonly Literal[] | undefined)[]): readonly Literal[] | undefined {
	const known = witnesses.filter((one) => one !== undefined);
	return known.length === witnesses.length && known.length > 0 ? known.flat() : undefined;
}

/** The witness whose weakest literal is longest; of equals, the one with fewer literals, then the later one. */
function best(witnesses: readonly (readonly Literal[] | undefined)[]): readonly Literal[] | undefined {
	const known = witnesses.filter((one) => one !== undefined);
	return known.toSorted((one, other) => weakest(one) - weakest(other) || other.length - one.length).at(-1);
}

function weakest(literals: readonly Literal[]): number {
	return Math.min(...literals.map(span));
}

/**
 * JSON may write quotes, backslashes, slashes, control characters and non-ASCII in more than one way, and some writers
 * escape HTML's characters too: the value is cut there, before its case is folded, which could turn non-ASCII into ASCII. What follows a cut begins with a byte that is no letter or
 * digit, however it is written; what follows the end of the value does so only where the operator says so.
 */
function bestPiece(value: string, boundedAtEnd: boolean): readonly Literal[] | undefined {
	const texts = value.split(/[^ !#$%()*,.:;=?@[\]^_{|}~0-9A-Za-z-]/);
	const pieces = texts.map((text, index) => ({ text: text.toLowerCase(), bounded: boundedAtEnd || index < texts.length - 1 }));
	return best(pieces.filter((piece) => piece.text !== "" && span(piece) >= fewestBytes).map((piece) => [piece]));
}
