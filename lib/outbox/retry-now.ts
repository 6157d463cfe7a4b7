import type { Table } from "../store/table.ts";
import { destinationAddress, destinationValues, readDestination } from "./destination-state.ts";
import { outbox } from "./outbox.ts";
import { owedAddress, owedValues } from "./owed-row.ts";

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
	for await (const { key, destination, owed, etag } of outbox(table)) {
		// Promised for later (not tried yet) stays promised for later.
		if (owed.state !== "due" || owed.attempt === 0 || owed.dueAt === undefined || owed.dueAt <= now) continue;
		await table.replace({ ...owedAddress(key, destination), values: owedValues({ ...owed, dueAt: now }) }, etag);
	}
}
