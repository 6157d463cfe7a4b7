import * as z from "zod";
import { refuseNewer } from "../findings/finding-row.ts";
import { columns, countColumn, dateColumn, maybeDateColumn, severityColumn } from "../store/columns.ts";
import { partitionOf } from "../store/partitions.ts";
import type { Key, Range, Row, Values } from "../store/table.ts";
import { failureReasons } from "./delivery.ts";
import type { Owed } from "./owed.ts";

/** What one destination is owed about one finding, as its row holds it. */
export interface StoredOwed {
	/** Of the finding. */
	readonly key: string;
	readonly destination: string;
	/** `undefined` when nobody can read the row any more: the next notice writes it anew. */
	readonly owed: Owed | undefined;
	readonly etag: string;
}

export function owedAddress(key: string, destination: string): Key {
	return { partitionKey: partitionOf(key), rowKey: `o|${key}|${destination}` };
}

/** All that is owed in a partition. */
export function owedRange(partitionKey: string): Range {
	return { partitionKey, from: "o|", to: "o}" };
}

/** All that is owed about one finding. */
export function owedRangeOf(key: string): Range {
	return { partitionKey: partitionOf(key), from: `o|${key}|`, to: `o|${key}}` };
}

const version = 1;

export function owedValues(owed: Owed): Values {
	return columns({ v: version, ...owed });
}

const schema = z.object({
	state: z.enum(["due", "leased", "done", "dead"]),
	want: countColumn,
	sent: countColumn,
	count: countColumn,
	countSent: countColumn,
	severity: severityColumn,
	lane: z.enum(["first", "rest"]),
	// Rows of an older version have none.
	rank: countColumn.default(0),
	dueAt: maybeDateColumn,
	wantedAt: dateColumn,
	attempt: countColumn,
	leaseId: z.string(),
	leaseUntil: maybeDateColumn,
	triedAt: maybeDateColumn,
	settledBy: z.string(),
	lastStatus: z.number().optional(),
	lastError: z.enum([...failureReasons, "unreadable"]).optional(),
	sentAt: maybeDateColumn,
	proof: z.enum(["queued", "confirmed"]).optional(),
});

export function readOwed(row: Row): StoredOwed {
	refuseNewer(row, version);
	const [, key = "", destination = ""] = row.rowKey.split("|");
	const read = schema.safeParse(row.values);
	if (!read.success) return { key, destination, etag: row.etag, owed: undefined };
	const { dueAt, leaseUntil, triedAt, lastStatus, lastError, sentAt, proof, ...rest } = read.data;
	return { key, destination, etag: row.etag, owed: { ...rest, dueAt, leaseUntil, triedAt, lastStatus, lastError, sentAt, proof } };
}
