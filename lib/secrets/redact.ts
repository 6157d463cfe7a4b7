import { decodedRuns, decodeWide, encodedCommand, encodedJson, hasLongRun, jsonStart } from "./base64.ts";
import { anyKnown, knownSecrets } from "./known-secrets.ts";
import { assignedPieces, otherEncodings } from "./other-encodings.ts";
import { arePlainValuesFree, isPlainValue } from "./plain-values.ts";
import type { Redacted } from "./redacted.ts";
import { createSearchScreen } from "./screen.ts";
import { createSecretPositions, secretSearches } from "./secret-positions.ts";
import { markerPattern } from "./secret-value.ts";
import type { TextRange } from "./text-range.ts";
import type { ToolSecrets } from "./tool-secrets.ts";
import { inUnbroken } from "./unbroken.ts";

const passes = 6;
const layers = 3;
/** No real text holds more; where one does, everything from the first to the last is removed. */
const mostSecrets = 500;
/** Shorter texts hold no run that is looked into. */
const shortestRun = 40;
const wideText = /(?:[^\0]\0){8,}/g;
const jsonEscape = /\\u00([2-7][0-9a-f])/gi;
const markers = new RegExp(markerPattern, "g");

/** Removes every secret from a text. */
export type Redact = (text: string) => Redacted;

/**
 * Removes every secret: first by value (anything that decodes to a token, credentials or a web token, even if encoded
 * twice, and tokens of well-known services), then by position (the value of every flag, variable, header and key that
 * carries a secret, those of the given tools included). Encoded PowerShell is shown decoded. Never throws and takes
 * time linear in the text. `redact(redact(x))` equals `redact(x)`: it repeats until nothing changes, and a text that
 * keeps changing is removed whole.
 */
export function createRedact(tools: readonly ToolSecrets[]): Redact {
	const secretPositions = createSecretPositions(tools);
	const screen = createSearchScreen([jsonStart, anyKnown, encodedCommand, ...secretSearches(tools).map(({ pattern }) => pattern)]);
	const [json, known, commands] = [1, 2, 4];
	const positionsIn = (text: string, worthIt: number): readonly TextRange[] => secretPositions(text, worthIt >> 3);
	const directValues = (text: string, worthIt: number): readonly TextRange[] => {
		// Whatever stands between its characters, the shell drops it, and the secret is whole again.
		const broken = inUnbroken(text, (unbroken) => [...encodedJson(unbroken), ...knownSecrets(unbroken)]);
		const own = [...tools.flatMap((tool) => tool.byValue(text)), ...broken];
		if ((worthIt & (json | known)) === 0) return own;
		const encoded = (worthIt & json) === 0 ? [] : encodedJson(text);
		return [...encoded, ...assignedPieces(text, encoded), ...own, ...((worthIt & known) === 0 ? [] : knownSecrets(text))];
	};
	const secretValues = (text: string, depth: number, worthIt: number): readonly TextRange[] => {
		const direct = directValues(text, worthIt);
		if (depth === layers || text.length < shortestRun) return direct;
		const rest = masked(text, direct);
		const runs = hasLongRun(rest) ? [...decodedRuns(rest, depth === 0 ? 4 : 1)] : [];
		const hiding = [...runs, ...otherEncodings(rest)].filter(({ decoded }) => {
			const inside = screen(decoded);
			return positionsIn(decoded, inside).length > 0 || secretValues(decoded, depth + 1, inside).length > 0;
		});
		return hiding.length === 0 ? direct : [...direct, ...hiding];
	};
	const once = (text: string): string => {
		const worthIt = screen(text);
		const shown = (worthIt & commands) === 0 ? text : decodedCommands(text);
		return shown === text ? without(text, [...secretValues(text, 0, worthIt), ...positionsIn(text, worthIt)]) : shown;
	};
	const free = arePlainValuesFree(tools);
	return (text) => {
		if (free && isPlainValue(text)) return text as Redacted;
		let current = text.toWellFormed();
		for (let pass = 0; pass < passes; pass++) {
			const next = once(readable(current));
			// Nothing left to remove: this is what the type promises.
			if (next === current) return current as Redacted;
			current = next;
		}
		return removed(text.length) as Redacted;
	};
}

/** For our own words and an operator's: what devices send is redacted with the secrets of every family. */
export const redactOwnWords: Redact = createRedact([]);

/** With encoded PowerShell as text. */
function decodedCommands(text: string): string {
	return text.replace(encodedCommand, (whole: string, flag: string, base64: string) => {
		const command = decodeWide(base64);
		return command === undefined ? whole : `${flag}[decoded: ${command}]`;
	});
}

/** Without what hides characters from a reader: zeros of UTF-16 text, and JSON's escapes for them. */
export function readable(text: string): string {
	const narrow = text.includes("\0") ? text.replace(wideText, (wide) => wide.replaceAll("\0", "")) : text;
	return narrow.includes("\\u00") ? narrow.replace(jsonEscape, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))) : narrow;
}

/** With the spans blank, so that what is found already is not read again as a part of something longer. */
function masked(text: string, spans: readonly TextRange[]): string {
	const parts: string[] = [];
	let at = 0;
	for (const { start, end } of spans.toSorted((one, other) => one.start - other.start)) {
		if (start < at) continue;
		parts.push(text.slice(at, start), " ".repeat(end - start));
		at = end;
	}
	return spans.length === 0 ? text : parts.join("") + text.slice(at);
}

/** The text with each span replaced; spans that touch or overlap, and a marker that one cuts into, become one. */
function without(text: string, spans: readonly TextRange[]): string {
	if (spans.length === 0) return text;
	if (spans.length > mostSecrets) {
		const start = spans.reduce((first, span) => Math.min(first, span.start), text.length);
		const end = spans.reduce((last, span) => Math.max(last, span.end), 0);
		return text.slice(0, start) + removed(end - start) + text.slice(end);
	}
	const whole = [...text.matchAll(markers)].map((match) => ({ start: match.index, end: match.index + match[0].length, marker: true }));
	const sorted = [...spans.map((span) => ({ start: span.start, end: span.end, marker: false })), ...whole].sort(
		(one, other) => one.start - other.start,
	);
	const merged: { start: number; end: number; marker: boolean }[] = [];
	for (const span of sorted) {
		const last = merged.at(-1);
		if (last !== undefined && span.start < last.end) {
			last.end = Math.max(last.end, span.end);
			last.marker &&= span.marker;
		} else merged.push({ ...span });
	}
	const parts: string[] = [];
	let at = 0;
	for (const { start, end, marker } of merged) {
		parts.push(text.slice(at, start), marker ? text.slice(start, end) : removed(end - start));
		at = end;
	}
	return parts.join("") + text.slice(at);
}

function removed(characters: number): string {
	return `[removed: ${characters} characters]`;
}
