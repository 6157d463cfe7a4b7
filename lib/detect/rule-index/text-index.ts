import { foldedCodes, isAt } from "../folded-codes.ts";

/** Calls `found` with every needle in the text, in any ASCII case, at least once. */
export type TextIndex<Needle> = (text: string, found: (needle: Needle) => void) => void;

/** A needle is found by three characters of it; a shorter one cannot be looked up. */
export const gramLength = 3;

/**
 * Searches for all needles in one pass over the text, however many there are. At each position, the last three
 * characters select the needles to compare character by character. Three characters may select too many, never too few:
 * those of text and needles are folded and hashed alike.
 */
export function createTextIndex<Needle extends { readonly text: string }>(needles: readonly Needle[]): TextIndex<Needle> {
	const tables = tablesOf(needles);
	// The same function for all columns: small, and compiled soon.
	return (text, found) => find(tables, text, found);
}

interface Tables<Needle> {
	readonly needles: readonly Needle[];
	readonly codes: readonly (readonly number[])[];
	/** For each hash of three characters, one more than the number of a needle that has them; 0 = none. */
	readonly first: Uint16Array;
	readonly shift: number;
	/** For each needle, the next one with that hash, as in `first`. */
	readonly next: Uint16Array;
	/** The three characters by which a needle is found. */
	readonly gram: Int32Array;
	/** How far before the last of them the needle starts. */
	readonly back: Int32Array;
}

function find<Needle>(
	{ needles, codes, first, shift, next, gram, back }: Tables<Needle>,
	text: string,
	found: (needle: Needle) => void,
): void {
	let last = 0;
	for (let at = 0; at < text.length; at++) {
		last = gramWith(last, text.charCodeAt(at));
		for (let entry = first[hash(last, shift)] ?? 0; entry !== 0; entry = next[entry - 1] ?? 0) {
			if (gram[entry - 1] !== last) continue;
			const needle = needles[entry - 1];
			if (needle !== undefined && isAt(text, at - (back[entry - 1] ?? 0), codes[entry - 1] ?? [])) found(needle);
		}
	}
}

function tablesOf<Needle extends { readonly text: string }>(needles: readonly Needle[]): Tables<Needle> {
	if (needles.length > mostNeedles)
		throw new Error(`one column has ${needles.length} texts to look for; at most ${mostNeedles} can be told apart`);
	const codes = needles.map(({ text }) => foldedCodes(text));
	const grams = codes.map(gramsOf);
	const commonness = new Map<number, number>();
	for (const gram of grams.flat()) commonness.set(gram, (commonness.get(gram) ?? 0) + 1);
	// So large that what leads to a needle is rarely the hash of something else.
	const bits = Math.min(16, Math.max(8, Math.ceil(Math.log2(needles.length * 16))));
	const shift = 32 - bits;
	const first = new Uint16Array(2 ** bits);
	const next = new Uint16Array(needles.length);
	const gram = new Int32Array(needles.length);
	const back = new Int32Array(needles.length);
	for (const [number, all] of grams.entries()) {
		const offset = rarest(all, commonness);
		const chosen = all[offset] ?? 0;
		gram[number] = chosen;
		back[number] = gramLength - 1 + offset;
		next[number] = first[hash(chosen, shift)] ?? 0;
		first[hash(chosen, shift)] = number + 1;
	}
	return { needles, codes, first, shift, next, gram, back };
}

/** The tables number them in 16 bits, to stay in the processor's nearest cache. */
const mostNeedles = 65_535;

function hash(gram: number, shift: number): number {
	return Math.imul(gram, 0x9e3779b1) >>> shift;
}

/** The last three characters, eight bits of each. Setting 0x20 folds letters, and a few other characters with them. */
function gramWith(gram: number, code: number): number {
	return ((gram << 8) | (code & 0xff) | 0x20) & 0xffffff;
}

function gramsOf(codes: readonly number[]): readonly number[] {
	const grams: number[] = [];
	let gram = 0;
	for (const [at, code] of codes.entries()) {
		gram = gramWith(gram, code);
		if (at >= gramLength - 1) grams.push(gram);
	}
	return grams;
}

/** Place of the gram that fewest needles have; of equals the one nearest the middle, away from `.exe` and `--`. */
function rarest(grams: readonly number[], commonness: ReadonlyMap<number, number>): number {
	const middle = (grams.length - 1) / 2;
	let best = { at: 0, count: Number.POSITIVE_INFINITY, off: 0 };
	for (const [at, gram] of grams.entries()) {
		const count = commonness.get(gram) ?? 0;
		const off = Math.abs(at - middle);
		if (count < best.count || (count === best.count && off < best.off)) best = { at, count, off };
	}
	return best.at;
}
