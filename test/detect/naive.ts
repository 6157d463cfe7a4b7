import type { DefenderRecord } from "../../lib/defender/record.ts";
import type { Condition, Test } from "../../lib/detect/condition.ts";

/**
 * The operators once more, from their definitions, one character code after the other: slow, without regular
 * expressions and without looking at lib/detect. What the matcher is measured by.
 */
export function naive(condition: Condition, record: DefenderRecord): boolean {
	switch (condition.kind) {
		case "all":
			return condition.parts.every((part) => naive(part, record));
		case "any":
			return condition.parts.some((part) => naive(part, record));
		case "not":
			return !naive(condition.part, record);
		default:
			return naiveTest(condition, record.columns[condition.column]);
	}
}

function naiveTest(test: Test, value: unknown): boolean {
	const text = codes(typeof value === "string" ? value : "");
	switch (test.kind) {
		case "has":
			return has(text, codes(test.value));
		case "hasAll":
			return test.values.every((item) => has(text, codes(item)));
		case "contains":
			return places(text, codes(test.value)).length > 0;
		case "startsWith":
			return places(text, codes(test.value)).includes(0);
		case "endsWith":
			return places(text, codes(test.value)).includes(text.length - test.value.length);
		case "equals":
			return text.length === test.value.length && places(text, codes(test.value)).includes(0);
		case "in":
			return test.values.some((item) => text.length === item.length && places(text, codes(item)).includes(0));
		case "equalsNumber":
			return test.values.some((number) => value === number || (typeof value === "string" && digits(value, number)));
		case "hasFlag":
			return test.names.some((name) => hasFlag(text, codes(name)));
		case "hasWords":
			return hasWords(text, test.words.map(codes), test.first);
		// The only shape that there is.
		case "hasShape":
			return hasToken(String.fromCharCode(...text));
	}
}

/** A number written as digits; leading zeros do not change it. */
function digits(value: string, number: number): boolean {
	return value !== "" && [...value].every((character) => character >= "0" && character <= "9") && Number(value) === number;
}

function has(text: readonly number[], needle: readonly number[]): boolean {
	return places(text, needle).some((start) => {
		const end = start + needle.length;
		const leftOk = !isTermCode(needle[0]) || !isTermCode(text[start - 1]);
		const rightOk = !isTermCode(needle.at(-1)) || !isTermCode(text[end]);
		return leftOk && rightOk;
	});
}

function hasFlag(text: readonly number[], name: readonly number[]): boolean {
	return places(text, name).some((start) => {
		const after = text[start + name.length];
		const ends = after === undefined || codes("= \t\r\n\"'").includes(after);
		return ends && [1, 2].some((dashes) => isFlagStart(text, start - dashes, dashes));
	});
}

/** From each place at which the first word may begin, the words are read one after the other. */
function hasWords(text: readonly number[], words: readonly (readonly number[])[], first: boolean): boolean {
	const starts = first
		? startsBehindProgram(text)
		: text.map((_code, at) => at).filter((at) => at === 0 || isOne(text[at - 1], " \t\r\n\"'"));
	return starts.some((start) => {
		let at = start;
		return words.every((word, index) => {
			if (index > 0) {
				if (isOne(text[at], "\"'")) at++;
				const blanks = countBlanks(text, at);
				if (blanks === 0) return false;
				at += blanks;
				if (isOne(text[at], "\"'")) at++;
			}
			if (!places(text.slice(at, at + word.length), word).includes(0)) return false;
			at += word.length;
			return index < words.length - 1 || at === text.length || isOne(text[at], " \t\r\n\"'");
		});
	});
}

/** Behind a program in quotes, or up to a blank, and the blanks after it; with and without a quote that opens there. */
function startsBehindProgram(text: readonly number[]): readonly number[] {
	const program = countBlanks(text, 0);
	let end = program;
	if (isOne(text[program], '"')) {
		end = text.indexOf(0x22, program + 1) + 1;
		if (end === 0) return [];
	} else while (end < text.length && !isOne(text[end], ' \t\r\n"')) end++;
	const blanks = countBlanks(text, end);
	if (end === program || blanks === 0) return [];
	const start = end + blanks;
	return isOne(text[start], "\"'") ? [start, start + 1] : [start];
}

function countBlanks(text: readonly number[], from: number): number {
	let at = from;
	while (isOne(text[at], " \t\r\n")) at++;
	return at - from;
}

function isOne(code: number | undefined, characters: string): boolean {
	return code !== undefined && codes(characters).includes(code);
}

function hasToken(text: string): boolean {
	return Array.from({ length: text.length }, (_, start) => start).some((start) => {
		if (!tokenStarts.includes(text.slice(start, start + 7))) return false;
		const end = [...text.slice(start)].findIndex((character) => !/[A-Za-z0-9+/=]/.test(character));
		const decoded = Buffer.from(end === -1 ? text.slice(start) : text.slice(start, start + end), "base64").toString();
		return /"a": ?"[0-9a-f]{32}"/i.test(decoded);
	});
}

const tokenStarts = [..."atseATSE"].map((key) => Buffer.from(`{"${key}": `).toString("base64").slice(0, 7));

function isFlagStart(text: readonly number[], start: number, dashes: number): boolean {
	const before = text[start - 1];
	const opens = start === 0 || (before !== undefined && codes(" \t\r\n\"'").includes(before));
	return start >= 0 && opens && text.slice(start, start + dashes).every((code) => code === 0x2d);
}

/** Every index at which the needle occurs in the text, ASCII case aside. */
function places(text: readonly number[], needle: readonly number[]): readonly number[] {
	const found: number[] = [];
	for (let start = 0; start + needle.length <= text.length; start++) {
		if (needle.every((code, index) => fold(code) === fold(text[start + index]))) found.push(start);
	}
	return found;
}

function fold(code: number | undefined): number | undefined {
	return code !== undefined && code >= 0x41 && code <= 0x5a ? code + 0x20 : code;
}

function isTermCode(code: number | undefined): boolean {
	if (code === undefined) return false;
	return (code >= 0x30 && code <= 0x39) || (code >= 0x41 && code <= 0x5a) || (code >= 0x61 && code <= 0x7a);
}

function codes(text: string): readonly number[] {
	return Array.from({ length: text.length }, (_, index) => text.charCodeAt(index));
}
