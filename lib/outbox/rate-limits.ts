import type { Urgency } from "./urgency.ts";

/** At most `count` messages in any stretch of `ms`. */
export interface Limit {
	readonly ms: number;
	readonly count: number;
}

export type Pace = readonly Limit[];

/** What asks for a place in a chat: a notice by its urgency, or one message that stands for many. */
export type Tier = Urgency | "storm" | "wave";

/**
 * How many messages a chat accepts. Each tier leaves room for those above it: a flood of lesser findings never uses up
 * the place of the next storm notice or the next severe one. When single notices have used up the hour, cards for many
 * severe findings have 28 places left: one each three minutes, and eight for a crowd at once. The two highest tiers have a
 * reserve of their own, so they get a place at once even in a flood of severe findings.
 */
export const paces: Readonly<Record<Tier, Pace>> = {
	critical: pace(1_000, 20, 90),
	foremost: pace(1_250, 18, 87),
	wave: pace(1_250, 17, 84),
	severe: pace(1_500, 15, 56),
	storm: pace(1_500, 13, 54),
	urgent: pace(1_500, 12, 50),
	ordinary: pace(1_500, 10, 40),
	answer: pace(1_500, 8, 36),
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

/**
 * When the next message may go, given when others go (oldest first). Places that were taken ahead, for messages less
 * urgent, hold nobody up who fits in before them.
 */
export function nextSlot(taken: readonly Date[], now: Date, limits: Pace): Date {
	for (let at = now; ; ) {
		const before = taken.filter((slot) => slot <= at);
		const free = limits.reduce((next, { ms, count }) => {
			// The one that must have left the window before another may enter.
			const blocker = before.at(-count);
			return blocker === undefined || blocker.getTime() + ms <= next.getTime() ? next : new Date(blocker.getTime() + ms);
		}, at);
		if (free <= at) return at;
		at = free;
	}
}

export interface Plan {
	/** When each message goes, in the order given; `undefined` for those without a place soon enough. */
	readonly places: readonly (Date | undefined)[];
	/** All places taken then, oldest first. */
	readonly taken: readonly Date[];
}

/** Places for several messages, one after the other, each at most `patienceMs` after the one before and before `ends`. */
export function planPlaces(taken: readonly Date[], wanted: readonly Tier[], now: Date, patienceMs: number, ends: Date): Plan {
	const all = [...taken];
	const full = new Set<Tier>();
	let last = now;
	const places = wanted.map((tier) => {
		if (full.has(tier)) return undefined;
		const slot = nextSlot(all, last, paces[tier]);
		if (slot.getTime() - last.getTime() > patienceMs || slot > ends) {
			full.add(tier);
			return undefined;
		}
		all.push(slot);
		all.sort((a, b) => a.getTime() - b.getTime());
		last = slot;
		return slot;
	});
	return { places, taken: all.slice(-rememberedSlots) };
}
