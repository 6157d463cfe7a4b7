import { partitions } from "../store/partitions.ts";
import { rowsOf, type Table } from "../store/table.ts";
import { findingRange, isFindingRow, readFinding, type StoredFinding } from "./finding-row.ts";

/** Every finding there is, those that cannot be read included. It reads all of them: for people, not for the timer. */
export async function* storedFindings(table: Table): AsyncGenerator<StoredFinding> {
	for (const partition of partitions) {
		for await (const row of rowsOf(table, findingRange(partition))) if (isFindingRow(row)) yield readFinding(row);
	}
}
