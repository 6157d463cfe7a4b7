import type { Key, NewRow, Row, Table, Transacted, Values, Write } from "./table.ts";

export interface ChangeDeps {
	readonly table: Table;
	readonly random: () => number;
	readonly sleep: (ms: number) => Promise<void>;
	readonly newId: () => string;
}

/** What becomes of a row, given how it was found. */
export type RowChange<T> =
	/** It stays as it is, and `result` is the answer. */
	| { readonly keep: T }
	/** Replaces the whole row, with `also` in the same transaction: rows of the same partition. */
	| { readonly values: Values; readonly also?: readonly Write[]; readonly result: T };

export type Changed<T> =
	| { readonly outcome: "kept"; readonly result: T }
	/** `row` is as it stands now, and the rows of `also` have these ETags; `undefined`: the answer was lost, and with it theirs. */
	| { readonly outcome: "written"; readonly result: T; readonly row: Row; readonly alsoEtags: readonly string[] | undefined }
	/** The table will never take it. */
	| { readonly outcome: "refused"; readonly status: number }
	/** Others changed it at each of our tries. */
	| { readonly outcome: "crowded" };

const maxTries = 8;
const firstWaitMs = 50;

/**
 * Reads a row, changes it and writes it if nobody changed it in between. Otherwise it tries again, up to eight times,
 * after random waits that grow. Every write leaves a token in the column `writer`, so that a write whose answer was
 * lost is recognised as our own. Creates a missing table.
 * @param read how to read the row; it may read several rows at once, which the caller keeps for `change`.
 */
export async function changeRow<T>(
	{ table, random, sleep, newId }: ChangeDeps,
	address: Key,
	change: (row: Row | undefined) => RowChange<T> | Promise<RowChange<T>>,
	read: () => Promise<Row | undefined> = () => table.get(address),
): Promise<Changed<T>> {
	const written = new Map<string, { readonly result: T }>();
	for (let attempt = 0; attempt < maxTries; attempt++) {
		const row = await read();
		const ours = written.get(writerOf(row));
		if (row !== undefined && ours !== undefined) return { outcome: "written", result: ours.result, row, alsoEtags: undefined };
		const wanted = await change(row);
		if ("keep" in wanted) return { outcome: "kept", result: wanted.keep };
		const token = newId();
		const next = { ...address, values: { ...wanted.values, writer: token } };
		const done = await write(table, next, row, wanted.also ?? []);
		switch (done.outcome) {
			case "written": {
				const [etag = "", ...alsoEtags] = done.etags;
				return { outcome: "written", result: wanted.result, row: { ...next, etag }, alsoEtags };
			}
			case "refused":
				return { outcome: "refused", status: done.status };
			case "tableMissing":
				await table.ensure();
				break;
			case "conflict":
			case "stale":
			case "missing":
				written.set(token, { result: wanted.result });
				await sleep(random() * firstWaitMs * 2 ** attempt);
				break;
		}
	}
	return { outcome: "crowded" };
}

/**
 * Writes a row only if it has not changed since it was read, for work that is pointless once someone else has done it.
 * A write of our own whose answer was lost is recognised.
 * @param before the row as it was read; `undefined` if there was none.
 * @returns the row as it stands now; `undefined` if someone else's write stands.
 * @throws when the table refuses the row for good.
 */
export async function replaceUnchanged(deps: ChangeDeps, address: Key, before: Row | undefined, values: Values): Promise<Row | undefined> {
	let reads = 0;
	const changed = await changeRow(
		deps,
		address,
		(row) => (row?.etag === before?.etag ? { values, result: undefined } : { keep: undefined }),
		async () => (reads++ === 0 ? before : deps.table.get(address)),
	);
	if (changed.outcome === "refused") throw new Error(`the table refuses row ${address.rowKey} (${changed.status})`);
	return changed.outcome === "written" ? changed.row : undefined;
}

async function write(table: Table, next: NewRow, before: Row | undefined, also: readonly Write[]): Promise<Transacted> {
	if (also.length > 0) return table.transact([writeOf(next, before?.etag), ...also]);
	const done = await (before === undefined ? table.create(next) : table.replace(next, before.etag));
	return done.outcome === "written" ? { outcome: "written", etags: [done.etag] } : { ...done, index: 0 };
}

/** A row that was not there is created, one that was there must still be the same. */
function writeOf(row: NewRow, etag: string | undefined): Write {
	return etag === undefined ? { kind: "create", row } : { kind: "replace", row, etag };
}

function writerOf(row: Row | undefined): string {
	const writer = row?.values["writer"];
	return typeof writer === "string" ? writer : "";
}
