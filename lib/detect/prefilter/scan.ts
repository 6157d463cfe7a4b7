import { fewestBytes, type Literal } from "./literals.ts";
import { escapePatterns, literalPattern, type Pattern, rarestWindow } from "./pattern.ts";

/** Finds the next place, at or after `from`, where a literal stands or one of its characters is escaped; -1 = none. */
export type Scan = (bytes: Uint8Array, view: DataView, from: number) => number;

/** If a sample shows these three bytes, this pattern may have started `offset` bytes earlier. */
interface Suspect {
	readonly offset: number;
	readonly length: number;
	/** A place where only one character can stand, and its byte with bit 0x20 set: nearly every suspect fails there. */
	readonly probe: number;
	readonly probed: number;
	/** 256 flags for each place of the pattern: may this byte stand there? */
	readonly allowed: Uint8Array;
}

const sampleBytes = 3;
/** However the samples fall, one of them lies wholly inside any piece of as many bytes as the shortest pattern has. */
const stride = fewestBytes - sampleBytes + 1;
const tableBits = 15;

/**
 * Searches for all patterns at once and reads only three bytes of every four.
 *
 *     message     …[\Cl]o[udf]l[are]d[.ex]e…     a sample begins every four bytes and reads three
 *     window           [ udflar ]                six bytes of the literal, where it is least common
 *
 * A sample begins at one of any four positions in a row. So one sample begins in the window's first four bytes and lies
 * inside the window. The table lists these three bytes with their pattern and their offset in it, and the full
 * comparison runs at the pattern's true start. So nothing is missed, wherever the samples fall. The table may report
 * false hits (it folds letter case, and two triples may share an entry), but it never misses one. Nearly all samples
 * are dismissed at the table.
 */
export function createScan(literals: readonly Literal[]): Scan {
	const suspects = suspectsByEntry([...literals.map(literalPattern), ...escapePatterns(literals)]);
	// A table of bytes stays in the processor's nearest cache. List 0 is that of nearly all samples, the empty one.
	const table = new Uint8Array(2 ** tableBits);
	const lists: Suspect[][] = Array.from({ length: 256 }, () => []);
	for (const [index, [entry, suspected]] of [...suspects].entries()) {
		const list = 1 + (index % 255);
		table[entry] = list;
		lists[list]?.push(...suspected);
	}

	const tables = { table, lists, ...packed(lists) };
	// The same function for all sets of rules: a second set in the process finds it compiled.
	return (bytes, view, from) => find(tables, bytes, view, from);
}

interface Tables {
	readonly table: Uint8Array;
	readonly lists: readonly (readonly Suspect[])[];
	readonly first: Int32Array;
	readonly flat: Int32Array;
}

function find({ table, lists, first, flat }: Tables, bytes: Uint8Array, view: DataView, from: number): number {
	// A sample loads four bytes. None is cut off: behind a value there is always its quote and the record's brace.
	const lastSample = bytes.byteLength - 4;
	for (let at = from; ; ) {
		at = passBy(view, table, at, lastSample);
		for (let sample = 0; sample < 4; sample++, at += stride) {
			if (at > lastSample) return -1;
			const list = listAt(view, table, at);
			if (list === 0) continue;
			const end = first[list + 1] ?? 0;
			for (let place = first[list] ?? 0; place < end; place += fields) {
				const start = at - (flat[place] ?? 0);
				if (((bytes[start + (flat[place + 1] ?? 0)] ?? 0) | 0x20) !== flat[place + 2]) continue;
				const suspect = lists[list]?.[flat[place + 3] ?? 0];
				if (start >= from && suspect !== undefined && isAt(bytes, start, suspect)) return start;
			}
		}
	}
}

/**
 * Position of the next four samples of which one is suspected, or where fewer than four are left. Checks four for each
 * branch. It takes the table as an argument so that it stays as fast with a second set of rules in the process.
 */
