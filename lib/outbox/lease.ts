import { inParallel } from "../store/parallel.ts";
import { partitionOf } from "../store/partitions.ts";
import { maxTransaction, type Table, type Write } from "../store/table.ts";
import { claim, isClaimable, type Owed } from "./owed.ts";
import { owedAddress, owedWrites, readOwed, type StoredOwed, settledAddress } from "./owed-row.ts";

/** An open row that can be read. */
export type OpenOwed = StoredOwed & { readonly owed: Owed };

/** What was claimed, for one message; the rows are ours until the lease runs out. */
export interface Lease {
	readonly id: string;
	readonly members: readonly OpenOwed[];
}

/** Claims rows as they were read, without those that another instance has taken meanwhile. */
export async function takeLease(table: Table, rows: readonly OpenOwed[], id: string, serverNow: Date): Promise<Lease> {
	const claimed = await inParallel(intoChunks(rows, maxTransaction), atOnce, (chunk) => claimChunk(table, chunk, id, serverNow));
	return { id, members: claimed.flat() };
}

const atOnce = 8;

async function claimChunk(table: Table, chunk: readonly OpenOwed[], id: string, serverNow: Date): Promise<readonly OpenOwed[]> {
	const rows = [...chunk];
	while (rows.length > 0) {
		const claimed = rows.map((row) => ({ ...row, owed: claim(row.owed, id, serverNow) }));
		const done = await transact(
			table,
			claimed.flatMap((row) => owedWrites(row, row.key, row.destination, row.owed)),
		);
		if (done.outcome === "written") return claimed.map((row, index) => ({ ...row, etag: done.etags[index] ?? "" }));
		if (done.outcome === "refused") throw new Error(`the table refuses a claim (${done.status})`);
		const index = done.index ?? 0;
		const failed = rows[index];
		if (failed === undefined) return [];
		const found = await readOpen(table, failed);
		// The answer to our own claim was lost. A transaction is written whole, so all of them are ours.
		if (found?.owed.leaseId === id) return reread(table, claimed, id);
		// More was wanted meanwhile, and it is still there to be claimed.
		if (found !== undefined && found.owed.state === "due" && isClaimable(found.owed, serverNow, undefined)) rows[index] = found;
		else rows.splice(index, 1);
	}
	return [];
}

/** Their ETags were in the answer that was lost. */
async function reread(table: Table, rows: readonly OpenOwed[], id: string): Promise<readonly OpenOwed[]> {
	const found = await inParallel(rows, atOnce, (row) => readOpen(table, row));
	return found.filter((row) => row?.owed.leaseId === id).filter((row) => row !== undefined);
}

const maxTries = 8;

/**
 * Ends a lease by writing the outcome; a row that is done leaves the open ones in the same transaction. More may have
 * been wanted meanwhile. If the lease ran out, another instance may have taken the row, and the message was perhaps
 * sent twice.
 * @returns the members whose lease was lost.
 */
export async function settle(table: Table, lease: Lease, change: (owed: Owed, member: OpenOwed) => Owed): Promise<readonly OpenOwed[]> {
	const lost = await inParallel(intoChunks(lease.members, maxTransaction / 2), atOnce, (chunk) =>
		settleChunk(table, lease.id, chunk, change),
	);
	return lost.flat();
}

async function settleChunk(
	table: Table,
	id: string,
	chunk: readonly OpenOwed[],
	change: (owed: Owed, member: OpenOwed) => Owed,
): Promise<readonly OpenOwed[]> {
	const rows = chunk.map((member) => ({ member, now: member, occupied: undefined as string | undefined }));
	const lost: OpenOwed[] = [];
	for (let failures = 0; rows.length > 0; ) {
		const writes = rows.map(({ member, now, occupied }) => {
			const moved = owedWrites(now, now.key, now.destination, change(now.owed, member));
			return occupied === undefined ? moved : moved.map((write) => overwrite(write, occupied));
		});
		const done = await transact(table, writes.flat());
		if (done.outcome === "written") return lost;
		if (done.outcome === "refused") throw new Error(`the table refuses to end a lease (${done.status})`);
		failures += 1;
		const index = ownerOf(writes, done.index ?? 0);
		const row = rows[index];
		if (row === undefined) return lost;
		const found = await readBoth(table, row.member);
		// The answer to our own transaction was lost: it was written whole.
		if (found.open?.owed.settledBy === id || found.settled?.owed?.settledBy === id) return lost;
		if (found.open === undefined || found.open.owed.leaseId !== id) {
			lost.push(row.member);
			rows.splice(index, 1);
		} else if (failures >= maxTries * chunk.length) {
			throw new Error(`notice rows of cf-${row.member.key.slice(0, 12)} were changed by others ${maxTries} times in a row`);
		} else rows[index] = { member: row.member, now: found.open, occupied: found.settled?.etag };
	}
	return lost;
}

/** An instance of the version before may have left a settled row behind. */
function overwrite(write: Write, etag: string): Write {
	return write.kind === "create" ? { kind: "replace", row: write.row, etag } : write;
}

/** Whose write was the one with this index? */
function ownerOf(writes: readonly (readonly Write[])[], index: number): number {
	let before = 0;
	return writes.findIndex((own) => {
		before += own.length;
		return index < before;
	});
}

async function readBoth(table: Table, { key, destination }: OpenOwed) {
	const [open, settled] = await Promise.all([readOpen(table, { key, destination }), table.get(settledAddress(key, destination))]);
	return { open, settled: settled === undefined ? undefined : readOwed(settled) };
}

async function readOpen(table: Table, { key, destination }: Pick<StoredOwed, "key" | "destination">): Promise<OpenOwed | undefined> {
	const row = await table.get(owedAddress(key, destination));
	if (row === undefined) return undefined;
	const { owed, ...rest } = readOwed(row);
	return owed === undefined ? undefined : { ...rest, owed };
}

/** A transaction of one row is an ordinary write, which costs the table less. */
async function transact(table: Table, writes: readonly Write[]) {
	const [first, ...others] = writes;
	if (first?.kind !== "replace" || others.length > 0) return table.transact(writes);
	const done = await table.replace(first.row, first.etag);
	return done.outcome === "written" ? ({ outcome: "written", etags: [done.etag] } as const) : ({ ...done, index: 0 } as const);
}

/** As many rows of one partition as fit into a transaction. */
export function intoChunks<T extends { readonly key: string }>(rows: readonly T[], size: number): readonly (readonly T[])[] {
	return [...Map.groupBy(rows, (row) => partitionOf(row.key)).values()].flatMap((group) =>
		Array.from({ length: Math.ceil(group.length / size) }, (_, n) => group.slice(n * size, (n + 1) * size)),
	);
}
