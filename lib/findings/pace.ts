import type { Lane } from "./owed.ts";

/** At most `count` messages in any stretch of `ms`. */
export interface Limit {
	readonly ms: number;
	readonly count: number;
}

export type Pace = readonly Limit[];

/**
 * What a chat can take. Part of it is kept for what must not wait: whatever a flood of lesser findings uses up, the
 * next urgent one still finds a place.
 */
export const paces: Readonly<Record<Lane, Pace>> = {
	first: [
		{ ms: 1_000, count: 1 },
		{ ms: 60_000, count: 20 },
		{ ms: 3_600_000, count: 90 },
	],
	rest: [
		{ ms: 1_000, count: 1 },
		{ ms: 60_000, count: 10 },
		{ ms: 3_600_000, count: 60 },
	],
};

/** How many past messages must be remembered to keep every pace. */
export const rememberedSlots = 90;

/** When the next message may go, given when earlier ones went (oldest first). */
export function nextSlot(taken: readonly Date[], now: Date, pace: Pace): Date {
	return pace.reduce((next, { ms, count }) => {
		// The one that must have left the window before another may enter.
		const blocker = taken.at(-count);
		if (blocker === undefined) return next;
		const free = new Date(blocker.getTime() + ms);
		return free > next ? free : next;
	}, now);
}
