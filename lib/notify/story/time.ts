import { type Inert, inertText, joined } from "../text.ts";

const hour = 3_600_000;

/** `2026-11-21 19:36:04 UTC`: the same for everyone who reads the card. */
export function utc(moment: Date): Inert {
	const [day = "", time = ""] = moment.toISOString().split("T");
	// Digits and dashes of our own clock or a parsed date.
	return `${day} ${time.slice(0, 8)} UTC` as Inert;
}

/** `20:07 UTC`, for a sentence whose day is known from the head. */
export function clock(moment: Date): Inert {
	return `${moment.toISOString().slice(11, 16)} UTC` as Inert;
}

/** `20:07 UTC`, with its day where that is not the day of the head: `2026-11-21 20:07 UTC`. */
export function clockOn(moment: Date, head: Date): Inert {
	const [day, headDay] = [moment, head].map((one) => one.toISOString().slice(0, 10));
	return day === headDay ? clock(moment) : (`${day} ${moment.toISOString().slice(11, 16)} UTC` as Inert);
}

/** "40 s", "12 min", "24 h", "7 days": rounded down to the largest unit that still says something. */
export function duration(ms: number): Inert {
	if (ms < 60_000) return inertText`${Math.max(0, Math.floor(ms / 1000))} s`;
	if (ms < 2 * hour) return inertText`${Math.floor(ms / 60_000)} min`;
	return ms < 72 * hour ? inertText`${Math.floor(ms / hour)} h` : inertText`${Math.floor(ms / (24 * hour))} days`;
}

/** As above, with a tenth of a second where it counts: "0.8 s". */
export function shortDuration(ms: number): Inert {
	return ms < 10_000 ? inertText`${Math.floor(ms / 100) / 10} s` : duration(ms);
}

/** As `duration`, with the next smaller unit: "2 min 44 s", "3 h 12 min". */
export function exactDuration(ms: number): Inert {
	if (ms < 60_000 || ms >= 72 * hour) return duration(ms);
	return ms < hour ? twoUnits(ms, 60_000, inertText`min`, 1000, inertText`s`) : twoUnits(ms, hour, inertText`h`, 60_000, inertText`min`);
}

function twoUnits(ms: number, large: number, largeWord: Inert, small: number, smallWord: Inert): Inert {
	const rest = Math.floor((ms % large) / small);
	return joined(
		[inertText`${Math.floor(ms / large)} ${largeWord}`, rest === 0 ? inertText`` : inertText`${rest} ${smallWord}`],
		inertText` `,
	);
}

/** "1 event", "1,203 events". */
export function counted(count: number, one: Inert, many: Inert): Inert {
	return inertText`${count} ${count === 1 ? one : many}`;
}
