import * as z from "zod";
import { dateColumn } from "../store/columns.ts";
import type { Key, Row, Table } from "../store/table.ts";

export const streamAddress: Key = { partitionKey: "meta", rowKey: "stream" };

const schema = z.object({ newestAt: dateColumn });

/** When the newest event read so far arrived at the hub; `undefined` if none was read yet. */
export async function newestEvent(table: Table): Promise<Date | undefined> {
	return newestEventIn(await table.get(streamAddress));
}

/** `newestEvent` from a row that was already read. */
export function newestEventIn(row: Row | undefined): Date | undefined {
	const read = schema.safeParse(row?.values);
	return read.success ? read.data.newestAt : undefined;
}
