import type { Condition } from "../condition.ts";
import type { Rule } from "../rule.ts";

/** A piece of text that is visible in the raw JSON of what matches, in any letter case, unless spelled with `\u00XX`. */
export interface Literal {
	/** Lower-case ASCII. */
	readonly text: string;
	/** The byte after it is neither a letter nor a digit. */
	readonly bounded: boolean;
}

/** What the scan needs to find a literal wherever it stands; shorter ones would be found everywhere anyway. */
export const fewestBytes = 6;

/** Literals; every record that satisfies the condition contains at least one of them in some value. */
type Witness = readonly Literal[];

/**
 * What to look for so that no rule's record is missed: the literals of all rules together, and the ids of the rules that
 * have none. Where a rule leaves a choice, what is looked for anyway is taken: it adds neither work nor false hits.
 * `texts` are looked for besides; each has at least six bytes.
 */
export function literalsOf(
	rules: readonly Pick<Rule, "id" | "when">[],
	texts: readonly string[] = [],
): {
	readonly literals: readonly Literal[];
	readonly open: readonly string[];
} {
	let literals: Witness = texts.map((text) => ({ text: text.toLowerCase(), bounded: false }));
	const open: string[] = [];
	for (const { id, when } of rules) {
		const witness = witnessOf(when, literals);
		if (witness === undefined) open.push(id);
		else literals = withoutCovered([...literals, ...witness]);
	}
	return { literals, open };
}

/** `undefined` = there is no witness, and nothing may be ruled out. */
function witnessOf(condition: Condition, known: Witness): Witness | undefined {
	switch (condition.kind) {
		case "all":
			return best(
				condition.parts.map((part) => witnessOf(part, known)),
				known,
			);
		case "any":
			return union(condition.parts.map((part) => witnessOf(part, known)));
		case "has":
			return best(pieces(condition.value, endsInTerm(condition.value)), known);
		case "hasAll":
			return best(
				condition.values.flatMap((value) => pieces(value, endsInTerm(value))),
				known,
			);
		case "contains":
		case "startsWith":
			return best(pieces(condition.value, false), known);
		case "endsWith":
		case "equals":
			return best(pieces(condition.value, true), known);
		case "in":
			return union(condition.values.map((value) => best(pieces(value, true), known)));
		case "hasFlag":
			return union(condition.names.map((name) => best(pieces(`-${name}`, true), known)));
		case "hasWords":
			return best(
				condition.words.flatMap((word) => pieces(word, true)),
				known,
			);
		case "hasShape":
			return condition.shape.starts.map((start) => ({ text: start.toLowerCase(), bounded: false }));
		case "not":
			return undefined;
		case "equalsNumber":
			// 7844 may be written 7.844e3.
			return undefined;
	}
}

/** Together the witnesses of alternatives, if each has one. */
function union(witnesses: readonly (Witness | undefined)[]): Witness | undefined {
	const found = witnesses.filter((one) => one !== undefined);
	return found.length === witnesses.length && found.length > 0 ? found.flat() : undefined;
}

/** Each of the witnesses would do: one that is known, else the one whose weakest literal is longest, else the shortest list. */
function best(witnesses: readonly (Witness | undefined)[], known: Witness): Witness | undefined {
	const isKnown = (witness: Witness): number => Number(witness.every((literal) => known.some((other) => covers(other, literal))));
	const weakest = (witness: Witness): number => Math.min(...witness.map(span));
	return witnesses
		.filter((one) => one !== undefined)
		.toSorted((one, other) => isKnown(one) - isKnown(other) || weakest(one) - weakest(other) || other.length - one.length)
		.at(-1);
}

/**
 * The parts of a value that look the same in every JSON, each a witness. JSON may write quotes, backslashes, slashes,
 * control characters and non-ASCII in more than one way, and some writers escape HTML's characters too: the value is cut
 * there, before its case is folded, which could turn non-ASCII into ASCII. What follows a cut begins with a byte that is
 * no letter or digit, however it is written; what follows the end of the value does so only where the operator says so.
 */
function pieces(value: string, boundedAtEnd: boolean): readonly Witness[] {
	const texts = value.split(/[^ !#$%()*,.:;=?@[\]^_{|}~0-9A-Za-z-]/);
	const literals = texts.map((text, index) => ({ text: text.toLowerCase(), bounded: boundedAtEnd || index < texts.length - 1 }));
	return literals.filter((literal) => literal.text !== "" && span(literal) >= fewestBytes).map((literal) => [literal]);
}

/** Kusto checks the right edge of a term only where the needle ends in a letter or digit. */
function endsInTerm(needle: string): boolean {
	return /[0-9A-Za-z]$/.test(needle);
}

/** How many bytes of the raw JSON a literal pins down. */
function span({ text, bounded }: Literal): number {
	return text.length + (bounded ? 1 : 0);
}

/** Without those that can only be found where another one is found too. */
function withoutCovered(literals: readonly Literal[]): readonly Literal[] {
	const unique = [...new Map(literals.map((literal) => [JSON.stringify(literal), literal])).values()];
	return unique.filter((literal) => !unique.some((other) => other !== literal && covers(other, literal)));
}

/** Whether the first literal stands wherever the second does. */
function covers(one: Literal, other: Literal): boolean {
	for (let at = other.text.indexOf(one.text); at !== -1; at = other.text.indexOf(one.text, at + 1)) {
		const after = other.text[at + one.text.length];
		const ends = after === undefined ? other.bounded : /[^0-9a-z]/.test(after);
		if (!one.bounded || ends) return true;
	}
	return false;
}
