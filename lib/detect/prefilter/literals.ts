import type { Condition } from "../condition.ts";
import type { Rule } from "../rule.ts";
import { isUsual } from "./usual-text.ts";

/** A piece of text that is visible in the raw JSON of what matches, in any letter case, unless spelled with `\u00XX`. */
export interface Literal {
	/** Lower-case ASCII. */
	readonly text: string;
	/** The byte after it is neither a letter nor a digit. */
	readonly bounded: boolean;
}

/** Fewest bytes with which the scan finds a literal at any position; shorter ones would hit everywhere anyway. */
export const fewestBytes = 6;

/** Literals; every record that satisfies the condition contains at least one of them in some value. */
type Witness = readonly Literal[];

/** Of several witnesses, any of which would do, one; `undefined` where there is none. */
type Choose = (witnesses: readonly (Witness | undefined)[]) => Witness | undefined;

/**
 * What to search for so that no rule's record is missed: the literals of all rules, and the ids of the rules without a
 * literal, whose table names are searched for instead. Where a rule leaves a choice, it takes literals that other rules
 * have searched for anyway: that adds neither work nor false hits. `texts` are searched for too and have at least six
 * bytes each.
 */
export function literalsOf(
	rules: readonly Pick<Rule, "id" | "when" | "tables">[],
	texts: readonly string[] = [],
): {
	readonly literals: readonly Literal[];
	readonly open: readonly string[];
} {
	const known = createKnown();
	known.add(texts.map(plain));
	for (const { when } of rules) known.add(witnessOf(when, unlessChoice) ?? []);
	const open: string[] = [];
	for (const { id, when, tables } of rules) {
		const witness = witnessOf(when, best(known));
		if (witness === undefined) open.push(id);
		// Each record names its table.
		known.add(witness ?? tables.map(plain));
	}
	return { literals: known.all(), open };
}

function plain(text: string): Literal {
	return { text: text.toLowerCase(), bounded: false };
}

/** `undefined` = there is no witness, and nothing may be ruled out. */
function witnessOf(condition: Condition, choose: Choose): Witness | undefined {
	switch (condition.kind) {
		case "all":
			return choose(condition.parts.map((part) => witnessOf(part, choose)));
		case "any":
			return union(condition.parts.map((part) => witnessOf(part, choose)));
		case "has":
			return choose(pieces(condition.value, endsInTerm(condition.value)));
		case "hasAll":
			return choose(condition.values.flatMap((value) => pieces(value, endsInTerm(value))));
		case "contains":
		case "startsWith":
			return choose(pieces(condition.value, false));
		case "endsWith":
		case "equals":
			return choose(pieces(condition.value, true));
		case "in":
			return union(condition.values.map((value) => choose(pieces(value, true))));
		case "hasFlag":
			return union(condition.names.map((name) => choose(pieces(`-${name}`, true))));
		case "hasWords":
			return choose(condition.words.flatMap((word) => pieces(word, true)));
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

/** The literals that are searched for whatever is chosen elsewhere. */
const unlessChoice: Choose = (witnesses) => {
	const found = witnesses.filter((one) => one !== undefined);
	return found.length < 2 ? found[0] : [];
};

/** One that is known; else one that the stream does not show all the time; else the one whose weakest literal is longest; else the shortest list. */
function best(known: Known): Choose {
	return (witnesses) => {
		const found = witnesses.filter((one) => one !== undefined);
		if (found.length < 2) return found[0];
		const rated = found.map((witness) => ({
			witness,
			isKnown: Number(witness.every(known.has)),
			isRare: Number(!witness.some(({ text }) => isUsual(text))),
			weakest: Math.min(...witness.map(span)),
		}));
		return rated
			.toSorted(
				(one, other) =>
					one.isKnown - other.isKnown ||
					one.isRare - other.isRare ||
					one.weakest - other.weakest ||
					other.witness.length - one.witness.length,
			)
			.at(-1)?.witness;
	};
}

/**
 * The parts of a value that look the same in every JSON encoding; each proves that the value is there. JSON has several
 * ways to write quotes, backslashes, slashes, control characters and non-ASCII, and some writers also escape HTML's
 * characters. So the value is cut at these characters, before its case is folded, because folding could turn non-ASCII
 * into ASCII. However a cut character is written, it begins with a byte that is no letter or digit. After the end of
 * the value that holds only if the operator demands it.
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

/** The literals so far, without those that can only occur where another one of them occurs too. */
interface Known {
	/** Is something looked for wherever this literal stands? */
	readonly has: (literal: Literal) => boolean;
	add(literals: readonly Literal[]): void;
	all(): readonly Literal[];
}

/** Every literal has as many bytes of text, so this many of them lead to those that may cover or be covered. */
const leadBytes = fewestBytes - 1;

function createKnown(): Known {
	const kept = new Set<Literal>();
	// By their first bytes and then their text, to find what covers a literal; and by all pieces as long as those first
	// bytes, to find what a literal covers.
	const byStart = new Map<string, Map<string, Set<Literal>>>();
	const lengths = new Map<string, Set<number>>();
	const byPiece = new Map<string, Set<Literal>>();
	const has = (literal: Literal): boolean => {
		for (let at = 0; at === 0 || at + leadBytes <= literal.text.length; at++) {
			const lead = literal.text.slice(at, at + leadBytes);
			const texts = byStart.get(lead);
			if (texts === undefined) continue;
			for (const length of lengths.get(lead) ?? []) {
				for (const other of texts.get(literal.text.slice(at, at + length)) ?? []) if (covers(other, literal)) return true;
			}
		}
		return false;
	};
	const drop = (literal: Literal): void => {
		kept.delete(literal);
		byStart.get(startOf(literal))?.get(literal.text)?.delete(literal);
		for (const lead of leads(literal)) byPiece.get(lead)?.delete(literal);
	};
	/** What contains the literal contains all its pieces: those that have the rarest one. */
	const suspects = (literal: Literal): readonly Literal[] => {
		let shortest: ReadonlySet<Literal> | undefined;
		for (const lead of leads(literal)) {
			const list = byPiece.get(lead);
			if (list === undefined || list.size === 0) return [];
			if (shortest === undefined || list.size < shortest.size) shortest = list;
		}
		return [...(shortest ?? [])];
	};
	return {
		has,
		add(literals) {
			for (const literal of literals) {
				if (has(literal)) continue;
				for (const other of suspects(literal)) if (covers(literal, other)) drop(other);
				kept.add(literal);
				const start = startOf(literal);
				const texts = byStart.get(start) ?? new Map<string, Set<Literal>>();
				byStart.set(start, texts);
				listIn(texts, literal.text).add(literal);
				listIn(lengths, start).add(literal.text.length);
				for (const lead of leads(literal)) listIn(byPiece, lead).add(literal);
			}
		},
		all: () => [...kept],
	};
}

function startOf({ text }: Literal): string {
	return text.slice(0, leadBytes);
}

function leads({ text }: Literal): readonly string[] {
	const found: string[] = [];
	for (let at = 0; at === 0 || at + leadBytes <= text.length; at++) found.push(text.slice(at, at + leadBytes));
	return found;
}

function listIn<T>(map: Map<string, Set<T>>, key: string): Set<T> {
	const list = map.get(key) ?? new Set<T>();
	map.set(key, list);
	return list;
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
