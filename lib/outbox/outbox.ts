import { findingRange, isFindingRow, toldRangeOf } from "../findings/finding-row.ts";
import { partitions } from "../store/partitions.ts";
import { rowsOf, type Table } from "../store/table.ts";
import type { FailureReason } from "./delivery.ts";
import { readDestinations } from "./destination-session.ts";
import type { OpenOwed } from "./lease.ts";
import { type Owed, revive } from "./owed.ts";
import { owedRange, owedRangeOf, owedWrites, readOwed, type StoredOwed } from "./owed-row.ts";

/** How delivery stands, over all findings. */
export interface OutboxState {
	/** Due now and not delivered, by destination. What is promised for later is not late. */
	readonly owed: ReadonlyMap<string, number>;
	/** How long the oldest of them has been due. */
	readonly oldestOwedMs: number;
	/** The same for each destination, without those that it refused by themselves. */
	readonly lateMs: ReadonlyMap<string, number>;
	/** Refused by themselves and tried again, by destination: how long the oldest has waited. */
	readonly refusedMs: ReadonlyMap<string, number>;
	/** Given up, by destination: after 72 hours, or refused for good. */
	readonly dead: ReadonlyMap<string, number>;
	/** Destinations that refuse us altogether. */
	readonly down: ReadonlyMap<string, Down>;
	/** Notices held up because their row, or that of their finding, cannot be read: a later version wrote it, or it is damaged. */
	readonly unreadable: number;
}

/** A destination that refuses us: since when, and why the last message to it failed. */
export interface Down {
	readonly since: Date;
	readonly cause: FailureReason | undefined;
}

/** Everything that is owed or was given up, row by row, as far as it can be read. */
export async function* openOwed(table: Table): AsyncGenerator<OpenOwed> {
	for await (const { owed, ...rest } of openRows(table)) if (owed !== undefined) yield { ...rest, owed };
}

/** Also what cannot be read. Rows about one finding come one after the other. */
export async function* openRows(table: Table): AsyncGenerator<StoredOwed> {
	for (const partition of partitions) {
		for await (const row of rowsOf(table, owedRange(partition))) yield readOwed(row);
	}
}

/** Everything owed or once owed: for people who want to see all of it. */
export async function* allOwed(table: Table): AsyncGenerator<StoredOwed> {
	for (const partition of partitions) {
		for await (const row of rowsOf(table, owedRange(partition))) yield readOwed(row);
		for await (const row of rowsOf(table, findingRange(partition))) if (!isFindingRow(row)) yield readOwed(row);
	}
}

/** What each destination is owed, or was told, about one finding. */
export async function* owedOf(table: Table, key: string): AsyncGenerator<StoredOwed> {
	for await (const row of rowsOf(table, owedRangeOf(key))) yield readOwed(row);
	for await (const row of rowsOf(table, toldRangeOf(key))) if (!isFindingRow(row)) yield readOwed(row);
}

/** @param destinations those that are set; what is owed to others waits for nobody. */
export async function readOutbox(table: Table, destinations: readonly string[], now: Date): Promise<OutboxState> {
	const owed = new Map<string, number>();
	const dead = new Map<string, number>();
	const lateMs = new Map<string, number>();
	const refusedMs = new Map<string, number>();
	let unreadable = 0;
	for await (const { destination, owed: row } of openRows(table)) {
		if (!destinations.includes(destination)) continue;
		if (row === undefined || row.lastError === "unreadable") unreadable += 1;
		if (row === undefined) continue;
		if (row.state === "dead") dead.set(destination, (dead.get(destination) ?? 0) + 1);
		if (!isLate(row, now)) continue;
		owed.set(destination, (owed.get(destination) ?? 0) + 1);
		const oldest = row.refusedAt === undefined ? lateMs : refusedMs;
		oldest.set(destination, Math.max(oldest.get(destination) ?? 0, now.getTime() - row.wantedAt.getTime()));
	}
	const down = new Map<string, Down>();
	for (const [name, { state }] of await readDestinations(table, destinations)) {
		if (state.downSince !== undefined) down.set(name, { since: state.downSince, cause: state.lastError });
	}
	const oldestOwedMs = Math.max(0, ...lateMs.values(), ...refusedMs.values());
	return { owed, oldestOwedMs, lateMs, refusedMs, dead, down, unreadable };
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
export async function retryDead(table: Table, now: Date, wanted: (row: OpenOwed) => boolean): Promise<number> {
	let revived = 0;
	for await (const row of openOwed(table)) {
		if (row.owed.state !== "dead" || !wanted(row)) continue;
		const written = await table.transact(owedWrites(row, row.key, row.destination, revive(row.owed, now)));
		if (written.outcome === "written") revived += 1;
	}
	return revived;
}
