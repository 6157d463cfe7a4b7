import { endKind, gramOf, gramsOf, kindOf, kinds } from "./pattern-grams.ts";

/** One bit for each pattern: without it, that pattern matches nowhere in the text. With it, it may match. */
export type SearchScreen = (text: string) => number;

/** Bits of a number that all operators keep. */
const mostPatterns = 31;
const everyBit = -1;

/** A short run ends before the table has paid for itself: so many characters are searched for all patterns. */
export const charactersWithout = 16_384;

/**
 * Tells in one pass over a text which of many patterns are worth a search. Each pattern has its grams, of which every text
 * that it matches holds one (pattern-grams.ts); the pass looks up each three characters in a row. Texts that are not plain
 * ASCII are searched for all of them.
 */
export function createSearchScreen(patterns: readonly RegExp[]): SearchScreen {
	if (patterns.length > mostPatterns) throw new Error(`${patterns.length} patterns, and only ${mostPatterns} bits`);
	let built: ReturnType<typeof build> | undefined;
	let searched = 0;
	return (text) => {
		if (searched < charactersWithout) {
			searched += text.length;
			return everyBit;
		}
		built ??= build(patterns);
		const { table, masks, always } = built;
		let found = always;
		let seen = 0;
		let gram = gramOf(endKind, endKind, endKind);
		for (let at = 0; at < text.length; at++) {
			const code = text.charCodeAt(at);
			seen |= code;
			gram = ((gram << 6) | (kindOf[code & 127] ?? 0)) & lastThree;
			const list = table[gram] ?? 0;
			if (list !== 0) found |= masks[list] ?? everyBit;
		}
		if (seen > 127) return everyBit;
		// A pattern may end where the text ends.
		return found | (masks[table[((gram << 6) | endKind) & lastThree] ?? 0] ?? everyBit);
	};
}

const lastThree = kinds ** 3 - 1;

/** The table names, for each gram, a mask in the list: most have the first one, which is empty. */
function build(patterns: readonly RegExp[]): { readonly table: Uint8Array; readonly masks: Int32Array; readonly always: number } {
	const byGram = new Map<number, number>();
	let always = 0;
	for (const [place, pattern] of patterns.entries()) {
		const grams = gramsOf(pattern);
		if (grams === undefined) always |= 1 << place;
		for (const gram of grams ?? []) byGram.set(gram, (byGram.get(gram) ?? 0) | (1 << place));
	}
	const table = new Uint8Array(kinds ** 3);
	const masks = new Int32Array(256).fill(everyBit);
	masks[0] = 0;
	const numbers = new Map<number, number>();
	for (const [gram, mask] of byGram) {
		// The last number stands for all bits, so that it can take what finds no place.
		const number = numbers.get(mask) ?? Math.min(numbers.size + 1, 255);
		numbers.set(mask, number);
		if (number < 255) masks[number] = mask;
		table[gram] = number;
	}
	return { table, masks, always };
}
