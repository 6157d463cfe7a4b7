import * as z from "zod";
import { dateColumn } from "./columns.ts";
import type { Row } from "./table.ts";

const dayMs = 86_400_000;

const schema = z.object({ touchedAt: dateColumn });

/** Rows still in use are re-stamped this often, so only unused rows reach their retention age. */
export const renewAfterMs = 30 * dayMs;

/** When the row was last stamped, by our clock; the beginning of time if it has no stamp. */
export function touchedAt(row: Row): Date {
	const read = schema.safeParse(row.values);
	return read.success ? read.data.touchedAt : new Date(0);
}

/** Milliseconds since the row was last stamped; for a row without a stamp, since 1970. */
export function ageMs(row: Row, now: Date): number {
	return now.getTime() - touchedAt(row).getTime();
}
