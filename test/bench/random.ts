/** A small generator of numbers that look random and are the same for a seed (mulberry32). */
export interface Random {
	/** A whole number from 0 up to, not including, the limit. */
	below(limit: number): number;
	chance(share: number): boolean;
	pick<T>(list: readonly T[]): T;
	weighted<K extends string>(shares: Readonly<Record<K, number>>): K;
	hex(length: number): string;
}

export function createRandom(seed: number): Random {
	let state = seed;
	const next = (): number => {
		state = (state + 0x6d2b79f5) | 0;
		let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
		mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
		return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
	};
	const below = (limit: number): number => Math.floor(next() * limit);

	return {
		below,
		chance: (share) => next() < share,
		pick: (list) => {
			const item = list[below(list.length)];
			if (item === undefined) throw new Error("nothing to pick from");
			return item;
		},
		weighted: (shares) => {
			const keys = Object.keys(shares) as (keyof typeof shares)[];
			let left = next() * keys.reduce((sum, key) => sum + shares[key], 0);
			const chosen = keys.find((key) => {
				left -= shares[key];
				return left < 0;
			});
			if (chosen === undefined) throw new Error("nothing to choose from");
			return chosen;
		},
		hex: (length) => Array.from({ length }, () => "0123456789abcdef"[below(16)]).join(""),
	};
}
