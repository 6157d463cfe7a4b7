/** Whole numbers from `from` to `to`, both included. */
export interface Interval {
	readonly from: number;
	readonly to: number;
}

/** Sorted and disjoint; intervals that touch are merged. */
export type Intervals = readonly Interval[];

/** Accepts them unsorted and overlapping too. */
export function union(a: Intervals, b: Intervals): Intervals {
	const joined: Interval[] = [];
	for (const next of [...a, ...b].toSorted((one, other) => one.from - other.from)) {
		const last = joined.at(-1);
		if (last !== undefined && next.from <= last.to + 1) joined[joined.length - 1] = { from: last.from, to: Math.max(last.to, next.to) };
		else joined.push(next);
	}
	return joined;
}

/** The numbers of `whole` that are in none of `parts`. */
export function without(whole: Intervals, parts: Intervals): Intervals {
	return parts.reduce<Intervals>(
		(rest, { from, to }) =>
			rest.flatMap((one) =>
				[
					{ from: one.from, to: Math.min(one.to, from - 1) },
					{ from: Math.max(one.from, to + 1), to: one.to },
				].filter((piece) => piece.from <= piece.to),
			),
		whole,
	);
}

/** The numbers that are in both. */
export function common(a: Intervals, b: Intervals): Intervals {
	return without(a, without(a, b));
}

/** How many numbers they hold together. */
export function sizeOf(intervals: Intervals): number {
	return intervals.reduce((sum, { from, to }) => sum + to - from + 1, 0);
}

/** `120-884,901-1203`; a single number stands alone. */
export function writeIntervals(intervals: Intervals): string {
	return intervals.map(({ from, to }) => (from === to ? String(from) : `${from}-${to}`)).join(",");
}

/** `undefined` for what {@link writeIntervals} never writes. */
export function readIntervals(text: string): Intervals | undefined {
	if (text === "") return [];
	const found: Interval[] = [];
	for (const part of text.split(",")) {
		const [, from = "", to = from] = /^(\d{1,16})(?:-(\d{1,16}))?$/.exec(part) ?? [];
		const interval = { from: Number(from), to: Number(to) };
		const last = found.at(-1);
		if (from === "" || interval.to < interval.from || (last !== undefined && interval.from <= last.to + 1)) return undefined;
		found.push(interval);
	}
	return found;
}
