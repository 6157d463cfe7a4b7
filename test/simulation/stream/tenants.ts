import { isSilent, newRhythm, observe, type Rhythm } from "../../../lib/watch/rhythm.ts";
import { type HubFacts, lookAtStream, type StreamNote } from "../../../lib/watch/stream-look.ts";
import { createRandom, type Random } from "../../bench/random.ts";

const minuteMs = 60_000;
const day = 24 * 60;
export const year = 365 * day;
/** A Monday. */
const start = Date.UTC(2026, 0, 5);

export interface Tenant {
	readonly name: string;
	/** Chance that something arrives in a minute: in office hours, and outside them. */
	readonly busy: number;
	readonly idle: number;
	/** In office hours of a day off; as `idle` without it. */
	readonly dayOff?: number;
	/** False alarms in 30 days, and delays of what is told at all in minutes, median and 95 %: what was promised when the rule was designed. */
	readonly limits: {
		readonly falseIn30Days: number;
		readonly anyStart: readonly [number, number];
		readonly busyStart: readonly [number, number];
	};
}

const never = Number.POSITIVE_INFINITY;

/** From where something is always on to where nearly nothing is. */
export const tenants: readonly Tenant[] = [
	{ name: "always on", busy: 0.99, idle: 0.99, limits: { falseIn30Days: 1, anyStart: [29, 60], busyStart: [29, 60] } },
	{ name: "office with servers", busy: 0.99, idle: 0.8, limits: { falseIn30Days: 1, anyStart: [34, 63], busyStart: [34, 63] } },
	{
		name: "office, nearly silent nights",
		busy: 0.97,
		idle: 0.17,
		dayOff: 0.3,
		limits: { falseIn30Days: 1, anyStart: [196, 520], busyStart: [37, 169] },
	},
	{
		name: "12 laptops, silent nights and weekends",
		busy: 0.5,
		idle: 0,
		limits: { falseIn30Days: 1, anyStart: [1_196, 3_638], busyStart: [242, 1_610] },
	},
	{ name: "5 laptops", busy: 0.25, idle: 0, limits: { falseIn30Days: 1, anyStart: [1_166, 3_951], busyStart: [1_170, never] } },
	{ name: "a rare table alone", busy: 0.02, idle: 0.02, limits: { falseIn30Days: 1, anyStart: [2_367, 3_980], busyStart: [never, never] } },
];

/** Twenty days a year on which everybody stays at home, a fortnight at the end of the year among them. */
function isHoliday(dayOfYear: number): boolean {
	return dayOfYear >= 351 || [30, 87, 130, 184, 240, 296].includes(dayOfYear);
}

/** Office hours move by one against UTC from the end of March to the end of October. */
function hoursAt(minute: number): "office" | "day off" | "night" {
	const dayOfYear = Math.floor(minute / day) % 365;
	const summer = dayOfYear >= 83 && dayOfYear < 293 ? 60 : 0;
	const hour = ((minute + summer) % day) / 60;
	if (hour < 8 || hour >= 18) return "night";
	return Math.floor(minute / day) % 7 < 5 && !isHoliday(dayOfYear) ? "office" : "day off";
}

/** The middle of the working day: whoever begins late or leaves early is there. */
function isBusy(minute: number): boolean {
	return hoursAt(minute - 60) === "office" && hoursAt(minute + 120) === "office";
}

function chanceAt({ busy, idle, dayOff = idle }: Tenant, minute: number): number {
	const hours = hoursAt(minute);
	return hours === "office" ? busy : hours === "day off" ? dayOff : idle;
}

/** What people of one tenant live through. Delays in minutes; those of outages that were not told within 72 h are missing. */
export interface Lived {
	readonly minutes: number;
	readonly falseAlarms: number;
	readonly outages: number;
	readonly delays: readonly number[];
	readonly busyOutages: number;
	readonly busyDelays: readonly number[];
}

const outageMinutes = 72 * 60;
const firstOutage = 70 * day;

/** Years of traffic, with outages of three days that are tried beside them: each from where the tenant is at that moment. */
export function live(tenant: Tenant, seed: number, minutes: number, outages: number): Lived {
	const random = createRandom(seed);
	const begins = new Set(Array.from({ length: outages }, () => firstOutage + random.below(Math.max(1, minutes - firstOutage))));
	const delays: number[] = [];
	const busyDelays: number[] = [];
	let busyOutages = 0;
	let falseAlarms = 0;
	let rhythm = newRhythm(new Date(start));
	for (let minute = 1; minute <= minutes; minute++) {
		const now = new Date(start + minute * minuteMs);
		if (begins.has(minute) && rhythm.toldAt === undefined) {
			const delay = delayOf(rhythm, minute);
			if (delay !== undefined) delays.push(delay);
			if (isBusy(minute)) {
				busyOutages += 1;
				if (delay !== undefined) busyDelays.push(delay);
			}
		}
		rhythm = observe(rhythm, random.chance(chanceAt(tenant, minute)), now);
		if (rhythm.toldAt !== undefined || !isSilent(rhythm, now)) continue;
		falseAlarms += 1;
		rhythm = { ...rhythm, toldAt: now };
	}
	return { minutes, falseAlarms, outages: begins.size, delays, busyOutages, busyDelays };
}

function delayOf(before: Rhythm, from: number): number | undefined {
	let rhythm = before;
	for (let minute = from; minute < from + outageMinutes; minute++) {
		const now = new Date(start + minute * minuteMs);
		rhythm = observe(rhythm, false, now);
		if (isSilent(rhythm, now)) return minute - from;
	}
	return undefined;
}

/** How long messages have waited when it is told that nobody reads them, in minutes, for readers that stop at any moment. */
export function unreadDelays(tenant: Tenant, seed: number, stops: number): readonly number[] {
	const random = createRandom(seed);
	return Array.from({ length: stops }, () => unreadDelay(tenant, random)).filter((delay) => delay !== undefined);
}

/** `undefined`: nothing came within a week. */
function unreadDelay(tenant: Tenant, random: Random): number | undefined {
	const from = random.below(year);
	const readUntil = from + 5;
	let note: StreamNote | undefined;
	let floor: number | undefined;
	let last = 99;
	let top = 99;
	let waitsSince: number | undefined;
	for (let minute = from; minute < from + 7 * day; minute++) {
		if (random.chance(chanceAt(tenant, minute))) {
			last += 1 + random.below(3);
			if (minute >= readUntil) waitsSince ??= minute;
		}
		if (minute < readUntil) top = last;
		// The note is written each quarter of a minute, and the timer looks at the end of each.
		const facts: HubFacts = {
			name: "h",
			createdAt: new Date(0),
			partitions: [{ id: "0", begin: 0, last }],
			checkpoints: new Map([["0", top]]),
		};
		const coverage = new Map([["0", { floor, ranges: top < 100 ? [] : [{ from: 100, to: top }] }]]);
		const look = lookAtStream(note, facts, coverage, new Date(start + minute * minuteMs));
		note = look.note;
		floor = look.settled.get("0")?.floor ?? floor;
		if (look.stuckMs >= 10 * minuteMs) return minute - (waitsSince ?? minute);
	}
	return undefined;
}

/** The value below which so many of a hundred lie. */
export function percentile(values: readonly number[], share: number): number {
	return values.toSorted((a, b) => a - b)[Math.min(values.length - 1, Math.floor((values.length * share) / 100))] ?? 0;
}
