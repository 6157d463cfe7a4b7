import * as z from "zod";
import { type Severity, severities } from "../detect/severity-scale.ts";
import { columns, countColumn } from "../store/columns.ts";
import { partitionOf } from "../store/partitions.ts";
import type { Key, Range, Row, Write } from "../store/table.ts";
import type { ApprovedFirst, Finding, Routed } from "./finding.ts";
import { readRouted, routedColumns, routedSchema } from "./routed-columns.ts";
import { silenceNow } from "./silence.ts";
import { approvedFirstsColumn } from "./stored-sighting.ts";

/** What one day brought about one finding, for the digest: it reads what is new, and not every finding there is. */
export interface Day {
	/** Of the finding. */
	readonly key: string;
	/** 0 = only approved tunnels were seen so far. */
	readonly want: number;
	/** As bad as it has been; `undefined` in rows of older versions. */
	readonly severity: Severity | undefined;
	/** Records since the last notice that was wanted. */
	readonly more: number;
	/** What people said that day, and silences that ended. */
	readonly answers: number;
	/** Records that a silence has held back so far. */
	readonly silenced: number;
	/** Approved tunnels that were new on the device within the last days. */
	readonly approvedFirsts: readonly ApprovedFirst[];
	/** Where its last notice was led; `undefined`: everybody was told. */
	readonly routed: Routed | undefined;
}

/** The last row of a finding stands for all days of a digest, which can be late. */
const firstsKeptMs = 7 * 86_400_000;

/** Written together with its finding, which guards it. */
export function dayWrite(finding: Finding, now: Date): Write {
	const more = finding.count - finding.countAtNotice;
	const answers = finding.history?.filter(({ at }) => dayOf(at) === dayOf(now)).length ?? 0;
	const silenced = silenceNow(finding, now)?.held ?? 0;
	const since = now.getTime() - firstsKeptMs;
	const firsts = finding.approvedFirsts.filter(({ at }) => at.getTime() >= since);
	const counts = columns({
		v: 1,
		want: finding.want,
		severity: finding.severity,
		more,
		answers,
		silenced,
		...routedColumns(finding.routed),
	});
	const values = firsts.length === 0 ? counts : { ...counts, firsts: JSON.stringify(firsts) };
	return { kind: "put", row: { ...dayAddress(finding.key, now), values } };
}

function dayAddress(key: string, now: Date): Key {
	return { partitionKey: partitionOf(key), rowKey: `y|${dayOf(now)}|${key}` };
}

/** From the day of `from` to that of `to`, both included; UTC. */
export function dayRange(partitionKey: string, from: Date, to: Date): Range {
	return { partitionKey, from: `y|${dayOf(from)}|`, to: `y|${dayOf(to)}}` };
}

/** Those of all days, the oldest first. */
export function dayRows(partitionKey: string): Range {
	return { partitionKey, from: "y|", to: "y}" };
}

/** Is it about a day before that of `moment`? */
export function isDayBefore({ rowKey }: Key, moment: Date): boolean {
	return rowKey < `y|${dayOf(moment)}`;
}

/** All but the first two can be absent: rows of older versions, and nothing to name. */
const schema = z.object({
	want: countColumn,
	more: countColumn,
	answers: countColumn.default(0),
	silenced: countColumn.default(0),
	severity: z.enum(severities).optional(),
	firsts: approvedFirstsColumn.optional(),
	...routedSchema,
});

/** A row that cannot be read is left out: it only counts. */
export function readDay({ rowKey, values }: Row): Day | undefined {
	const read = schema.safeParse(values);
	const [, , key] = rowKey.split("|");
	if (!read.success || key === undefined) return undefined;
	const { firsts = [], routedTo, keptBy, severity, ...rest } = read.data;
	return { key, severity, ...rest, approvedFirsts: firsts, routed: readRouted({ routedTo, keptBy }) };
}

function dayOf(moment: Date): string {
	return moment.toISOString().slice(0, 10).replaceAll("-", "");
}
