import * as z from "zod";
import { dayRows, isDayBefore } from "../findings/day-row.ts";
import { damagedRange } from "../findings/finding-row.ts";
import { devicePartitions } from "../knowledge/device-store.ts";
import { prevalencePartitions } from "../knowledge/prevalence.ts";
import { owedRange, readOwed } from "../outbox/owed-row.ts";
import { type ChangeDeps, replaceUnchanged } from "../store/change-row.ts";
import { columns, countColumn, dateColumn } from "../store/columns.ts";
import { ageMs } from "../store/last-used.ts";
import { inParallel } from "../store/parallel.ts";
import { partitions } from "../store/partitions.ts";
import { type Range, type Row, rowsOf, type Table } from "../store/table.ts";
import { quarantinePartition } from "./quarantine.ts";

const dayMs = 86_400_000;
const keepQuarantineMs = 30 * dayMs;
/** So far back the first run looks. */
const firstLookMs = 365 * dayMs;
const daysAtOnce = 10;

/** Rows that expire, and how it shows. */
interface Expiring extends Range {
	readonly isOld: (row: Row, now: Date) => boolean;
}

const everything = { from: " ", to: "~" };

function unstampedFor(keepMs: number): Expiring["isOld"] {
	return (row, now) => ageMs(row, now) >= keepMs;
}

/** A digest can be late by a week. */
const keepDaysMs = 40 * dayMs;
/** If nobody has looked at a failed notice by then, nobody will. */
const keepDeadMs = 90 * dayMs;

const expiring: readonly Expiring[] = [
	// Half a year, and the month within which a row that is still of use need not have been stamped again.
	...prevalencePartitions.map((partitionKey) => ({ partitionKey, ...everything, isOld: unstampedFor(210 * dayMs) })),
	...devicePartitions.map((partitionKey) => ({ partitionKey, ...everything, isOld: unstampedFor(90 * dayMs) })),
	...partitions.flatMap((partitionKey): readonly Expiring[] => [
		// The version before counted there what a device may add within an hour.
		{ partitionKey, from: "g|", to: "g}", isOld: () => true },
		{ ...damagedRange(partitionKey), isOld: unstampedFor(30 * dayMs) },
		{ ...dayRows(partitionKey), isOld: (row, now) => isDayBefore(row, new Date(now.getTime() - keepDaysMs)) },
		{ ...owedRange(partitionKey), isOld: isDeadFor(keepDeadMs) },
	]),
];

function isDeadFor(keepMs: number): Expiring["isOld"] {
	return (row, now) => {
		const { owed } = readOwed(row);
		if (owed?.state !== "dead") return false;
		const { wantedAt, triedAt = wantedAt } = owed;
		return now.getTime() - Math.max(wantedAt.getTime(), triedAt.getTime()) >= keepMs;
	};
}

/** Of 1,000 rows. */
const pagesAtOnce = 8;
const removedAtOnce = 16;

const address = { partitionKey: "meta", rowKey: "sweep" };

/** Where the sweep stopped: each is short, and the next one continues from there. */
interface Mark {
	/** The first day whose quarantine may still have rows. */
	readonly day: Date;
	/** Place in the list above. */
	readonly partition: number;
	readonly from: string;
}

const markSchema = z.object({ day: dateColumn, partition: countColumn, from: z.string() });

const first = " ";

/** Removes a bounded number of expired rows: quarantine of past days, rows that were not re-stamped in time, and what is of no use any longer. */
export async function sweep(deps: ChangeDeps, now: Date): Promise<void> {
	const { table } = deps;
	const row = await table.get(address);
	const known = markSchema.safeParse(row?.values);
	const mark: Mark = known.success ? known.data : { day: new Date(now.getTime() - firstLookMs), partition: 0, from: first };
	const day = await sweepQuarantine(table, mark.day, now);
	// A concurrent run has removed the same rows.
	await replaceUnchanged(deps, address, row, columns({ v: 1, day, ...(await sweepExpiring(table, mark, now)) }));
}

async function sweepQuarantine(table: Table, from: Date, now: Date): Promise<Date> {
	const kept = quarantinePartition(new Date(now.getTime() - keepQuarantineMs));
	let day = from;
	for (let swept = 0; swept < daysAtOnce && quarantinePartition(day) < kept; swept++) {
		const rows: Row[] = [];
		for await (const row of rowsOf(table, { partitionKey: quarantinePartition(day), from: first, to: "~" })) rows.push(row);
		await inParallel(rows, removedAtOnce, (row) => table.remove(row, row.etag));
		day = new Date(day.getTime() + dayMs);
	}
	return day;
}

/** Partition by partition; after the last one, the next run starts again with the first. */
async function sweepExpiring(table: Table, mark: Mark, now: Date): Promise<Pick<Mark, "partition" | "from">> {
	let pages = pagesAtOnce;
	for (const [partition, { isOld, ...range }] of expiring.entries()) {
		if (partition < mark.partition) continue;
		const from = partition === mark.partition && mark.from !== first ? mark.from : range.from;
		let last = from;
		let next: string | undefined;
		do {
			if (pages === 0) return { partition, from: last };
			pages -= 1;
			const page = await table.page({ ...range, from }, { next });
			const old = page.rows.filter((row) => isOld(row, now));
			// By the ETag just read: a row that is stamped meanwhile stays.
			await inParallel(old, removedAtOnce, (row) => table.remove(row, row.etag));
			last = page.rows.at(-1)?.rowKey ?? last;
			next = page.next;
		} while (next !== undefined);
	}
	return { partition: 0, from: first };
}
