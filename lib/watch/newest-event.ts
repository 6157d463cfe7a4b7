import * as z from "zod";
import { columns, dateColumn } from "../store/columns.ts";
import type { Table } from "../store/table.ts";

const address = { partitionKey: "meta", rowKey: "stream" };
const noteEveryMs = 60_000;

const schema = z.object({ newestAt: dateColumn });

/** Remembers the newest event of the stream, for health and the sign of life; a minute's precision is enough. */
export function createStreamNote(table: Table): (newestAt: Date, now: Date) => Promise<void> {
	let notedAt = Number.NEGATIVE_INFINITY;
	return async (newestAt, now) => {
		if (now.getTime() - notedAt < noteEveryMs) return;
		notedAt = now.getTime();
		const row = await table.get(address);
		const known = await newestEvent(table);
		if (known !== undefined && known >= newestAt) return;
		const next = { ...address, values: columns({ v: 1, newestAt }) };
		// Whoever was faster noted the same minute.
		const written = row === undefined ? await table.create(next) : await table.replace(next, row.etag);
		if (written.outcome !== "tableMissing") return;
		await table.ensure();
		await table.create(next);
	};
}

/** `undefined` when nothing was read yet. */
export async function newestEvent(table: Table): Promise<Date | undefined> {
	const read = schema.safeParse((await table.get(address))?.values);
	return read.success ? read.data.newestAt : undefined;
}
