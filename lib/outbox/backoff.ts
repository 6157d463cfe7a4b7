const second = 1_000;
const minute = 60 * second;

const waits = [5 * second, 30 * second, 2 * minute, 5 * minute, 15 * minute, 30 * minute];
const longest = 60 * minute;

/** Wait before the next attempt after `attempt` failed ones (1 = the first failed): 5 s … 30 min, then hourly, ± 20 %. */
export function backoffMs(attempt: number, random: () => number): number {
	return Math.round((waits[attempt - 1] ?? longest) * (0.8 + 0.4 * random()));
}

/** What the far end asked for, within reason, and never all waiters at the same moment. */
export function askedWaitMs(retryAfterMs: number, random: () => number): number {
	return Math.round(Math.min(Math.max(retryAfterMs, second), longest) * (1 + 0.2 * random()));
}

/** After this long an unsent notice is given up, visibly. */
export const giveUpAfterMs = 72 * 60 * minute;

const probes = [minute, 5 * minute, 15 * minute];

/** How long a destination that refuses us rests before probe number `probe` (1 = the first): 1, 5, 15 minutes, then hourly. */
export function probeAfterMs(probe: number): number {
	return probes[probe - 1] ?? longest;
}
