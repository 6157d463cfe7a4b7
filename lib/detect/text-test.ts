import { foldedCodes, isAt } from "./folded-codes.ts";

/** Tests of one text, compiled once. */
export type TextTest = (text: string) => boolean;

/**
 * Kusto's `has`. A term is a run of ASCII letters and digits. At an edge where the needle itself is a letter or
 * digit, its neighbour must not be one; an edge that is punctuation is free. Every occurrence gets its chance.
 */
export function hasTerm(needle: string): TextTest {
	if (needle === "") return () => true;
	const left = /^[0-9A-Za-z]/.test(needle) ? "(?<![0-9A-Za-z])" : "";
	const right = /[0-9A-Za-z]$/.test(needle) ? "(?![0-9A-Za-z])" : "";
	return tester(left + folded(needle) + right);
}

/** Kusto's `contains`: anywhere in the text. ASCII letters fold, all else is exact, as in each test of this file. */
export function containsText(needle: string): TextTest {
	return tester(folded(needle));
}

/** Kusto's `startswith`. */
export function startsWithText(needle: string): TextTest {
	const codes = foldedCodes(needle);
	return (text) => isAt(text, 0, codes);
}

/** Kusto's `endswith`. */
export function endsWithText(needle: string): TextTest {
	const codes = foldedCodes(needle);
	return (text) => isAt(text, text.length - codes.length, codes);
}

/** Kusto's `=~`: the whole text equals the needle. */
export function equalsText(needle: string): TextTest {
	const codes = foldedCodes(needle);
	return (text) => text.length === codes.length && isAt(text, 0, codes);
}

/** One of these flags, written as `flagPattern` describes. Names come without dashes and are read as regular expressions. */
export function hasAnyFlag(names: readonly string[]): TextTest {
	return tester(foldLetters(flagPattern(names)));
}

/** One dash or two, the name, and blanks, quotes, `=` or the ends of the text around it. Reads the same in RE2. */
export function flagPattern(names: readonly string[]): string {
	return `(?:^|[ \\t\\r\\n"'])--?(?:${names.join("|")})(?:[= \\t\\r\\n"']|$)`;
}

/** These words in a row, as `wordsPattern` describes; `first`: only right after the program. Words are read as regular expressions. */
export function hasWordsInOrder(words: readonly string[], first: boolean): TextTest {
	return tester(foldLetters(wordsPattern(words, first)));
}

/** The words with blanks between them and any quotes around each, anywhere or right behind the program. Reads the same in RE2. */
export function wordsPattern(words: readonly string[], first: boolean): string {
	const start = first ? `^[ \\t\\r\\n]*(?:"[^"]*"|[^ \\t\\r\\n"]+)[ \\t\\r\\n]+["']?` : `(?:^|[ \\t\\r\\n"'])`;
	return `${start}${words.join(`["']?[ \\t\\r\\n]+["']?`)}(?:[ \\t\\r\\n"']|$)`;
}

function tester(source: string): TextTest {
	const pattern = new RegExp(source);
	return (text) => pattern.test(text);
}

/**
 * A pattern for the needle in any ASCII case. Spelled as classes because the flags fold more than Kusto does:
 * `i` takes É for é, and with `u` the Kelvin sign for k and the long s for s.
 */
function folded(needle: string): string {
	return foldLetters(needle.replace(/[\\^$.*+?()[\]{}|/-]/g, "\\$&"));
}

function foldLetters(pattern: string): string {
	return pattern.replace(/\\.|[A-Za-z]/g, (part) => (part.length > 1 ? part : `[${part.toUpperCase()}${part.toLowerCase()}]`));
}
