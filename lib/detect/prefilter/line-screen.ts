import type { Rule } from "../rule.ts";
import { literalsOf } from "./literals.ts";
import { createScan } from "./scan.ts";
import { createSlicer } from "./slice.ts";

/** Counts of what was skipped: lines and records in which no rule can match. */
export interface Passed {
	readonly lines: number;
	/** By their category keys. */
	readonly records: number;
	/** Those of them that are of a table which somebody reads. */
	readonly known: number;
}

export interface ScreenedLines {
	readonly lines: readonly ScreenedLine[];
	readonly passed: Passed;
}

/** A line to be read, by its number (from 1). */
export type ScreenedLine =
	/** The whole line must be parsed; without the line feed. */
	| { readonly line: number; readonly bytes: Buffer; readonly records?: undefined }
	/** Of a message, its records as far as a rule can match in them, parsed; the others, at their places, as records of no table. */
	| { readonly line: number; readonly records: readonly unknown[]; readonly bytes?: undefined };

export interface LineScreen {
	/** The next piece of a text. Nothing of it is kept, and nothing returned shares its memory. */
	feed(piece: Buffer): ScreenedLines;
	/** The last line, if it has no line feed. */
	end(): ScreenedLines;
}

const [newline, carriageReturn, openBrace, closeBrace] = [10, 13, 123, 125] as const;
const marker = Buffer.from('"category":"AdvancedHunting-');
/** The longest name of a table is far shorter. */
const nameBytes = 64;

/**
 * Reads one message or record per line and skips, unparsed, the lines in which no rule can match. It scans a whole
 * chunk at once (scan.ts says why nothing is missed) and returns the lines that hit; from a message, only the records
 * that hit (slice.ts). A line is skipped only if it starts and ends as an object and names its category the way the
 * export does. All other lines are parsed, so that damage and other formats are reported. Damage in the middle of a
 * line without a hit goes unnoticed.
 * @param texts also searched for, such as the names of tables that no rule reads.
 * @returns a maker of screens, or `undefined` when there is nothing to search for.
 */
