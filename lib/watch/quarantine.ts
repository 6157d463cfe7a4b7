import { createHash } from "node:crypto";
import * as z from "zod";
import { type ChangeDeps, changeRow } from "../store/change-row.ts";
import { columns, countColumn, cut } from "../store/columns.ts";
import { type Key, maxTransaction, type NewRow, type Row, rowsOf, type Table, type Write } from "../store/table.ts";
import { type Quarantined, recordsIn } from "./quarantined.ts";

export interface QuarantineDeps extends ChangeDeps {
	/**
	 * Rows kept for one day: somebody who can write to the hub must not be able to fill the table. Instances that write in
	 * the same moment may exceed it by what each of them writes.
	 */
	readonly maxPerDay?: number;
}

export interface QuarantineCount {
	/** Entries with a row of their own. */
	readonly kept: number;
	/** Only counted: entries beyond the cap, and further records of an entry that stands for several. */
	readonly overflow: number;
}

export interface Quarantine {
	/** Notes each entry once, even if its batch is delivered again. */
	add(entries: readonly Quarantined[], now: Date): Promise<void>;
	count(day: Date): Promise<QuarantineCount>;
}

/** Keeps rows up to `maxPerDay`, 1,000 by default, and counts the rest. Throws if other instances won each try to write. */
export function createQuarantine({ maxPerDay = 1_000, ...deps }: QuarantineDeps): Quarantine {
	const { table } = deps;
	const addChunk = async (shard: string, entries: readonly Quarantined[], now: Date): Promise<void> => {
		// Rows that the table refuses are only counted.
		for (const keepsRows of [true, false]) {
			let counters: readonly Row[] = [];
			const address = counterAddress(shard, now);
			const changed = await changeRow(
				deps,
				address,
				async (counter) => {
					const counted = readCounter(counter);
					const room = keepsRows ? Math.max(0, maxPerDay - total(counters).kept) : 0;
					const fresh = room === 0 ? entries : await notYetKept(table, entries, now);
					if (fresh.length === 0) return { keep: undefined };
					const kept = fresh.slice(0, room);
					const sum = { kept: counted.kept + kept.length, overflow: counted.overflow + recordsIn(fresh) - kept.length };
					const also = kept.map((entry): Write => ({ kind: "create", row: toRow(entry, now) }));
					return { values: columns({ v: 1, ...sum }), also, result: undefined };
				},
				async () => {
					counters = await readCounters(table, now);
					return counters.find((row) => row.rowKey === address.rowKey);
				},
			);
			if (changed.outcome === "crowded") throw new Error("the quarantine was changed by others at each try");
			if (changed.outcome !== "refused") return;
		}
	};
	return {
		async add(entries, now) {
			// One place of the transaction is the counter's.
			const size = maxTransaction - 1;
			for (const [shard, group] of Map.groupBy(entries, ({ at }) => shardOf(at.source))) {
				for (let start = 0; start < group.length; start += size) await addChunk(shard, group.slice(start, start + size), now);
			}
		},
		async count(day) {
			return total(await readCounters(table, day));
		},
	};
}

async function notYetKept(table: Table, entries: readonly Quarantined[], now: Date): Promise<readonly Quarantined[]> {
	const distinct = [...new Map(entries.map((entry) => [toRow(entry, now).rowKey, entry])).values()];
	const found = await Promise.all(distinct.map((entry) => table.get(toRow(entry, now))));
	return distinct.filter((_, index) => found[index] === undefined);
}

/** The partition of a day, in UTC: `q20261125`. */
export function quarantinePartition(day: Date): string {
	return `q${day.toISOString().slice(0, 10).replaceAll("-", "")}`;
}

/** One of 16 counters: the instances read different partitions of the hub, and would all wait for a single one. */
function shardOf(source: string): string {
	return `n|${createHash("sha256").update(source).digest("hex").slice(0, 1)}`;
}

async function readCounters(table: Table, day: Date): Promise<readonly Row[]> {
	const counters: Row[] = [];
	for await (const row of rowsOf(table, { partitionKey: quarantinePartition(day), from: "n|", to: "n}" })) counters.push(row);
	return counters;
}

function total(counters: readonly Row[]): QuarantineCount {
	const counts = counters.map(readCounter);
	return {
		kept: counts.reduce((sum, { kept }) => sum + kept, 0),
		overflow: counts.reduce((sum, { overflow }) => sum + overflow, 0),
	};
}

const counterSchema = z.object({ kept: countColumn, overflow: countColumn });

/** A counter that cannot be read starts again: the entries themselves are still there. */
function readCounter(row: Row | undefined): QuarantineCount {
	const read = counterSchema.safeParse(row?.values);
	return read.success ? read.data : { kept: 0, overflow: 0 };
}

function counterAddress(shard: string, day: Date): Key {
	return { partitionKey: quarantinePartition(day), rowKey: shard };
}

function toRow({ at, record, reason, count, error, size, sha256 }: Quarantined, now: Date): NewRow {
	const id = createHash("sha256")
		.update(JSON.stringify([at.source, at.message, record ?? null, sha256]))
		.digest("hex")
		.slice(0, 24);
	return {
		partitionKey: quarantinePartition(now),
		rowKey: `q|${id}`,
		values: columns({
			v: 1,
			source: cut(at.source, 1_024),
			// As text: a sequence number can exceed what a number holds exactly.
			message: String(at.message),
			record,
			offset: at.offset,
			enqueuedAt: at.enqueuedAt,
			reason: cut(reason, 200),
			count,
			error: error === undefined ? undefined : cut(error, 100),
			size,
			sha256,
		}),
	};
}
