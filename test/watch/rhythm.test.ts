import { describe, expect, test } from "vitest";
import { isSilent, newRhythm, observe, type Rhythm, readRhythm, rhythmAddress, rhythmValues } from "../../lib/watch/rhythm.ts";
import { createRandom } from "../bench/random.ts";

const minuteMs = 60_000;
const day = 24 * 60;
/** A Monday. */
const start = Date.UTC(2026, 5, 1);

/** Chance that something arrives in a minute. */
type Tenant = (at: Date) => number;

const isOffice = (at: Date) => at.getUTCDay() % 6 !== 0 && at.getUTCHours() >= 7 && at.getUTCHours() < 17;
const tenants: Readonly<Record<string, Tenant>> = {
	"always on": () => 0.99,
	"office with servers": (at) => (isOffice(at) ? 0.99 : 0.7),
	"office, nearly silent nights": (at) => (isOffice(at) ? 0.97 : 0.02),
	"12 laptops, silent nights and weekends": (at) => (isOffice(at) ? 0.6 : 0),
	"5 laptops": (at) => (isOffice(at) ? 0.3 : 0),
	"a rare table alone": () => 0.02,
};

interface Played {
	/** Minutes at which a silence was told. */
	readonly told: readonly number[];
	readonly rhythm: Rhythm;
}

/** A tenant from its first day on; nothing arrives from minute `outage` on. */
function play(tenant: Tenant, minutes: number, seed: number, outage = Number.POSITIVE_INFINITY): Played {
	const random = createRandom(seed);
	const told: number[] = [];
	let rhythm = newRhythm(new Date(start));
	for (let minute = 1; minute <= minutes; minute++) {
		const now = new Date(start + minute * minuteMs);
		rhythm = observe(rhythm, minute < outage && random.chance(tenant(now)), now);
		if (rhythm.toldAt !== undefined || !isSilent(rhythm, now)) continue;
		told.push(minute);
		rhythm = { ...rhythm, toldAt: now };
	}
	return { told, rhythm };
}

const tenWeeks = 70 * day;

describe.each(Object.entries(tenants))("%s", (name, tenant) => {
	test("no more than one false alarm in thirty days", () => {
		expect(play(tenant, tenWeeks, 1).told.length).toBeLessThanOrEqual(2);
	});

	test("an export that stops on a working morning is told, in time for who is used to more", () => {
		const outage = tenWeeks + 10 * 60;
		const { told } = play(tenant, outage + 3 * day, 2, outage);
		const limits: Readonly<Record<string, number>> = {
			"always on": 60,
			"office with servers": 63,
			"office, nearly silent nights": 169,
			"12 laptops, silent nights and weekends": 1_610,
			"5 laptops": 2 * day,
			"a rare table alone": 3 * day,
		};
		const delay = (told.find((minute) => minute >= outage) ?? Number.POSITIVE_INFINITY) - outage;
		if (name !== "a rare table alone") expect(delay).toBeLessThanOrEqual(limits[name] ?? 0);
		if (name === "always on") expect(delay).toBeGreaterThanOrEqual(25);
	});
});

