/** At most `count` messages in any stretch of `ms`. */
export interface Limit {
	readonly ms: number;
	readonly count: number;
}

export type Pace = readonly Limit[];

/**
 * `critical`, `foremost` and `severe`: always told singly. `storm`: many in one message. `urgent` and `ordinary`: told
 * singly while there is room, and together when there is none.
 */
export type Tier = "critical" | "foremost" | "severe" | "storm" | "urgent" | "ordinary";

/**
 * What a chat can take. Each tier leaves room for those above it: whatever a flood of lesser findings uses up, the next
 * storm notice finds a place, and the next severe one too. The two highest have a reserve of every second, minute and
 * hour, so that even a flood of severe findings leaves them a place at once.
 */
export const paces: Readonly<Record<Tier, Pace>> = {
	critical: pace(1_000, 20, 90),
	foremost: pace(1_250, 18, 80),
	severe: pace(1_500, 15, 70),
	storm: pace(1_500, 13, 62),
	urgent: pace(1_500, 12, 56),
	ordinary: pace(1_500, 10, 45),
};

function pace(apartMs: number, aMinute: number, anHour: number): Pace {
	return [
		{ ms: apartMs, count: 1 },
		{ ms: 60_000, count: aMinute },
		{ ms: 3_600_000, count: anHour },
	];
}

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
