import * as z from "zod";
import { columns, countColumn, dateColumn, jsonColumn, maybeDateColumn } from "../store/columns.ts";
import type { Key, Row, Values } from "../store/table.ts";

const minuteMs = 60_000;
const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
const weekMs = 7 * dayMs;
const hoursInWeek = 168;

/** The habit of one hour of the week, in UTC. */
interface Habit {
	/** Part of its minutes in which something arrives, newer weeks counting more. */
	readonly share: number;
	/** How much that rests on; grows towards 5. */
	readonly weight: number;
	readonly weeks: number;
}

/** When messages usually arrive, and how long the silence of this moment is. Unit: minutes in which something arrived. */
export interface Rhythm {
	readonly since: Date;
	/** 168 of them, Sunday 00:00 first. */
	readonly habits: readonly Habit[];
	/** The last minute observed. */
	readonly at: Date;
	readonly lastArrival: Date;
	/** In the hour of `at`: minutes looked at, and those with an arrival. */
	readonly looked: number;
	readonly active: number;
	/** Usual minutes that this silence has lasted. */
	readonly missed: number;
	/** The longest silence remembered, in usual minutes, and when it was; it fades. */
	readonly longest: number;
	readonly longestAt: Date;
	/** This silence was told. */
	readonly toldAt: Date | undefined;
}

/** An hour's habit counts from its third week on. */
const weeksToKnow = 3;
const fading = 0.8;
const halfLifeMs = 4 * weekMs;
const shortestMs = 30 * minuteMs;
/** Usual minutes that must be missed at the least. */
const leastMissed = 25;
const beyondLongest = 1.5;

/** A rhythm that has seen nothing; it counts as if something had arrived `now`. */
export function newRhythm(now: Date): Rhythm {
	const habits = Array.from({ length: hoursInWeek }, () => ({ share: 0, weight: 0, weeks: 0 }));
	const counts = { looked: 0, active: 0, missed: 0, longest: 0 };
	return { since: now, habits, at: now, lastArrival: now, ...counts, longestAt: now, toldAt: undefined };
}

/**
 * One look, a minute after the last one. After a longer time: if nothing arrived, all its minutes were silent; if something
 * did, nobody knows when, and only this minute counts.
 */
export function observe(rhythm: Rhythm, arrived: boolean, now: Date): Rhythm {
	let next = rhythm;
	const late = Math.min(Math.round((now.getTime() - rhythm.at.getTime()) / minuteMs), hoursInWeek * 60);
	for (let minute = arrived ? 0 : late - 1; minute >= 0; minute--) {
		const at = new Date(now.getTime() - minute * minuteMs);
		next = oneMinute(next, arrived && minute === 0, at);
	}
	return next;
}

function oneMinute(rhythm: Rhythm, arrived: boolean, at: Date): Rhythm {
	const turned = hourOf(at) === hourOf(rhythm.at) ? rhythm : endHour(rhythm);
	const looked = { ...turned, at, looked: turned.looked + 1, active: turned.active + (arrived ? 1 : 0) };
	if (!arrived) return { ...looked, missed: turned.missed + usual(turned.habits, at) };
	return { ...remembered(looked, turned.missed, at), lastArrival: at, missed: 0, toldAt: undefined };
}

/** A silence that was told may have been an outage, so it teaches no more than a little. */
function remembered(rhythm: Rhythm, missed: number, now: Date): Rhythm {
	const known = longestNow(rhythm, now);
	const lesson = rhythm.toldAt === undefined ? missed : Math.min(missed, beyondLongest * Math.max(known, leastMissed));
	return lesson > known ? { ...rhythm, longest: lesson, longestAt: now } : rhythm;
}

function longestNow({ longest, longestAt }: Rhythm, now: Date): number {
	return longest * 0.5 ** ((now.getTime() - longestAt.getTime()) / halfLifeMs);
}

function endHour(rhythm: Rhythm): Rhythm {
	if (rhythm.looked === 0) return rhythm;
	const hour = hourOf(rhythm.at);
	// An outage teaches no habit.
	const learns = rhythm.toldAt === undefined;
	const habits = rhythm.habits.map((habit, index) => (index === hour && learns ? learned(habit, rhythm.active / rhythm.looked) : habit));
	return { ...rhythm, habits, looked: 0, active: 0 };
}

function learned({ share, weight, weeks }: Habit, active: number): Habit {
	const old = weight * fading;
	return { share: (share * old + active) / (old + 1), weight: old + 1, weeks: Math.min(weeks + 1, 1_000) };
}

/** How usual an arrival in this minute is. The least of three hours: neither a clock change nor an early lunch matters. */
function usual(habits: readonly Habit[], at: Date): number {
	const hour = hourOf(at);
	return Math.min(...[hour + hoursInWeek - 1, hour, hour + 1].map((one) => shareOf(habits[one % hoursInWeek])));
}

function shareOf(habit: Habit | undefined): number {
	return habit === undefined || habit.weeks < weeksToKnow ? 0 : habit.share;
}

function hourOf(at: Date): number {
	return at.getUTCDay() * 24 + at.getUTCHours();
}

/** Is this silence news? While the habits are learned only a whole day of it is, or a weekend. */
export function isSilent(rhythm: Rhythm, now: Date): boolean {
	if (rhythm.toldAt !== undefined) return true;
	const silentMs = now.getTime() - rhythm.lastArrival.getTime();
	if (now.getTime() - rhythm.since.getTime() < weeksToKnow * weekMs + dayMs)
		return silentMs >= (overWeekend(rhythm.lastArrival, now) ? 3 : 1) * dayMs;
	return silentMs >= shortestMs && rhythm.missed >= Math.max(leastMissed, beyondLongest * longestNow(rhythm, now));
}

function overWeekend(from: Date, to: Date): boolean {
	for (let at = from.getTime(); at <= to.getTime(); at += dayMs / 2) if ([0, 6].includes(new Date(at).getUTCDay())) return true;
	return false;
}

export const rhythmAddress: Key = { partitionKey: "meta", rowKey: "t|stream" };

/** The rhythm as columns; habits are rounded to thousandths so that the row stays small. */
export function rhythmValues({ habits, ...rest }: Rhythm): Values {
	return columns({
		v: 1,
		...rest,
		habits: JSON.stringify(habits.map(({ share, weight, weeks }) => [rounded(share), rounded(weight), weeks])),
	});
}

function rounded(value: number): number {
	return Math.round(value * 1_000) / 1_000;
}

const schema = z.object({
	since: dateColumn,
	at: dateColumn,
	lastArrival: dateColumn,
	looked: countColumn,
	active: countColumn,
	missed: z.number(),
	longest: z.number(),
	longestAt: dateColumn,
	toldAt: maybeDateColumn,
	habits: jsonColumn(z.array(z.tuple([z.number(), z.number(), countColumn])).length(hoursInWeek)),
});

/** An unreadable row counts as none: the habits are learned again. */
export function readRhythm(row: Row | undefined): Rhythm | undefined {
	const read = schema.safeParse(row?.values);
	if (!read.success) return undefined;
	const habits = read.data.habits.map(([share, weight, weeks]) => ({ share, weight, weeks }));
	return { ...read.data, toldAt: read.data.toldAt, habits };
}