describe("a silence", () => {
	const silent = play(() => 0.99, tenWeeks + 120, 3, tenWeeks).rhythm;

	test("where something always arrives is told after half an hour", () => {
		const { told } = play(() => 1, tenWeeks + 60, 4, tenWeeks);
		// The last message came in the minute before.
		expect(told.filter((minute) => minute >= tenWeeks)).toEqual([tenWeeks + 29]);
	});

	test("counts for nothing in the first and the last hour of a working day: clocks change, and people come late", () => {
		const missedAt = (minutes: number) => play((at) => (isOffice(at) ? 1 : 0), tenWeeks + minutes, 5, tenWeeks).rhythm.missed;
		expect(missedAt(8 * 60 - 1)).toBe(0);
		expect(missedAt(9 * 60 - 1)).toBeGreaterThan(25);
		expect(missedAt(17 * 60 - 1)).toBe(missedAt(16 * 60 - 1));
	});

	test("is told once, and is over with the first message", () => {
		expect(play(() => 0.99, tenWeeks + 600, 3, tenWeeks).told.filter((minute) => minute >= tenWeeks)).toHaveLength(1);
		const now = new Date(silent.at.getTime() + minuteMs);
		expect(isSilent(silent, now)).toBe(true);
		expect(isSilent(observe(silent, true, now), now)).toBe(false);
	});

	test("of the first three weeks is told after a day, across a weekend after three", () => {
		const on = (tuesday: number, hours: number) => {
			const heard = { ...newRhythm(new Date(start)), lastArrival: new Date(tuesday) };
			return isSilent(heard, new Date(tuesday + hours * 60 * minuteMs));
		};
		const tuesday = start + day * minuteMs;
		expect([on(tuesday, 23.9), on(tuesday, 24)]).toEqual([false, true]);
		const friday = start + 4 * day * minuteMs + 17 * 60 * minuteMs;
		expect([on(friday, 71.9), on(friday, 72)]).toEqual([false, true]);
	});

	test("survives the instance that saw it", () => {
		const row = { ...rhythmAddress, etag: "e", values: rhythmValues(silent) };
		const read = readRhythm(row);
		expect(read).toMatchObject({ lastArrival: silent.lastArrival, missed: silent.missed });
		expect(JSON.stringify(row.values).length).toBeLessThan(4_000);
		expect(readRhythm({ ...row, values: { habits: "[]" } })).toBeUndefined();
	});

	test("of the first three weeks and a day needs a whole day; from then on what is usual counts", () => {
		const at = (minutes: number) => new Date(start + minutes * minuteMs);
		const week = 7 * day;
		const known = (weeks: number) => ({ ...newRhythm(at(0)), habits: silent.habits.map((habit) => ({ ...habit, weeks })), longest: 0 });
		const silence = (rhythm: Rhythm, from: number) => {
			const heard = { ...rhythm, at: at(from), lastArrival: at(from) };
			const now = at(from + 60);
			return isSilent(observe(heard, false, now), now);
		};
		expect(silence(known(3), 3 * week + day - 61)).toBe(false);
		expect(silence(known(3), 3 * week + day - 60)).toBe(true);
		// An hour that was seen twice says nothing yet.
		expect(silence(known(2), 3 * week + day)).toBe(false);
	});

	test("that was told teaches no more than a little, one that was only long teaches all of itself", () => {
		const taught = (toldAt: Date | undefined) => {
			const now = new Date(silent.at.getTime() + minuteMs);
			return observe({ ...silent, toldAt, missed: 1_000, longest: 40, longestAt: now }, true, now).longest;
		};
		expect([taught(silent.at), taught(undefined)]).toEqual([60, 1_000]);
	});

	test("that was long is half forgotten after four weeks", () => {
		const now = new Date(silent.at.getTime());
		const longestAt = new Date(now.getTime() - 28 * day * minuteMs);
		const lastArrival = new Date(now.getTime() - 120 * minuteMs);
		const isNews = (missed: number) => isSilent({ ...silent, toldAt: undefined, missed, longest: 100, longestAt, lastArrival }, now);
		expect([isNews(74.9), isNews(75)]).toEqual([false, true]);
	});

	test("of one week in an hour that was always busy leaves it less than half as usual as before", () => {
		const end = new Date(start + 60 * minuteMs);
		const habits = silent.habits.map(() => ({ share: 1, weight: 1, weeks: 5 }));
		const quiet = { ...newRhythm(new Date(start)), habits, looked: 60, active: 0 };
		expect(observe(quiet, true, end).habits[24]).toEqual({ share: expect.closeTo(0.444, 3), weight: 1.8, weeks: 6 });
	});

	test("in which nobody looked and that ended meanwhile is not learned as silent minutes", () => {
		const now = new Date(silent.at.getTime() + 40 * minuteMs);
		const heard = observe({ ...silent, looked: 0, active: 0 }, true, now);
		expect([heard.looked, heard.active, heard.missed]).toEqual([1, 1, 0]);
	});

	test("of up to a week counts, minute by minute, though nobody looked for all of it", () => {
		const missed = (days: number) => {
			const later = observe(silent, false, new Date(silent.at.getTime() + days * day * minuteMs));
			return (later.missed - silent.missed) / day;
		};
		expect(missed(3)).toBeGreaterThan(2.9);
		expect(missed(30)).toBeGreaterThan(6.5);
		expect(missed(30)).toBeLessThanOrEqual(7);
	});

	test("counts the minutes in which nobody looked", () => {
		const late = observe(silent, false, new Date(silent.at.getTime() + 30 * minuteMs));
		expect(late.missed - silent.missed).toBeGreaterThan(25);
	});
});
