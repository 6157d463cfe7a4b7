import { tables } from "../../defender/tables.ts";
import type { Literal } from "./literals.ts";

/** Something to look for in raw bytes: for each place, the bytes that may stand there. */
export type Pattern = readonly (readonly number[])[];

/** A literal in any ASCII case. */
export function literalPattern({ text, bounded }: Literal): Pattern {
	const places = [...text].map((character) => bytesOf(character));
	return bounded ? [...places, boundaries] : places;
}

/**
 * `\u00XX` where it spells a character of a literal, in either case. No other JSON escape produces a character that a
 * literal can hold. Only characters that occur in the literals count, because some writers escape quotes, `<` and the
 * like in every message. There is one pattern for each first digit, so that none matches more than it must.
 */
export function escapePatterns(literals: readonly Literal[]): readonly Pattern[] {
	const secondDigits = new Map<string, Set<string>>();
	for (const character of literals.flatMap(({ text }) => [...text, ...text.toUpperCase()])) {
		const [first = "", second = ""] = character.charCodeAt(0).toString(16).padStart(2, "0");
		secondDigits.set(first, (secondDigits.get(first) ?? new Set()).add(second));
	}
	const start = [..."\\u00"].map((character) => [character.charCodeAt(0)]);
	return [...secondDigits].map(([first, seconds]) => [...start, bytesOf(first), [...seconds].flatMap(bytesOf)]);
}

/** Start of the window of this length that is least common in the stream. Half of the stream is column names. */
export function rarestWindow(pattern: Pattern, length: number): number {
	commonTriples ??= countTriples();
	const counts = commonTriples;
	const text = String.fromCharCode(...pattern.map((bytes) => bytes[0] ?? 0));
	const common = Array.from({ length: pattern.length - length + 1 }, (_, start) =>
		triplesOf(text.slice(start, start + length)).reduce((sum, triple) => sum + (counts.get(triple) ?? 0), 0),
	);
	return common.indexOf(Math.min(...common));
}

function triplesOf(text: string): readonly string[] {
	return Array.from({ length: Math.max(0, text.length - 2) }, (_, at) => text.slice(at, at + 3));
}

/** Counted when first asked for: a program that scans nothing does without. */
let commonTriples: ReadonlyMap<string, number> | undefined;

function countTriples(): ReadonlyMap<string, number> {
	const counts = new Map<string, number>();
	for (const triple of Object.values(tables).flatMap((columns) => Object.keys(columns).flatMap((name) => triplesOf(name.toLowerCase())))) {
		counts.set(triple, (counts.get(triple) ?? 0) + 1);
	}
	return counts;
}

/** The bytes of an ASCII character, lower case first. */
function bytesOf(character: string): readonly number[] {
	return [...new Set([character.toLowerCase().charCodeAt(0), character.toUpperCase().charCodeAt(0)])];
}

/** What can follow a term: anything but a letter or digit. */
const boundaries = Array.from({ length: 256 }, (_, byte) => byte).filter((byte) => !/[0-9A-Za-z]/.test(String.fromCharCode(byte)));
