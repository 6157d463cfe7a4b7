import { type ChangeDeps, changeRow } from "../store/change-row.ts";
import { destinationAddress, destinationValues, readDestination } from "./destination-state.ts";
import { openOwed } from "./outbox.ts";
import { atOnce } from "./owed.ts";
import { owedWrites } from "./owed-row.ts";

/**
 * Makes every notice that waits for another try due now: a person asked for it and may just have fixed the destination.
 * Rows changed concurrently are skipped; their writer handles them.
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
