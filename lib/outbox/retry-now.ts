import { type ChangeDeps, changeRow } from "../store/change-row.ts";
import { destinationAddress, destinationValues, readDestination } from "./destination-state.ts";
import { openOwed } from "./outbox.ts";
import { atOnce } from "./owed.ts";
import { owedWrites } from "./owed-row.ts";

/**
 * Makes due now whatever waits for another try: a person has asked for it, and may just have mended the destination.
 * Rows that somebody else changes meanwhile are in good hands.
 */
export async function wake(deps: ChangeDeps, destinations: readonly string[], now: Date): Promise<void> {
	for (const name of destinations) {
		await changeRow(deps, destinationAddress(name), (row) => {
			if (row === undefined) return { keep: undefined };
			const awake = { ...readDestination(row), pausedUntil: undefined, downSince: undefined };
			return { values: destinationValues(awake), result: undefined };
		});
	}
	for await (const row of openOwed(deps.table)) {
		const { key, destination, owed } = row;
		// Promised for later (not tried yet) stays promised for later.
		if (owed.state !== "due" || owed.attempt === 0 || owed.dueAt === undefined || owed.dueAt <= now) continue;
		await deps.table.transact(owedWrites(row, key, destination, { ...owed, dueAt: atOnce }));
	}
}
