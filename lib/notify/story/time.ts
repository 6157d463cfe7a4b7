import { type Inert, say } from "../text.ts";

const hour = 3_600_000;

/** `2026-11-21 19:36:04 UTC`: the same for everyone who reads the card. */
export function utc(moment: Date): Inert {
	const [day = "", time = ""] = moment.toISOString().split("T");
	// Digits and dashes of our own clock or a parsed date.
	return `${day} ${time.slice(0, 8)} UTC` as Inert;
}

/** "40 s", "12 min", "24 h", "7 days": rounded down to the largest unit that still says something. */
export function duration(ms: number): Inert {
	if (ms < 60_000) return say`${Math.max(0, Math.floor(ms / 1000))} s`;
	if (ms < 2 * hour) return say`${Math.floor(ms / 60_000)} min`;
	return ms < 72 * hour ? say`${Math.floor(ms / hour)} h` : say`${Math.floor(ms / (24 * hour))} days`;
}

/** "1 event", "1,203 events". */
export function counted(count: number, one: Inert, many: Inert): Inert {
	return say`${count} ${count === 1 ? one : many}`;
}
