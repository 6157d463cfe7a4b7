import { destinationAddress, destinationValues, readDestination } from "./destination-state.ts";
import { partitions } from "./finding-row.ts";
import { owedAddress, owedRange, owedValues, readOwed } from "./owed-row.ts";
import { rowsOf, type Table } from "./table.ts";

/**
 * Makes due now whatever waits for another try: a person has asked for it, and may just have mended the destination.
 * Rows that somebody else changes meanwhile are in good hands.
 */
export async function wake(table: Table, destinations: readonly string[], now: Date): Promise<void> {
	for (const name of destinations) {
		const address = destinationAddress(name);
		const row = await table.get(address);
		if (row === undefined) continue;
		const awake = { ...readDestination(row), pausedUntil: undefined, downSince: undefined };
		await table.replace({ ...address, values: destinationValues(awake) }, row.etag);
	}
	for (const partition of partitions) {
		for await (const row of rowsOf(table, owedRange(partition))) {
			const { key, destination, owed, etag } = readOwed(row);
			// Promised for later (not tried yet) stays promised for later.
			if (owed?.state !== "due" || owed.attempt === 0 || owed.dueAt === undefined || owed.dueAt <= now) continue;
			await table.replace({ ...owedAddress(key, destination), values: owedValues({ ...owed, dueAt: now }) }, etag);
		}
	}
}
