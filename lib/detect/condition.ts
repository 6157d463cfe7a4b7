import type { Column } from "../defender/tables.ts";

/** One test of one column. Texts compare as in Kusto: ASCII letters fold, everything else is exact. */
export type Test =
	| { readonly kind: "has" | "contains" | "startsWith" | "endsWith" | "equals"; readonly column: Column; readonly value: string }
	| { readonly kind: "hasAll" | "in"; readonly column: Column; readonly values: readonly string[] }
	| { readonly kind: "equalsNumber"; readonly column: Column; readonly values: readonly number[] }
	| { readonly kind: "hasFlag"; readonly column: Column; readonly names: readonly string[] }
	| { readonly kind: "hasWords"; readonly column: Column; readonly words: readonly string[]; readonly first: boolean }
	| { readonly kind: "hasShape"; readonly column: Column; readonly shape: Shape };

/** Something that a family recognises in a text and no operator can describe: a token that decodes, say. */
export interface Shape {
	/** Every text of this shape contains one of these, in any letter case. Each has at least six characters. */
	readonly starts: readonly string[];
	/** The closest regular expression, in RE2 syntax. */
	readonly pattern: string;
	readonly isIn: (text: string) => boolean;
	/** A text that has it. */
	readonly example: string;
}

/**
 * What a rule demands of a record. A column that is missing, null or not a string counts as the empty string. Matcher,
 * evidence, prefilter, explanation and KQL all read this one tree: a new kind does not compile until each of them
 * handles it.
 */
export type Condition =
	| { readonly kind: "all" | "any"; readonly parts: readonly Condition[] }
	| { readonly kind: "not"; readonly part: Condition }
	| Test;

/** Holds if every part holds; without parts, always. */
export function all(...parts: readonly Condition[]): Condition {
	return { kind: "all", parts };
}

/** Holds if at least one part holds; without parts, never. */
export function any(...parts: readonly Condition[]): Condition {
	return { kind: "any", parts };
}

/** Holds if the part does not. A missing column is an empty string, so a negated test of it holds. */
export function not(part: Condition): Condition {
	return { kind: "not", part };
}

/** The value occurs as whole terms: a letter or digit at its edge may not touch another ASCII letter or digit. */
export function has(column: Column, value: string): Test {
	return { kind: "has", column, value };
}

/** `has` for every value, all in this one column. */
export function hasAll(column: Column, ...values: readonly string[]): Test {
	return { kind: "hasAll", column, values };
}

/** The value occurs anywhere in the column, even inside a longer word. */
export function contains(column: Column, value: string): Test {
	return { kind: "contains", column, value };
}

/** The column begins with the value. */
export function startsWith(column: Column, value: string): Test {
	return { kind: "startsWith", column, value };
}

/** The column ends with the value: for a path, write the backslash before the file name too. */
export function endsWith(column: Column, value: string): Test {
	return { kind: "endsWith", column, value };
}

/** The whole column equals the value, blanks included. */
export function equals(column: Column, value: string): Test {
	return { kind: "equals", column, value };
}

/** The column equals one of the values. (`in` is a reserved word.) */
export function oneOf(column: Column, ...values: readonly string[]): Test {
	return { kind: "in", column, values };
}

/** The column is one of these numbers; the rare rows that carry a number as digits in a string count too. */
export function equalsNumber(column: Column, ...values: readonly number[]): Test {
	return { kind: "equalsNumber", column, values };
}

/**
 * A command line with one of these flags, after one dash or two and with its value after `=` or a blank, as Go's flag
 * parser reads it. Names come without their dashes.
 */
export function hasFlag(column: Column, ...names: readonly string[]): Test {
	return { kind: "hasFlag", column, names };
}

/** These words of a command line, one right after the other. A part of a path or of a longer word is not one. */
export function hasWords(column: Column, ...words: readonly string[]): Test {
	return { kind: "hasWords", column, words, first: false };
}

/** As `hasWords`, right behind the program: there they are its subcommands, whatever its other arguments say. */
export function firstWords(column: Column, ...words: readonly string[]): Test {
	return { kind: "hasWords", column, words, first: true };
}

/** For text that no other operator can describe. KQL gets the shape's `pattern`, which is only an approximation. */
export function hasShape(column: Column, shape: Shape): Test {
	return { kind: "hasShape", column, shape };
}
