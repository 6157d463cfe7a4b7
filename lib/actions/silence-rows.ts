import type { Row, Table } from "../store/table.ts";
import { rowsOf } from "../store/table.ts";

/**
 * When silences end, in the order of time: the timer reads what is over, and never looks through the findings. A row is
 * written before its silence, so that none is forgotten; one without a silence does nothing.
 */
const partitionKey = "silence";

/** Remembers that a finding's silence ends at `until`. Noting the same end twice is harmless; creates the table if it is missing. */
export async function noteSilence(table: Table, key: string, until: Date): Promise<void> {
	const row = { partitionKey, rowKey: `${until.toISOString()}|${key}`, values: { v: 1 } };
	const done = await table.transact([{ kind: "put", row }]);
	if (done.outcome !== "tableMissing") return;
	await table.ensure();
	await table.transact([{ kind: "put", row }]);
}

export interface SilenceRow {
	readonly key: string;
	readonly row: Row;
}

/** Those whose time has come, the oldest first, at most `limit`. */
export async function silencesOver(table: Table, now: Date, limit: number): Promise<readonly SilenceRow[]> {
	const over: SilenceRow[] = [];
	for await (const row of rowsOf(table, { partitionKey, from: "0", to: `${now.toISOString()}~` })) {
		over.push({ key: row.rowKey.slice(row.rowKey.indexOf("|") + 1), row });
		if (over.length >= limit) break;
	}
	return over;
}
