import * as z from "zod";
import { columns, countColumn, cut, dateColumn, jsonColumn, maybeDateColumn, redactedColumn, severityColumn } from "../store/columns.ts";
import { partitionOf } from "../store/partitions.ts";
import { isNewer, type Unreadable } from "../store/row-version.ts";
import type { Key, Range, Row, Values, Write } from "../store/table.ts";
import { readAnswers, writeAnswers } from "./answer-columns.ts";
import type { Finding } from "./finding.ts";
import { type NoticeKind, readNoticeKind } from "./notice-kind.ts";
import { readRouted, routedColumns, routedSchema } from "./routed-columns.ts";
import { approvedFirstsColumn, rememberedSchema, serviceEventSchema, sightingColumn } from "./stored-sighting.ts";
import { writeSighting } from "./write-sighting.ts";

/** Partition and row key (`f|<key>`) of a finding's own row. Stored: must not change. */
export function findingAddress(key: string): Key {
	return { partitionKey: partitionOf(key), rowKey: `f|${key}` };
}

/** The findings of a partition; the rows of what was told about one stand beside it. */
export function findingRange(partitionKey: string): Range {
	return { partitionKey, from: "f|", to: "f}" };
}

/** A finding's own row, and what was told about it. */
export function toldRangeOf(key: string): Range {
	return { partitionKey: partitionOf(key), from: `f|${key}`, to: `f|${key}}` };
}

/** Tells a finding's own row from the notice rows beside it, which carry a destination after another `|`. */
export function isFindingRow({ rowKey }: Key): boolean {
	return rowKey.lastIndexOf("|") === 1;
}

export type StoredFinding = { readonly key: string; readonly etag: string } & (
	| { readonly finding: Finding }
	| { readonly finding: undefined; readonly unreadable: Unreadable }
);

/** The newest that this code reads; what a later one wrote is left alone. */
export const findingVersion = 1;

/** `smallest` keeps hardly more of the samples than their names: for a row that the table refused. */
export function findingValues(finding: Finding, smallest = false): Values {
	const newest = writeSighting(finding.newest, smallest);
	const worst = writeSighting(finding.worst, smallest);
	return columns({
		v: findingVersion,
		tenantId: cut(finding.device.tenantId, 1_024),
		deviceId: cut(finding.device.id, 1_024),
		deviceName: cut(finding.device.name, 1_024),
		deviceGroup: cut(finding.device.group, 1_024),
		family: finding.family,
		status: finding.status,
		severity: finding.severity,
		noticeSeverity: finding.noticeSeverity,
		count: finding.count,
		firstSeen: finding.firstSeen,
		lastSeen: finding.lastSeen,
		touchedAt: finding.touchedAt,
		want: finding.want,
		countAtNotice: finding.countAtNotice,
		reasons: JSON.stringify(finding.reasons),
		changes: JSON.stringify(finding.changes.map((change) => ({ ...change, text: cut(change.text, 300) }))),
		quietMs: finding.quietMs,
		nextNoticeAt: finding.nextNoticeAt,
		deferredTo: finding.deferredTo,
		changesLeft: finding.changesLeft,
		seen: finding.seen.join(" "),
		sigs: finding.sigs.join(" "),
		rules: JSON.stringify(finding.rules.map((id) => cut(id, 100))),
		tunnels: JSON.stringify(finding.tunnels),
		serviceEvents: JSON.stringify(finding.serviceEvents),
		approvedFirsts: JSON.stringify(finding.approvedFirsts),
		deeds: finding.deeds.join(" "),
		newest: newest.text,
		// Most findings have one sample: the newest is the worst.
		worst: worst.text === newest.text ? undefined : worst.text,
		dropped: newest.dropped + (worst.text === newest.text ? 0 : worst.dropped),
		answers: writeAnswers(finding),
		...routedColumns(finding.routed),
	});
}

const kindColumn = z.string().transform(readNoticeKind);

