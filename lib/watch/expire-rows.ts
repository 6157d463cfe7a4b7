import * as z from "zod";
import { devicePartitions } from "../knowledge/device-store.ts";
import { prevalencePartitions } from "../knowledge/prevalence.ts";
import { type ChangeDeps, replaceUnchanged } from "../store/change-row.ts";
import { columns, countColumn, dateColumn } from "../store/columns.ts";
import { ageMs } from "../store/last-used.ts";
import { inParallel } from "../store/parallel.ts";
import { type Row, rowsOf, type Table } from "../store/table.ts";
import { quarantinePartition } from "./quarantine.ts";

const dayMs = 86_400_000;
const keepQuarantineMs = 30 * dayMs;
/** So far back the first run looks. */
const firstLookMs = 365 * dayMs;
const daysAtOnce = 10;

/** Rows that say when they were stamped, and how long they are kept after that. */
const stamped = [
	// Half a year, and the month within which a row that is still of use need not have been stamped again.
	...prevalencePartitions.map((partitionKey) => ({ partitionKey, keepMs: 210 * dayMs })),
	...devicePartitions.map((partitionKey) => ({ partitionKey, keepMs: 90 * dayMs })),
];
/** Of 1,000 rows. */
const pagesAtOnce = 8;
const removedAtOnce = 16;

const address = { partitionKey: "meta", rowKey: "sweep" };

/** Where the sweep stopped: each is short, and the next one goes on from there. */
interface Mark {
	/** The first day whose quarantine may still have rows. */
	readonly day: Date;
	/** Place in the list above. */
	readonly partition: number;
	readonly from: string;
}

const markSchema = z.object({ day: dateColumn, partition: countColumn, from: z.string() });

const first = " ";

/** Removes a bounded number of expired rows: quarantine of past days, and rows that were not re-stamped in time. */
export async function sweep(deps: ChangeDeps, now: Date): Promise<void> {
	const { table } = deps;
	const row = await table.get(address);
	const known = markSchema.safeParse(row?.values);
	const mark: Mark = known.success ? known.data : { day: new Date(now.getTime() - firstLookMs), partition: 0, from: first };
	const day = await sweepQuarantine(table, mark.day, now);
	// A concurrent run has removed the same rows.
	await replaceUnchanged(deps, address, row, columns({ v: 1, day, ...(await sweepStamped(table, mark, now)) }));
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
async function sweepStamped(table: Table, mark: Mark, now: Date): Promise<Pick<Mark, "partition" | "from">> {
	let pages = pagesAtOnce;
	for (const [partition, { partitionKey, keepMs }] of stamped.entries()) {
		if (partition < mark.partition) continue;
		const from = partition === mark.partition ? mark.from : first;
		let last = from;
		let next: string | undefined;
		do {
			if (pages === 0) return { partition, from: last };
			pages -= 1;
			const page = await table.page({ partitionKey, from, to: "~" }, { next });
			const old = page.rows.filter((row) => ageMs(row, now) >= keepMs);
			// By the ETag just read: a row that is stamped meanwhile stays.
			await inParallel(old, removedAtOnce, (row) => table.remove(row, row.etag));
			last = page.rows.at(-1)?.rowKey ?? last;
			next = page.next;
		} while (next !== undefined);
	}
	return { partition: 0, from: first };
}
