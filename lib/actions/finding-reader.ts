import { isFindingRow, toldRangeOf } from "../findings/finding-row.ts";
import { owedRangeOf, readOwed, type StoredOwed } from "../outbox/owed-row.ts";
import { type Row, rowsOf, type Table } from "../store/table.ts";

/** Reads a finding's row with what each destination is owed about it, or was told: they change in one transaction. */
export interface FindingReader {
	readonly read: () => Promise<Row | undefined>;
	/** As of the last reading. */
	owed(): ReadonlyMap<string, StoredOwed>;
}

/** For one finding, by its key. `owed()` is empty before the first `read`, which resolves to `undefined` if there is no such finding. */
export function createFindingReader(table: Table, key: string): FindingReader {
	let owed = new Map<string, StoredOwed>();
	const note = (row: Row) => {
		const stored = readOwed(row);
		owed.set(stored.destination, stored);
	};
	return {
		read: async () => {
			let finding: Row | undefined;
			owed = new Map();
			for await (const row of rowsOf(table, toldRangeOf(key))) {
				if (isFindingRow(row)) finding = row;
				else note(row);
			}
			const open: Row[] = [];
			for await (const row of rowsOf(table, owedRangeOf(key))) open.push(row);
			// What was told between the two readings stood in neither place.
			for await (const row of rowsOf(table, toldRangeOf(key))) if (!isFindingRow(row)) note(row);
			// Where work is left, the open row is the one that counts.
			for (const row of open) note(row);
			// As it was read first: if it has changed since, so may have the rows, and writing it fails.
			return finding;
		},
		owed: () => owed,
	};
}
