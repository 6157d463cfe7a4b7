import { redactError } from "../families/redact.ts";
import type { ChangeDeps } from "../store/change-row.ts";
import { type LoggedGap, logGaps } from "../watch/continuity-log.ts";
import { type Intervals, sizeOf, union, writeIntervals } from "../watch/intervals.ts";
import { noteRecorded } from "../watch/notebook.ts";
import type { BatchReader } from "./batch-reader.ts";
import { within } from "./deadline.ts";
import type { HubReader } from "./hub-reader.ts";

/** Skipped messages of one hub, by partition. */
export interface OpenGaps {
	readonly hub: string;
	readonly gaps: ReadonlyMap<string, Intervals>;
}

export interface ReadAgain {
	/** Messages that were read again. */
	readonly count: number;
	/** Why some could not be, in words. */
	readonly failures: readonly string[];
}

const runMs = 20_000;
const hangMs = 30_000;
const runBytes = 16 * 1024 * 1024;

/**
 * Reads skipped messages through the usual steps: known records come out as repeats, others are reported now. Limited
 * in time and size. Progress is noted after each message, so the next minute continues where this one ended, and two
 * timers at once change nothing.
 */
export function createReadAgain(deps: ChangeDeps, readers: readonly HubReader[], read: BatchReader) {
	return async (open: readonly OpenGaps[], now: Date): Promise<ReadAgain> => {
		const ends = performance.now() + runMs;
		const failures: string[] = [];
		let count = 0;
		for (const { hub, gaps } of open) {
			const reader = readers.find((one) => one.hub === hub);
			if (reader === undefined) continue;
			const rereads: LoggedGap[] = [];
			for (const [partition, intervals] of gaps) {
				let done: Intervals = [];
				const source = `${hub}/${partition}`;
				try {
					for (const interval of intervals) {
						const ms = ends - performance.now();
						if (ms <= 0) break;
						const reading = reader.readAgain(partition, interval, { ms, bytes: runBytes }, async (messages) => {
							await read(messages, 1);
							const recorded = messages.map(({ at }) => ({ from: at.message, to: at.message }));
							await noteRecorded(deps, source, union(recorded, []), now);
							done = union(done, recorded);
						});
						await within(hangMs, `reading partition ${partition} of ${hub} again`, reading);
					}
				} catch (error) {
					failures.push(`partition ${partition} of ${hub} could not be read again: ${redactError(error)}`);
				}
				if (done.length > 0) rereads.push({ at: now, partition, numbers: writeIntervals(done), count: sizeOf(done) });
			}
			await logGaps(deps, hub, { rereads });
			count += rereads.reduce((sum, one) => sum + one.count, 0);
		}
		return { count, failures };
	};
}