/** Of two words that read as the same reason, the newer number counts. */
const reasonsColumn = jsonColumn(
	z.record(z.string(), countColumn).transform((stored) => {
		const reasons: Partial<Record<NoticeKind, number>> = {};
		for (const [word, n] of Object.entries(stored)) {
			const kind = readNoticeKind(word);
			reasons[kind] = Math.max(reasons[kind] ?? 0, n);
		}
		return reasons;
	}),
);

const listColumn = z.string().transform((text) => (text === "" ? [] : text.split(" ")));

const schema = z.object({
	v: z.literal(findingVersion),
	tenantId: redactedColumn,
	deviceId: redactedColumn,
	deviceName: redactedColumn,
	deviceGroup: redactedColumn,
	family: z.string(),
	status: z.enum(["open", "closed"]),
	severity: severityColumn,
	noticeSeverity: severityColumn.optional(),
	count: countColumn,
	firstSeen: dateColumn,
	lastSeen: dateColumn,
	/** Absent in rows of older versions. */
	touchedAt: maybeDateColumn,
	want: countColumn,
	/** Absent in rows of older versions. */
	countAtNotice: countColumn.optional(),
	reasons: reasonsColumn,
	changes: jsonColumn(z.array(z.object({ n: countColumn, kind: kindColumn, text: redactedColumn }))),
	quietMs: z.number(),
	nextNoticeAt: maybeDateColumn,
	deferredTo: maybeDateColumn,
	changesLeft: countColumn,
	seen: listColumn,
	sigs: listColumn,
	rules: jsonColumn(z.array(z.string())),
	tunnels: jsonColumn(z.array(rememberedSchema)),
	/** Absent in rows of older versions. */
	serviceEvents: jsonColumn(z.array(serviceEventSchema)).optional(),
	approvedFirsts: approvedFirstsColumn.optional(),
	deeds: listColumn.optional(),
	newest: sightingColumn,
	/** Absent where it is the newest. */
	worst: sightingColumn.optional(),
	/** Absent while nobody has answered. What cannot be read silences nothing. */
	answers: z.string().optional(),
	...routedSchema,
});

/** Reads a stored row; columns of older versions get defaults. Never throws: a newer or damaged row comes back as `unreadable`. */
export function readFinding(row: Row): StoredFinding {
	const key = row.rowKey.slice(2);
	const stored = { key, etag: row.etag };
	if (isNewer(row, findingVersion)) return { ...stored, finding: undefined, unreadable: "newer" };
	const read = schema.safeParse(row.values);
	if (!read.success) return { ...stored, finding: undefined, unreadable: "damaged" };
	const {
		v: _,
		tenantId,
		deviceId,
		deviceName,
		deviceGroup,
		reasons,
		noticeSeverity,
		nextNoticeAt,
		deferredTo,
		answers,
		routedTo,
		keptBy,
		...rest
	} = read.data;
	const routed = readRouted({ routedTo, keptBy });
	return {
		...stored,
		finding: {
			...rest,
			...readAnswers(answers),
			...(routed === undefined ? {} : { routed }),
			newest: { ...rest.newest, family: rest.family },
			worst: { ...(rest.worst ?? rest.newest), family: rest.family },
			serviceEvents: rest.serviceEvents ?? [],
			approvedFirsts: rest.approvedFirsts ?? [],
			deeds: rest.deeds ?? [],
			touchedAt: rest.touchedAt ?? rest.lastSeen,
			countAtNotice: rest.countAtNotice ?? rest.count,
			key,
			device: { ...rest.newest.device, tenantId, id: deviceId, name: deviceName, group: deviceGroup },
			reasons,
			noticeSeverity,
			nextNoticeAt,
			deferredTo,
		},
	};
}

/** The copies of damaged rows. */
export function damagedRange(partitionKey: string): Range {
	return { partitionKey, from: "x|", to: "x}" };
}

/** A copy of a damaged row: what takes its place must not destroy what a person may still want to look at. */
export function damagedCopy({ values }: Row, key: string, now: Date): Write {
	const address = { partitionKey: partitionOf(key), rowKey: `x|${key}` };
	return { kind: "put", row: { ...address, values: { ...values, touchedAt: now.toISOString() } } };
}
