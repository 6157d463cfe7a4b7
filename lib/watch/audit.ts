import { type ContinuityLog, lostCount } from "./continuity-log.ts";
import { type Coverage, missing, topOf } from "./coverage.ts";
import { common, sizeOf, writeIntervals } from "./intervals.ts";
import type { PartitionFacts } from "./stream-look.ts";

/** The fate of one partition's messages; counts are in messages unless stated otherwise. */
export interface PartitionAudit {
	readonly partition: string;
	/** The oldest and the newest number that the hub keeps; `null` when it keeps nothing. */
	readonly kept: { readonly from: number; readonly to: number } | null;
	/** Kept in the hub, and recorded or settled before the watch began. */
	readonly covered: number;
	/** Newer than everything recorded: being read, or waiting. */
	readonly running: number;
	/** Skipped and still in the hub: `120-884,901`. */
	readonly missing: string;
	readonly missingCount: number;
	/** Skipped and gone before they could be read again; those that a person accepted do not count. */
	readonly expired: string;
	readonly expiredCount: number;
	/** Skipped and read again since. */
	readonly rereadCount: number;
}

/** Compares what the hub keeps with what is recorded. Pure. `undefined` as coverage: nothing was recorded yet. */
export function auditPartition({ id, begin, last }: PartitionFacts, coverage: Coverage | undefined, log: ContinuityLog): PartitionAudit {
	const covered = coverage ?? { floor: begin, ranges: [] };
	const known: Coverage = { ...covered, floor: covered.floor ?? covered.ranges[0]?.from ?? last + 1 };
	const top = Math.max(topOf(known), begin - 1);
	const absent = missing(known, Math.min(top, last));
	const there = common(absent, [{ from: begin, to: Math.max(begin, last) }]);
	const gone = common(absent, [{ from: 0, to: begin - 1 }]);
	const lost = log.lost.filter(({ partition }) => partition === id);
	const kept = last < begin ? 0 : last - begin + 1;
	const running = Math.max(0, last - top);
	return {
		partition: id,
		kept: kept === 0 ? null : { from: begin, to: last },
		covered: kept - running - sizeOf(there),
		running,
		missing: writeIntervals(there),
		missingCount: sizeOf(there),
		expired: [...lost.map(({ numbers }) => numbers), ...(gone.length === 0 ? [] : [writeIntervals(gone)])].join(","),
		expiredCount: lostCount({ ...log, lost }) + sizeOf(gone),
		rereadCount: log.rereads.reduce((sum, { partition, count }) => sum + (partition === id ? count : 0), 0),
	};
}
