/** At most `count` messages in any stretch of `ms`. */
export interface Limit {
	readonly ms: number;
	readonly count: number;
}

export type Pace = readonly Limit[];

/**
 * `severe`: always told singly. `storm`: many in one message. `urgent` and `ordinary`: told singly while there is room,
 * and together when there is none.
 */
export type Tier = "severe" | "storm" | "urgent" | "ordinary";

/**
 * What a chat can take. Each tier leaves room for those above it: whatever a flood of lesser findings uses up, the next
 * storm notice finds a place, and the next severe one too.
 */
export const paces: Readonly<Record<Tier, Pace>> = {
	severe: perSecondMinuteHour(1, 20, 90),
	storm: perSecondMinuteHour(1, 18, 80),
	urgent: perSecondMinuteHour(1, 15, 65),
	ordinary: perSecondMinuteHour(1, 10, 45),
};

function perSecondMinuteHour(second: number, minute: number, hour: number): Pace {
	return [
		{ ms: 1_000, count: second },
		{ ms: 60_000, count: minute },
		{ ms: 3_600_000, count: hour },
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
