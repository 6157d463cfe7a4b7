import * as z from "zod";
import { columns, countColumn, dateColumn } from "../store/columns.ts";
import type { Key, Row, Values } from "../store/table.ts";
import { type Intervals, readIntervals, union, without, writeIntervals } from "./intervals.ts";

/** The recorded part of one partition of a hub. */
export interface Coverage {
	/** Everything below is settled: recorded, read again or told lost. `undefined` before the timer's first look. */
	readonly floor: number | undefined;
	/** Recorded sequence numbers from the floor on. */
	readonly ranges: Intervals;
}

export const nothingCovered: Coverage = { floor: undefined, ranges: [] };

/** A column of the table holds 32,768 characters. A partition that is read properly has one range. */
const mostRanges = 900;

/**
 * Adds what was recorded. The floor stays where it is: a batch that comes again must not open what was settled.
 * `undefined`: there are too many ranges to keep, so the note has to wait; a gap is never forgotten instead.
 */
export function withRecorded({ floor, ranges }: Coverage, recorded: Intervals): Coverage | undefined {
	const all = above(union(ranges, recorded), floor);
	return all.length > mostRanges ? undefined : { floor, ranges: all };
}

/** Settles everything below `floor`; it never goes down. */
export function withFloor(known: Coverage, floor: number): Coverage {
	const raised = Math.max(floor, known.floor ?? 0);
	return { floor: raised, ranges: above(known.ranges, raised) };
}

function above(ranges: Intervals, floor: number | undefined): Intervals {
	return floor === undefined || floor <= 0 ? ranges : without(ranges, [{ from: 0, to: floor - 1 }]);
}

/** Highest number that is recorded or settled; −1 for none. */
export function topOf({ floor, ranges }: Coverage): number {
	return ranges.at(-1)?.to ?? (floor ?? 0) - 1;
}

/** Numbers up to `known` that are neither settled nor recorded. */
export function missing({ floor, ranges }: Coverage, known: number): Intervals {
	return floor === undefined || known < floor ? [] : without([{ from: floor, to: known }], ranges);
}

/** @param source `<hub>/<partition>` */
export function coverageAddress(source: string): Key {
	return { partitionKey: "meta", rowKey: `c|${source.replace(/[^\w.-]/g, "|")}` };
}

/** The coverage as columns. `hubCreatedAt` tells a later reader whether the hub was replaced. */
export function coverageValues({ floor, ranges }: Coverage, hubCreatedAt: Date | undefined, notedAt: Date): Values {
	return columns({ v: 1, floor, ranges: writeIntervals(ranges), hubCreatedAt, notedAt });
}

const schema = z.object({ floor: countColumn.optional(), ranges: z.string(), hubCreatedAt: dateColumn.optional() });

/** An unreadable row counts as none: messages are read again and come out as repeats. */
export function readCoverage(row: Row | undefined): Coverage & { readonly hubCreatedAt: Date | undefined } {
	const read = schema.safeParse(row?.values);
	const ranges = read.success ? readIntervals(read.data.ranges) : undefined;
	if (!read.success || ranges === undefined) return { ...nothingCovered, hubCreatedAt: undefined };
	return { floor: read.data.floor, ranges, hubCreatedAt: read.data.hubCreatedAt };
}
