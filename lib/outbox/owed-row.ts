import * as z from "zod";
import { columns, countColumn, dateColumn, maybeDateColumn, severityColumn } from "../store/columns.ts";
import { partitionOf } from "../store/partitions.ts";
import { isNewer, type Unreadable } from "../store/row-version.ts";
import type { Key, Range, Row, Values, Write } from "../store/table.ts";
import { failureReasons } from "./delivery.ts";
import type { Owed } from "./owed.ts";
import { type Urgency, urgencies } from "./urgency.ts";

/**
 * What one destination is owed about one finding, as stored. Exactly one of two rows exists: an open one, which the
 * timer reads, while work is left; a settled one beside its finding once the notice is told. Moving between them is one
 * transaction, conditional on both sides.
 */
export interface StoredOwed {
	/** Of the finding. */
	readonly key: string;
	readonly destination: string;
	readonly owed: Owed | undefined;
	/** Why there is no `owed`. The next notice overwrites a damaged row; a newer row waits for a version that can read it. */
	readonly unreadable?: Unreadable;
	readonly etag: string;
	readonly place: "open" | "settled";
}

/** Where the work that is left stands. Notices that were given up count as work: a person has to look at them. */
export function owedAddress(key: string, destination: string): Key {
	return { partitionKey: partitionOf(key), rowKey: `o|${key}|${destination}` };
}

/** Where a notice stands once it is told: beside its finding, so that one range reads both. */
export function settledAddress(key: string, destination: string): Key {
	return { partitionKey: partitionOf(key), rowKey: `f|${key}|${destination}` };
}

/** All that is open in a partition. */
export function owedRange(partitionKey: string): Range {
	return { partitionKey, from: "o|", to: "o}" };
}

/** All that is open about one finding. */
export function owedRangeOf(key: string): Range {
	return { partitionKey: partitionOf(key), from: `o|${key}|`, to: `o|${key}}` };
}

/** Changes a row: where it stands, or by moving it to where it belongs now. */
export function owedWrites(before: StoredOwed | undefined, key: string, destination: string, owed: Owed): readonly Write[] {
	const place = owed.state === "done" ? "settled" : "open";
	const addressIn = { open: owedAddress, settled: settledAddress };
	const row = { ...addressIn[place](key, destination), values: owedValues(owed) };
	if (before === undefined) return [{ kind: "create", row }];
	if (before.place === place) return [{ kind: "replace", row, etag: before.etag }];
	return [
		{ kind: "create", row },
		{ kind: "remove", row: addressIn[before.place](key, destination), etag: before.etag },
	];
}

const version = 1;

/** The columns of an owed notice. `readOwed` reads them back. */
export function owedValues(owed: Owed): Values {
	// `lane` is read by instances of the version before, while this one is rolled out.
	return columns({ v: version, ...owed, lane: owed.urgency === "ordinary" || owed.urgency === "answer" ? "rest" : "first" });
}

const schema = z.object({
	state: z.enum(["due", "leased", "done", "dead"]),
	want: countColumn,
	sent: countColumn,
	count: countColumn,
	countSent: countColumn,
	severity: severityColumn,
	urgency: z.enum(urgencies).optional().catch(undefined),
	lane: z.enum(["first", "rest"]).catch("first"),
	rank: countColumn.default(0),
	dueAt: maybeDateColumn,
	wantedAt: dateColumn,
	attempt: countColumn,
	leaseId: z.string(),
	leaseUntil: maybeDateColumn,
	triedAt: maybeDateColumn,
	refusedAt: maybeDateColumn,
	fellBack: countColumn.default(0),
	settledBy: z.string(),
	lastStatus: z.number().optional(),
	lastError: z.enum([...failureReasons, "unreadable"]).optional(),
	sentAt: maybeDateColumn,
	proof: z.enum(["queued", "confirmed"]).optional(),
	/** Absent where no line of a route decided. */
	route: z.string().optional(),
	mention: z.literal(false).optional().catch(undefined),
});

/** Reads an open or a settled row, also of the previous version. Never throws: see `unreadable`. */
export function readOwed(row: Row): StoredOwed {
	const [prefix, key = "", destination = ""] = row.rowKey.split("|");
	const stored = { key, destination, etag: row.etag, place: prefix === "o" ? "open" : "settled" } as const;
	if (isNewer(row, version)) return { ...stored, owed: undefined, unreadable: "newer" };
	const read = schema.safeParse(row.values);
	if (!read.success) return { ...stored, owed: undefined, unreadable: "damaged" };
	const { dueAt, leaseUntil, triedAt, refusedAt, lastStatus, lastError, sentAt, proof, lane, rank, route, mention, ...rest } = read.data;
	const urgency = rest.urgency ?? urgencyBefore(rest.severity, lane, rank);
	const led = route === undefined ? {} : { route, ...(mention === undefined ? {} : { mention }) };
	return { ...stored, owed: { ...rest, ...led, urgency, dueAt, leaseUntil, triedAt, refusedAt, lastStatus, lastError, sentAt, proof } };
}

/** Rows of the version before say the same in three columns. */
function urgencyBefore(severity: Owed["severity"], lane: "first" | "rest", rank: number): Urgency {
	if (severity === "critical") return "critical";
	if (severity === "high") return rank > 0 ? "foremost" : "severe";
	return lane === "first" ? "urgent" : "ordinary";
}
