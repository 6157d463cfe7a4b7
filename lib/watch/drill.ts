import * as z from "zod";
import type { DrillResult } from "../outbox/delivery.ts";
import { columns, dateColumn, jsonColumn, maybeDateColumn } from "../store/columns.ts";
import type { Key, Row, Table, Values } from "../store/table.ts";
import type { Problem } from "./problems.ts";

/** A weekly moment, in UTC. */
export interface DrillSchedule {
	/** 0 = Sunday. */
	readonly day: number;
	readonly hour: number;
}

/** One hub's part of a drill. */
export interface DrillRun {
	readonly hub: string;
	/** Made for this drill alone and known to nobody else: no record can claim to be a drill by what it says. */
	readonly deviceId: string;
	/** Begin of the last try to send it. */
	readonly triedAt: Date | undefined;
	/** When the hub first took it. */
	readonly sentAt: Date | undefined;
	/** When the function that reads the hub had it at the end of its steps. */
	readonly arrivedAt: Date | undefined;
	/** Why the last try was not taken, as one sentence without addresses. */
	readonly failure: string | undefined;
}

/** The last weekly drill: one sighting through each hub, told to nobody. */
export interface Drill {
	/** The scheduled moment; each has one drill, however many instances or restarts there are. */
	readonly dueAt: Date;
	readonly begunAt: Date;
	readonly runs: readonly DrillRun[];
}

const days = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];
const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;
/** An app that was away longer than this waits for the next week. */
const lateMs = dayMs;
/** A start from nothing and a batch that is gathered take a minute or two. */
const patienceMs = 15 * minuteMs;
const sendAgainMs = 2 * minuteMs;
/** After a fault is repaired, the next one proves it and ends the alarm. */
const repeatMs = hourMs;

/** `Tue 10`; `undefined` for anything else. */
export function readDrillSchedule(text: string): DrillSchedule | undefined {
	const [, day = "", hour = ""] = /^(sun|mon|tue|wed|thu|fri|sat) ([01]?\d|2[0-3])$/i.exec(text.trim()) ?? [];
	return day === "" ? undefined : { day: days.indexOf(day.toLowerCase()), hour: Number(hour) };
}

/** The last scheduled moment that is not after `now`. */
export function dueMoment({ day, hour }: DrillSchedule, now: Date): Date {
	const today = Date.UTC(now.getUTCFullYear(), now.getUTCMonth(), now.getUTCDate(), hour);
	const moment = today - ((now.getUTCDay() - day + 7) % 7) * dayMs;
	return new Date(moment <= now.getTime() ? moment : moment - 7 * dayMs);
}

/** The drill that begins now; `undefined` when there is nothing to begin. */
export function nextDrill(
	known: Drill | undefined,
	schedule: DrillSchedule,
	hubs: readonly string[],
	newDeviceId: () => string,
	now: Date,
): Drill | undefined {
	const dueAt = dueMoment(schedule, now);
	// One that lies farther ahead was begun by a clock that was wrong.
	const isBegun = known !== undefined && known.dueAt >= dueAt && known.dueAt.getTime() - now.getTime() < dayMs;
	if (isBegun || now.getTime() - dueAt.getTime() > lateMs) return undefined;
	const nothingYet = { triedAt: undefined, sentAt: undefined, arrivedAt: undefined, failure: undefined };
	return { dueAt, begunAt: now, runs: hubs.map((hub) => ({ hub, deviceId: newDeviceId(), ...nothingYet })) };
}

/** The runs to send now: those not sent yet, those the hub did not take, and every hour those that have not arrived. */
export function toSend({ runs }: Drill, now: Date): readonly DrillRun[] {
	return runs.filter(({ triedAt, sentAt, arrivedAt }) => {
		if (arrivedAt !== undefined) return false;
		const sinceMs = triedAt === undefined ? Number.POSITIVE_INFINITY : now.getTime() - triedAt.getTime();
		return sinceMs >= (sentAt === undefined ? sendAgainMs : repeatMs);
	});
}

/** The runs that did not arrive in time, hub by hub. */
export function drillProblems({ begunAt, runs }: Drill, now: Date): readonly Problem[] {
	if (now.getTime() - begunAt.getTime() < patienceMs) return [];
	return runs
		.filter(({ arrivedAt }) => arrivedAt === undefined)
		.map(({ hub, sentAt, failure }): Problem => {
			const since = begunAt;
			if (sentAt === undefined) {
				const what = `The weekly drill of ${begunAt.toISOString()} could not be sent to ${hub}. ${failure ?? "The hub did not take it in time."}`;
				return { code: "drill-missing", subject: hub, since, what, do: 'Check the app\'s role "Azure Event Hubs Data Sender" on the hub.' };
			}
			return {
				code: "drill-missing",
				subject: hub,
				since,
				what: `The weekly drill sent to ${hub} at ${sentAt.toISOString()} has not come out of detection.`,
				do: "Look at the exceptions of `detect`, and at RULES and TENANT_IDS; then run `tunnelwatch drill` to see how far one gets.",
			};
		});
}

/** What the digest tells of a drill that began within its time. */
export function drillResult(drill: Drill | undefined, from: Date, to: Date): DrillResult | undefined {
	if (drill === undefined || drill.begunAt < from || drill.begunAt >= to) return undefined;
	const times = drill.runs.flatMap(({ triedAt, sentAt, arrivedAt }) =>
		arrivedAt === undefined ? [] : [arrivedAt.getTime() - (sentAt ?? triedAt ?? arrivedAt).getTime()],
	);
	return { begunAt: drill.begunAt, hubs: drill.runs.length, arrived: times.length, slowestMs: Math.max(0, ...times) };
}

/** The drill with one run changed. */
export function withRun(drill: Drill, deviceId: string, change: Partial<DrillRun>): Drill {
	return { ...drill, runs: drill.runs.map((run) => (run.deviceId === deviceId ? { ...run, ...change } : run)) };
}

export const drillAddress: Key = { partitionKey: "meta", rowKey: "drill" };

/** The drill as columns; its runs are JSON. */
export function drillValues({ dueAt, begunAt, runs }: Drill): Values {
	return columns({ v: 1, dueAt, begunAt, runs: JSON.stringify(runs) });
}

const schema = z.object({
	dueAt: dateColumn,
	begunAt: dateColumn,
	runs: jsonColumn(
		z.array(
			z.object({
				hub: z.string(),
				deviceId: z.string(),
				triedAt: maybeDateColumn,
				sentAt: maybeDateColumn,
				arrivedAt: maybeDateColumn,
				failure: z.string().optional(),
			}),
		),
	),
});

/** An unreadable row counts as none: the next drill replaces it. */
export function readDrillRow(row: Row | undefined): Drill | undefined {
	const read = schema.safeParse(row?.values);
	if (!read.success) return undefined;
	const { dueAt, begunAt, runs } = read.data;
	return {
		dueAt,
		begunAt,
		runs: runs.map((run) => ({ triedAt: undefined, sentAt: undefined, arrivedAt: undefined, failure: undefined, ...run })),
	};
}

/** The last one, whether it arrived or not. */
export async function readDrill(table: Table): Promise<Drill | undefined> {
	return readDrillRow(await table.get(drillAddress));
}
