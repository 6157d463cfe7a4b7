import type { Table } from "../store/table.ts";
import { claim, type Owed } from "./owed.ts";
import { owedAddress, owedValues, readOwed, type StoredOwed } from "./owed-row.ts";

/** What was claimed; its row is ours until the lease runs out. */
export interface Lease {
	readonly id: string;
	readonly key: string;
	readonly destination: string;
	readonly owed: Owed;
}

/** Claims a row as it was read. `undefined`: somebody else was faster. */
export async function takeLease(
	table: Table,
	stored: StoredOwed & { readonly owed: Owed },
	id: string,
	serverNow: Date,
): Promise<Lease | undefined> {
	const address = owedAddress(stored.key, stored.destination);
	const owed = claim(stored.owed, id, serverNow);
	const done = await table.replace({ ...address, values: owedValues(owed) }, stored.etag);
	const lease = { id, key: stored.key, destination: stored.destination, owed };
	switch (done.outcome) {
		case "written":
			return lease;
		case "stale": {
			// It may be our own write whose answer was lost: then the row says so.
			const row = await table.get(address);
			return row !== undefined && readOwed(row).owed?.leaseId === id ? lease : undefined;
		}
		case "conflict":
		case "missing":
		case "tableMissing":
			return undefined;
		case "refused":
			throw new Error(`the table refuses a claim (${done.status})`);
	}
}

const maxTries = 8;

/**
 * Ends a lease with what came of it. Read again first: meanwhile more may be wanted, or the lease may have run out and
 * somebody else may have it (`lost`), in which case the message was perhaps sent twice.
 */
export async function settle(table: Table, lease: Lease, change: (owed: Owed) => Owed): Promise<"settled" | "lost"> {
	const address = owedAddress(lease.key, lease.destination);
	for (let attempt = 0; attempt < maxTries; attempt++) {
		const row = await table.get(address);
		if (row === undefined) return "lost";
		const { owed, etag } = readOwed(row);
		// Our own answer was lost on the way.
		if (owed?.settledBy === lease.id) return "settled";
		if (owed?.leaseId !== lease.id) return "lost";
		const done = await table.replace({ ...address, values: owedValues(change(owed)) }, etag);
		if (done.outcome === "written") return "settled";
		if (done.outcome === "refused") throw new Error(`the table refuses to end a lease (${done.status})`);
	}
	throw new Error(`notice rows of cf-${lease.key.slice(0, 12)} were changed by others ${maxTries} times in a row`);
}
