import * as z from "zod";
import { dateColumn } from "./columns.ts";
import type { Row } from "./table.ts";

const dayMs = 86_400_000;

const schema = z.object({ touchedAt: dateColumn });

/** What is still seen is stamped again this often, so that only what is not seen any more grows old. */
export const renewAfterMs = 30 * dayMs;

/** When the row was stamped last, by our clock; for ever ago if it does not say. */
export function touchedAt(row: Row): Date {
	const read = schema.safeParse(row.values);
	return read.success ? read.data.touchedAt : new Date(0);
}

export function ageMs(row: Row, now: Date): number {
	return now.getTime() - touchedAt(row).getTime();
}