function passBy(view: DataView, table: Uint8Array, from: number, lastSample: number): number {
	const lastGroup = lastSample - 3 * stride;
	let at = from;
	for (; at <= lastGroup; at += 4 * stride) {
		const one = listAt(view, table, at) | listAt(view, table, at + stride);
		const two = listAt(view, table, at + 2 * stride) | listAt(view, table, at + 3 * stride);
		if ((one | two) !== 0) break;
	}
	return at;
}

function listAt(view: DataView, table: Uint8Array, at: number): number {
	return table[entryOf(view.getInt32(at, true))] ?? 0;
}

/** The table entry of the first three of four bytes, the first in the lowest bits. */
function entryOf(fourBytes: number): number {
	// Bit 0x20 is what tells A from a; setting it folds a few other characters too, which only adds suspects. The factor's
	// lowest byte is zero, so the fourth byte leaves the 32 bits; its other bits spread the rest evenly.
	return Math.imul(fourBytes | 0x202020, 0x3779b100) >>> (32 - tableBits);
}

/** For each suspect of a list: its offset, the place of its probe, the byte there in lower case, its place in the list. */
const fields = 4;

/** The lists one behind the other, and where each begins: fewer memory reads than objects would need. */
function packed(lists: readonly (readonly Suspect[])[]): { readonly first: Int32Array; readonly flat: Int32Array } {
	const first = new Int32Array(lists.length + 1);
	const flat: number[] = [];
	for (const [number, list] of lists.entries()) {
		first[number] = flat.length;
		for (const [place, { offset, probe, probed }] of list.entries()) flat.push(offset, probe, probed, place);
	}
	first[lists.length] = flat.length;
	return { first, flat: Int32Array.from(flat) };
}

function isAt(bytes: Uint8Array, start: number, { length, allowed }: Suspect): boolean {
	if (start + length > bytes.length) return false;
	// From the end, where patterns that begin alike differ.
	for (let place = length - 1; place >= 0; place--) {
		if (allowed[place * 256 + (bytes[start + place] ?? 0)] === 0) return false;
	}
	return true;
}

function suspectsByEntry(patterns: readonly Pattern[]): ReadonlyMap<number, readonly Suspect[]> {
	const suspects = new Map<number, Suspect[]>();
	for (const pattern of patterns) {
		const allowed = new Uint8Array(pattern.length * 256);
		for (const [place, bytes] of pattern.entries()) for (const byte of bytes) allowed[place * 256 + byte] = 1;
		const window = rarestWindow(pattern, fewestBytes);
		for (let offset = window; offset < window + stride; offset++) {
			const suspect = { offset, length: pattern.length, ...probeOf(pattern, offset), allowed };
			for (const entry of entriesAt(pattern, offset)) {
				const list = suspects.get(entry);
				if (list === undefined) suspects.set(entry, [suspect]);
				else list.push(suspect);
			}
		}
	}
	return suspects;
}

/** The place farthest from the sample: what looks like a pattern there is often a longer word that differs far off. */
function probeOf(pattern: Pattern, offset: number): { readonly probe: number; readonly probed: number } {
	const middle = offset + (sampleBytes - 1) / 2;
	const single = pattern.flatMap((bytes, place) => {
		const folded = new Set(bytes.map((byte) => byte | 0x20));
		return folded.size === 1 ? [{ probe: place, probed: [...folded][0] ?? 0, away: Math.abs(place - middle) }] : [];
	});
	const [farthest] = single.toSorted((one, other) => other.away - one.away);
	if (farthest === undefined) throw new Error("a pattern without one certain character cannot be searched for");
	return { probe: farthest.probe, probed: farthest.probed };
}

/** The table entries of every way to write the three bytes of a pattern at this offset. */
function entriesAt(pattern: Pattern, offset: number): ReadonlySet<number> {
	const [first = [], second = [], third = []] = pattern.slice(offset, offset + sampleBytes);
	const entries = new Set<number>();
	for (const one of first) for (const two of second) for (const three of third) entries.add(entryOf(one | (two << 8) | (three << 16)));
	return entries;
}
