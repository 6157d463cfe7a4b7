import { foldedCodes, isAt } from "../folded-codes.ts";

/** Calls `found` with every needle in the text, in any ASCII case, at least once. */
export type TextIndex<Needle> = (text: string, found: (needle: Needle) => void) => void;

/** A needle is found by three characters of it; a shorter one cannot be looked up. */
export const gramLength = 3;

interface Suspect<Needle> {
	/** Codes of its characters, ASCII letters in lower case. */
	readonly codes: readonly number[];
	/** Where in it the three characters stand. */
	readonly offset: number;
	readonly needle: Needle;
}

/**
 * Searches for all needles in one pass over the text, however many there are. At each position, the last three
 * characters select the needles to compare character by character. Hashing may select too many, never too few: text and
 * needles are hashed alike.
 */
export function createTextIndex<Needle extends { readonly text: string }>(needles: readonly Needle[]): TextIndex<Needle> {
	const all = needles.map((needle) => {
		const codes = foldedCodes(needle.text);
		return { codes, grams: gramsOf(codes), needle };
	});
	const bits = Math.min(16, Math.max(8, Math.ceil(Math.log2(all.length * 16))));
	const entryOf = (gram: number): number => Math.imul(gram, 0x9e3779b1) >>> (32 - bits);
	const commonness = new Map<number, number>();
	for (const { grams } of all) for (const gram of grams) commonness.set(gram, (commonness.get(gram) ?? 0) + 1);

	// List 0 is that of nearly all places, the empty one.
	const table = new Uint16Array(2 ** bits);
	const lists: Suspect<Needle>[][] = [[]];
	for (const { codes, grams, needle } of all) {
		const offset = rarest(grams, commonness);
		const entry = entryOf(grams[offset] ?? 0);
		if (table[entry] === 0) table[entry] = lists.push([]) - 1;
		lists[table[entry] ?? 0]?.push({ codes, offset, needle });
	}

	return (text, found) => {
		let gram = 0;
		for (let at = 0; at < text.length; at++) {
			gram = next(gram, text.charCodeAt(at));
			const list = table[entryOf(gram)] ?? 0;
			if (list === 0) continue;
			for (const { codes, offset, needle } of lists[list] ?? []) {
				if (isAt(text, at - (gramLength - 1) - offset, codes)) found(needle);
			}
		}
	};
}

/** The last three characters, eight bits of each. Setting 0x20 folds letters, and a few other characters with them. */
function next(gram: number, code: number): number {
	return ((gram << 8) | (code & 0xff) | 0x20) & 0xffffff;
}

function gramsOf(codes: readonly number[]): readonly number[] {
	const grams: number[] = [];
	let gram = 0;
	for (const [at, code] of codes.entries()) {
		gram = next(gram, code);
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
