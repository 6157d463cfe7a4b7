import type { Table } from "../store/table.ts";
import { destinationAddress, destinationValues, readDestination } from "./destination-state.ts";
import { openOwed } from "./outbox.ts";
import { atOnce } from "./owed.ts";
import { owedWrites } from "./owed-row.ts";

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
	for await (const row of openOwed(table)) {
		const { key, destination, owed } = row;
		// Promised for later (not tried yet) stays promised for later.
		if (owed.state !== "due" || owed.attempt === 0 || owed.dueAt === undefined || owed.dueAt <= now) continue;
		await table.transact(owedWrites(row, key, destination, { ...owed, dueAt: atOnce }));
	}
}
