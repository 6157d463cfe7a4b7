import * as z from "zod";
import { columns, countColumn } from "./columns.ts";
import { partitionOf } from "./finding-row.ts";
import type { Key, Row, Table } from "./table.ts";

/**
 * How much one device may add to the table within an hour. Who controls a device chooses what is seen on it: a new
 * binary a second must not become a new row a second. What is beyond the cap is counted in the device's row.
 */
export interface Growth {
	/** Has the device used up this hour's rows? Answered from memory: the first instance to find out tells the table. */
	isFull(key: string): boolean;
	/** One row was added for this device. */
	added(key: string): Promise<void>;
	/** One was left out. */
	leftOut(key: string): Promise<void>;
}

const rowsPerDeviceHour = 60;

const hourMs = 3_600_000;
const maxTries = 4;
const mostRemembered = 10_000;
/** So many are counted in memory before the table is told. */
const countedTogether = 50;

export function createGrowth({ table, clock }: { readonly table: Table; readonly clock: () => Date }): Growth {
	const full = new Map<string, { readonly hour: number; waiting: number }>();
	const hourNow = () => Math.floor(clock().getTime() / hourMs);
	const change = async (key: string, rows: number, leftOut: number): Promise<number> => {
		for (let attempt = 0; attempt < maxTries; attempt++) {
			const address = growthAddress(key);
			const row = await table.get(address);
			const known = read(row);
			const before = known.hour === hourNow() ? known.rows : 0;
			const values = columns({ v: 1, hour: hourNow(), rows: before + rows, leftOut: known.leftOut + leftOut });
			const next = { ...address, values };
			const done = row === undefined ? await table.create(next) : await table.replace(next, row.etag);
			if (done.outcome === "written") return before + rows;
		}
		// Many others count for this device at this moment; theirs will fill it up without ours.
		return 0;
	};
	return {
		isFull: (key) => full.get(key)?.hour === hourNow(),
		async added(key) {
			if ((await change(key, 1, 0)) < rowsPerDeviceHour) return;
			full.set(key, { hour: hourNow(), waiting: 0 });
			for (const oldest of full.keys()) {
				if (full.size <= mostRemembered) break;
				full.delete(oldest);
			}
		},
		async leftOut(key) {
			const entry = full.get(key);
			if (entry === undefined) return;
			entry.waiting += 1;
			// The first at once, so that it is seen that some were; the others a handful at a time.
			if (entry.waiting !== 1 && entry.waiting % countedTogether !== 0) return;
			await change(key, 0, entry.waiting === 1 ? 1 : entry.waiting === countedTogether ? countedTogether - 1 : countedTogether);
		},
	};
}

export function growthAddress(key: string): Key {
	return { partitionKey: partitionOf(key), rowKey: `g|${key}` };
}

const schema = z.object({ hour: countColumn, rows: countColumn, leftOut: countColumn });

/** A row that cannot be read starts again: it only counts. */
function read(row: Row | undefined) {
	const found = schema.safeParse(row?.values);
	return found.success ? found.data : { hour: 0, rows: 0, leftOut: 0 };
}
