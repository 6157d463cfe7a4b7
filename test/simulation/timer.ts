import { readDestination } from "../../lib/outbox/destination-state.ts";
import { readOwed } from "../../lib/outbox/owed-row.ts";
import type { MemoryTable } from "./memory-table.ts";

/** When there will be something for the timer to do: the minutes before it need not be played. `undefined`: never. */
export function nextWork(memory: MemoryTable, now: number): number | undefined {
	const rows = memory.all();
	const paused = new Map(
		rows
			.filter((row) => row.rowKey.startsWith("h|"))
			.map((row) => [row.rowKey.slice(2), readDestination(row).pausedUntil?.getTime() ?? now]),
	);
	let next: number | undefined;
	for (const row of rows) {
		if (!row.rowKey.startsWith("o|")) continue;
		const state = row.values["state"];
		if (state === "done" || state === "dead") continue;
		const { owed, destination } = readOwed(row);
		if (owed === undefined) continue;
		const own = (owed.state === "leased" ? owed.leaseUntil : owed.dueAt)?.getTime() ?? now;
		const at = Math.max(own, paused.get(destination) ?? now);
		if (next === undefined || at < next) next = at;
	}
	return next;
}
