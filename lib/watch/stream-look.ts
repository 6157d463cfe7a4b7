import * as z from "zod";
import { columns, dateColumn, jsonColumn } from "../store/columns.ts";
import type { Key, Row, Values } from "../store/table.ts";
import { type Coverage, missing, nothingCovered, topOf, withFloor } from "./coverage.ts";
import { common, type Intervals, readIntervals, sizeOf, union, without, writeIntervals } from "./intervals.ts";

/** A hub's facts about one partition. Sequence numbers grow by one and are never reused. */
export interface PartitionFacts {
	readonly id: string;
	/** The oldest message that is still kept. */
	readonly begin: number;
	/** The newest one; −1 where there never was one. */
	readonly last: number;
}

export interface HubFacts {
	readonly name: string;
	readonly createdAt: Date;
	readonly partitions: readonly PartitionFacts[];
	/**
	 * How far the Functions host says it has read, by partition: the second witness. Without it, a batch that the host
	 * skipped at the end of a busy time is found only when the next message arrives. `undefined` if it could not be
	 * asked.
	 */
	readonly checkpoints?: ReadonlyMap<string, number> | undefined;
}

/** State of one partition that the timer keeps from look to look. */
interface Watched {
	/** The hub's newest number at earlier looks, oldest first: `[minute, number]`, in minutes since 1970. */
	readonly ends: readonly (readonly [number, number])[];
	/** Highest recorded number, and the minute in which it last grew. */
	readonly top: number;
	readonly movedAt: number;
	/** What was missing at the last two looks, newest first. */
	readonly gaps: readonly string[];
	/** Since which minute as many messages as now, or fewer, have been passed over and not been read again. */
	readonly openSince?: number | undefined;
	/** How many those are. */
	readonly open?: number | undefined;
}

/** Of one hub. */
export interface StreamNote {
	readonly createdAt: Date;
	readonly partitions: Readonly<Record<string, Watched>>;
}

/** Result of one look at one hub. */
export interface StreamLook {
	readonly note: StreamNote;
	/** Messages in the hub that are not recorded. */
	readonly unread: number;
	/** How long the oldest of them has been there, to the minute. */
	readonly oldestUnreadMs: number;
	/** Is there a partition of which nothing was recorded for so long, though something waits in it? */
	readonly stuckMs: number;
	/** Something new came since the last look. */
	readonly arrived: boolean;
	/** Skipped and still in the hub: to be read again. */
	readonly gaps: ReadonlyMap<string, Intervals>;
	/** For how long reading them again has come no further. */
	readonly gapsMs: number;
	/** Skipped and gone. */
	readonly lost: ReadonlyMap<string, Intervals>;
	/** What the rows of the partitions must say from now on, where that is something new. */
	readonly settled: ReadonlyMap<string, Coverage>;
	/** The hub was deleted and recreated: its numbers start again. */
	readonly replaced: boolean;
}

const minuteMs = 60_000;
const looksKept = 30;
/** In minutes: a timer that did not run, or a table that did not answer. */
const longestAbsence = 5;
const looksToBelieve = 2;

/**
 * Compares what the hub has with what is recorded. Pure. The watch begins at the host's checkpoint, or at the oldest
 * message if the host has never written one. If the host could not be asked, the watch begins with its first look and
 * does not judge messages already in the hub that were not read since.
 */