export function createLineScreens(
	rules: readonly Rule[],
	texts: readonly string[],
	isKnown: (table: string) => boolean,
): (() => LineScreen) | undefined {
	const { literals } = literalsOf(rules, texts);
	if (rules.length === 0) return undefined;
	const scan = createScan(literals);
	const known = new Map<string, boolean>();
	const isKnownTable = (bytes: Buffer, at: number): boolean => {
		const text = bytes.toString("latin1", at, Math.min(bytes.length, at + nameBytes));
		const table = text.slice(0, Math.max(0, text.indexOf('"')));
		const cached = known.get(table);
		if (cached !== undefined) return cached;
		const answer = isKnown(table);
		// A hostile file can name a million tables.
		if (known.size < 1_000) known.set(table, answer);
		return answer;
	};

	/** Of a message that hits: what can match, and how many of its other records are of known tables. */
	const cutRecords = (message: Buffer, firstHit: number, firstMark: number): { records: readonly unknown[]; known: number } | undefined => {
		const cut = createSlicer(message);
		const view = new DataView(message.buffer, message.byteOffset, message.byteLength);
		const records: unknown[] = [];
		let known = 0;
		let mark = firstMark;
		for (let hit = firstHit; hit !== -1; ) {
			const slice = cut(hit);
			if (slice === undefined) return undefined;
			// Each record says its category once.
			for (; mark !== -1 && mark < slice.start; mark = message.indexOf(marker, mark + marker.length)) {
				records.push(recordOfNoTable);
				if (isKnownTable(message, mark + marker.length)) known += 1;
			}
			records.push(slice.record);
			while (mark !== -1 && mark < slice.end) mark = message.indexOf(marker, mark + marker.length);
			hit = scan(message, view, slice.end);
		}
		for (; mark !== -1; mark = message.indexOf(marker, mark + marker.length)) {
			records.push(recordOfNoTable);
			if (isKnownTable(message, mark + marker.length)) known += 1;
		}
		return { records, known };
	};

	return () => {
		let line = 0;
		// The line that is not complete yet. One buffer for all of them: new memory for each piece costs more than the scan.
		let carry = Buffer.alloc(0);
		let carried = 0;
		const carryOn = (part: Buffer): void => {
			const kept = part.subarray(0, Math.max(0, maxLineBytes - carried));
			if (carried + kept.length > carry.length) {
				const larger = Buffer.allocUnsafeSlow(Math.max(carried + kept.length, 2 * carry.length));
				carry.copy(larger, 0, 0, carried);
				carry = larger;
			}
			kept.copy(carry, carried);
			carried += kept.length;
		};
		const takeCarried = (): Buffer => {
			const whole = carry.subarray(0, carried);
			carried = 0;
			return whole;
		};

		/** All of `bytes` is whole lines; the last one needs no line feed. */
		const screen = (bytes: Buffer): ScreenedLines => {
			const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
			const lines: ScreenedLine[] = [];
			const passed = { lines: 0, records: 0, known: 0 };
			let hit = scan(bytes, view, 0);
			let mark = bytes.indexOf(marker);
			for (let from = 0; from < bytes.length; ) {
				const feed = bytes.indexOf(newline, from);
				const end = feed === -1 ? bytes.length : feed;
				line += 1;
				const isHit = hit !== -1 && hit < end;
				const whole = isWhole(bytes, from, end, mark);
				const cut = isHit && whole ? cutRecords(bytes.subarray(from, end), hit - from, mark - from) : undefined;
				if (cut !== undefined) {
					lines.push({ line, records: cut.records });
					passed.known += cut.known;
					mark = bytes.indexOf(marker, end);
				} else if (isHit || !whole) {
					if (!isBlank(bytes, from, end)) lines.push({ line, bytes: Buffer.from(bytes.subarray(from, end)) });
					if (mark !== -1 && mark < end) mark = bytes.indexOf(marker, end);
				} else {
					passed.lines += 1;
					for (; mark !== -1 && mark < end; mark = bytes.indexOf(marker, mark + marker.length)) {
						passed.records += 1;
						if (isKnownTable(bytes, mark + marker.length)) passed.known += 1;
					}
				}
				from = end + 1;
				if (isHit) hit = from < bytes.length ? scan(bytes, view, from) : -1;
			}
			return { lines, passed };
		};

		return {
			feed(piece) {
				const last = piece.lastIndexOf(newline);
				if (last === -1) {
					carryOn(piece);
					return nothing;
				}
				const first = carried === 0 ? -1 : piece.indexOf(newline);
				if (first !== -1) carryOn(piece.subarray(0, first + 1));
				let result = first === -1 ? nothing : screen(takeCarried());
				// Small windows stay in the processor's cache, and make the compiler see soon that this is hot.
				for (let from = first + 1; from <= last; ) {
					const end = windowEnd(piece, from, last) + 1;
					result = together(result, screen(piece.subarray(from, end)));
					from = end;
				}
				carryOn(piece.subarray(last + 1));
				return result;
			},
			end: () => (carried === 0 ? nothing : screen(takeCarried())),
		};
	};
}

/** Longest line kept; a longer one is no export and is quarantined as too large. */
const maxLineBytes = 64 * 1024 * 1024 + 1;

const recordOfNoTable = { category: "AdvancedHunting-", properties: {} };

/** Begins and ends as an object, and holds the category of a record. */
function isWhole(bytes: Buffer, from: number, end: number, mark: number): boolean {
	const tail = bytes[end - 1] === carriageReturn ? end - 2 : end - 1;
	return mark !== -1 && mark < end && bytes[from] === openBrace && bytes[tail] === closeBrace;
}

function isBlank(bytes: Buffer, from: number, end: number): boolean {
	return end - from < 1_024 && bytes.toString("latin1", from, end).trim() === "";
}

const nothing: ScreenedLines = { lines: [], passed: { lines: 0, records: 0, known: 0 } };

function together(one: ScreenedLines, other: ScreenedLines): ScreenedLines {
	const [a, b] = [one.passed, other.passed];
	return {
		lines: other.lines.length === 0 ? one.lines : [...one.lines, ...other.lines],
		passed: { lines: a.lines + b.lines, records: a.records + b.records, known: a.known + b.known },
	};
}

const windowBytes = 128 * 1024;

/** The line feed at which a window ends: the first one after its usual size. (To look backwards is far slower.) */
function windowEnd(piece: Buffer, from: number, last: number): number {
	return from + windowBytes >= last ? last : piece.indexOf(newline, from + windowBytes);
}
