import type { Encoded } from "./base64.ts";
import { createLongRunLook } from "./long-run.ts";
import type { TextRange } from "./text-range.ts";

const hexRun = /(?:\\x[0-9a-f]{2}){30,}|[0-9a-f]{60,}/gi;
const decimalBytes = /(?:\d{2,3}[\s,]{1,3}){29,}\d{2,3}/g;
const backwardRun = /={0,2}[A-Za-z0-9+/]{40,}/g;
const assigned = /(?:\bset\s{1,4}["']?\w{1,64}=|\$\w{1,64}\s{0,4}=\s{0,4}["']?|\b\w{1,32}=["']?)([A-Za-z0-9+/]{20,}={0,2})/gi;

/** Quick looks for what the first two patterns must hold: 60 characters in a row of the one, 89 of the other. */
const hasHexRun = createLongRunLook(60, (character) => /[0-9a-fx\\]/i.test(character), false);
const hasDecimalRun = createLongRunLook(89, (character) => /[\d\s,]/.test(character), true);

/** Texts written as hexadecimal or decimal bytes, or backwards: ways to hide a token from a search for base64. */
export function otherEncodings(text: string): readonly Encoded[] {
	const found: Encoded[] = [];
	for (const match of hasHexRun(text) ? text.matchAll(hexRun) : []) {
		const digits = match[0].replaceAll("\\x", "").replaceAll("\\X", "");
		found.push({ ...spanOf(match), decoded: Buffer.from(digits, "hex").toString("latin1") });
	}
	for (const match of hasDecimalRun(text) ? text.matchAll(decimalBytes) : []) {
		const bytes = match[0].split(/[\s,]+/).map(Number);
		found.push({ ...spanOf(match), decoded: String.fromCharCode(...bytes.slice(0, 8_192)) });
	}
	// Base64 of `{"` begins with eyJ.
	for (const match of text.includes("Jye") ? text.matchAll(backwardRun) : []) {
		if (match[0].includes("Jye")) found.push({ ...spanOf(match), decoded: [...match[0]].reverse().join("") });
	}
	return found;
}

/** Where a token was cut into variables, only its first pieces look like one: all pieces that are assigned go with it. */
export function assignedPieces(text: string, found: readonly Encoded[]): readonly TextRange[] {
	if (!found.some(({ decoded }) => !decoded.trimEnd().endsWith("}"))) return [];
	const pieces = [...text.matchAll(assigned)].map((match) => {
		const end = match.index + match[0].length;
		return { start: end - (match[1] ?? "").length, end };
	});
	return pieces.length < 2 ? [] : pieces;
}

function spanOf(match: RegExpExecArray): TextRange {
	return { start: match.index, end: match.index + match[0].length };
}