export function lookAtStream(
	known: StreamNote | undefined,
	facts: HubFacts,
	coverage: ReadonlyMap<string, Coverage>,
	now: Date,
): StreamLook {
	const minute = Math.floor(now.getTime() / minuteMs);
	const replaced = known !== undefined && known.createdAt.getTime() !== facts.createdAt.getTime();
	const partitions: Record<string, Watched> = {};
	const settled = new Map<string, Coverage>();
	const gaps = new Map<string, Intervals>();
	const lost = new Map<string, Intervals>();
	let unread = 0;
	let oldest = minute;
	let stuckSince = minute;
	let arrived = false;
	let gapsSince = minute;
	for (const { id, begin, last } of facts.partitions) {
		const before = replaced ? undefined : known?.partitions[id];
		const recorded = replaced ? nothingCovered : (coverage.get(id) ?? nothingCovered);
		const passed = facts.checkpoints?.get(id);
		const start = facts.checkpoints === undefined ? last + 1 : firstJudged(passed, begin, last);
		const covered = recorded.floor === undefined ? withFloor(recorded, Math.min(recorded.ranges[0]?.from ?? start, start)) : recorded;
		const top = topOf(covered);
		const absent = missing(covered, Math.min(last, Math.max(top, passed ?? -1, begin - 1)));
		const believed =
			before === undefined || before.gaps.length < looksToBelieve
				? []
				: before.gaps.reduce((rest, text) => common(rest, readIntervals(text) ?? []), absent);
		const gone = common(believed, [{ from: 0, to: begin - 1 }]);
		const open = common(believed, [{ from: begin, to: Math.max(begin, last) }]);
		if (gone.length > 0) lost.set(id, gone);
		if (open.length > 0) gaps.set(id, open);
		const isStuck = before?.openSince !== undefined && sizeOf(open) >= (before.open ?? 0);
		const openSince = open.length === 0 ? undefined : isStuck ? before.openSince : minute;
		gapsSince = Math.min(gapsSince, openSince ?? minute);
		// Settled is what was told lost, and nothing beside it: what is missing only since now is not believed yet.
		const firstOpen = without(absent, gone)[0]?.from ?? begin;
		const after = gone.length > 0 ? withFloor({ ...covered, ranges: union(covered.ranges, gone) }, Math.min(begin, firstOpen)) : covered;
		if (replaced || after !== recorded) settled.set(id, after);

		// Messages that came while nobody looked are judged from now on: reader and timer stopped together and start together.
		const wasAway = before !== undefined && minute - (before.ends.at(-1)?.[0] ?? minute) > longestAbsence;
		const ends = [...(before === undefined || wasAway ? [] : before.ends), [minute, last] as const].slice(-looksKept);
		const movedAt = before === undefined || wasAway || top > before.top ? minute : before.movedAt;
		const missed = [writeIntervals(absent), ...(before?.gaps ?? [])].slice(0, looksToBelieve);
		partitions[id] = { ends, top, movedAt, gaps: missed, ...(openSince === undefined ? {} : { openSince, open: sizeOf(open) }) };
		if (before !== undefined && last > (before.ends.at(-1)?.[1] ?? last)) arrived = true;
		if (last <= top) continue;
		unread += last - top;
		const since = ends.find(([, end]) => end > top)?.[0] ?? minute;
		oldest = Math.min(oldest, since);
		stuckSince = Math.min(stuckSince, Math.max(since, movedAt));
	}
	return {
		note: { createdAt: facts.createdAt, partitions },
		unread,
		oldestUnreadMs: (minute - oldest) * minuteMs,
		stuckMs: (minute - stuckSince) * minuteMs,
		arrived,
		gaps,
		gapsMs: (minute - gapsSince) * minuteMs,
		lost,
		settled,
		replaced,
	};
}

function firstJudged(passed: number | undefined, begin: number, last: number): number {
	return passed === undefined ? begin : Math.min(last + 1, Math.max(begin, passed + 1));
}

/** How many numbers all partitions hold together. */
export function countOf(intervals: ReadonlyMap<string, Intervals>): number {
	return [...intervals.values()].reduce((sum, one) => sum + sizeOf(one), 0);
}

/** Partition and row key (`meta`, `y|<hub>`) of a hub's note. Stored: must not change. */
export function streamNoteAddress(hub: string): Key {
	return { partitionKey: "meta", rowKey: `y|${hub.replace(/[^\w.-]/g, "|")}` };
}

/** The note as columns; its partitions are JSON. */
export function streamNoteValues({ createdAt, partitions }: StreamNote): Values {
	return columns({ v: 1, createdAt, partitions: JSON.stringify(partitions) });
}

const schema = z.object({
	createdAt: dateColumn,
	partitions: jsonColumn(
		z.record(
			z.string(),
			z.object({
				ends: z.array(z.tuple([z.number(), z.number()])),
				top: z.number(),
				movedAt: z.number(),
				gaps: z.array(z.string()),
				openSince: z.number().optional(),
				open: z.number().optional(),
			}),
		),
	),
});

/** An unreadable row counts as none: the watch starts again. */
export function readStreamNote(row: Row | undefined): StreamNote | undefined {
	const read = schema.safeParse(row?.values);
	return read.success ? read.data : undefined;
}
