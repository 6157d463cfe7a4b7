import { partitions } from "../store/partitions.ts";
import { rowsOf, type Table } from "../store/table.ts";
import { type Owed, revive } from "./owed.ts";
import { owedAddress, owedRange, owedValues, readOwed, type StoredOwed } from "./owed-row.ts";
import { readDestinations } from "./send-slots.ts";

/** How delivery stands, over all findings. */
export interface OutboxState {
	/** Due now and not delivered, by destination. What is promised for later is not late. */
	readonly owed: ReadonlyMap<string, number>;
	/** How long the oldest of them has been due. */
	readonly oldestOwedMs: number;
	/** Given up, by destination: after 72 hours, or refused for good. */
	readonly dead: ReadonlyMap<string, number>;
	/** Destinations that refuse us altogether, and since when. */
	readonly down: ReadonlyMap<string, Date>;
}

export type OutboxRow = StoredOwed & { readonly owed: Owed };

/** Everything owed or once owed, row by row. */
export async function* outbox(table: Table): AsyncGenerator<OutboxRow> {
	for await (const { owed, ...rest } of everyRow(table)) {
		if (owed !== undefined) yield { ...rest, owed };
	}
}

/** The same with the rows that nobody can read. */
export async function* everyRow(table: Table): AsyncGenerator<StoredOwed> {
	for (const partition of partitions) {
		for await (const row of rowsOf(table, owedRange(partition))) yield readOwed(row);
	}
}

/** @param destinations those that are set; what is owed to others waits for nobody. */
export async function readOutbox(table: Table, destinations: readonly string[], now: Date): Promise<OutboxState> {
	const owed = new Map<string, number>();
	const dead = new Map<string, number>();
	let oldestOwedMs = 0;
	for await (const { destination, owed: row } of outbox(table)) {
		if (!destinations.includes(destination)) continue;
		if (row.state === "dead") dead.set(destination, (dead.get(destination) ?? 0) + 1);
		if (!isLate(row, now)) continue;
		owed.set(destination, (owed.get(destination) ?? 0) + 1);
		oldestOwedMs = Math.max(oldestOwedMs, now.getTime() - row.wantedAt.getTime());
	}
	const states = [...(await readDestinations(table, destinations))];
	const down = new Map(states.flatMap(([name, { downSince }]) => (downSince === undefined ? [] : [[name, downSince] as const])));
	return { owed, oldestOwedMs, dead, down };
}

/** Should have been delivered by now: never tried and due, or waiting for another try. */
export function isLate(row: Owed, now: Date): boolean {
	switch (row.state) {
		case "due":
			return row.attempt > 0 || row.dueAt === undefined || row.dueAt <= now;
		case "leased":
			return true;
		case "done":
		case "dead":
			return false;
	}
}

/** Tries dead notices again from the start; returns how many. A row that somebody changes meanwhile is left to them. */
export async function retryDead(table: Table, now: Date, wanted: (row: OutboxRow) => boolean): Promise<number> {
	let revived = 0;
	for await (const row of outbox(table)) {
		if (row.owed.state !== "dead" || !wanted(row)) continue;
		const values = owedValues(revive(row.owed, now));
		const written = await table.replace({ ...owedAddress(row.key, row.destination), values }, row.etag);
		if (written.outcome === "written") revived += 1;
	}
	return revived;
}
