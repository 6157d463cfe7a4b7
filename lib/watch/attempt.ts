import * as z from "zod";
import { columns, countColumn, jsonColumn } from "../store/columns.ts";
import type { Key, Row, Values } from "../store/table.ts";

/** A place in a batch: a message by its sequence number, or one record of it. */
export interface Mark {
	readonly message: number;
	readonly record?: number | undefined;
}

/** What a batch is known by: its first message, and when the hub took that one, so that a hub made anew is another one. */
export interface BatchName {
	/** Sequence number of the first message. */
	readonly from: number;
	/** ISO 8601; empty where the host does not say. */
	readonly enqueued: string;
}

/**
 * How far the tries of one batch came and how they ended, in a row that survives the death of the process. It is
 * written only for a batch that may have killed its reader before: all others make no call.
 */
export interface Attempt extends BatchName {
	/** Tries that ended without an answer (the process died, or its time was over). */
	readonly deaths: number;
	/**
	 * `reading`: the piece `at` is being read, alone in its process. `recording`: it has been read, and what it shows is
	 * being recorded. `running`: the batch is under way, but no piece of it is. `refused`: the last try ended with an answer.
	 */
	readonly state: "running" | "reading" | "recording" | "refused";
	/** Pieces before this one are done. Absent: the batch was not yet read piece by piece. */
	readonly at: Mark | undefined;
	/** How often in a row the reader died while it read the piece `at`. */
	readonly times: number;
	/** How often it died while it recorded what that piece shows. */
	readonly timesRecording: number;
}

/**
 * A piece is given up after it killed its reader so often in a row. A process that others kill can die so too: if it is
 * killed every `T` seconds and the piece takes `t`, the chance that a good piece under suspicion is given up is about
 * `(t/T)²`. Reading only computes, and ends with a note: one in a billion for 10 ms and a kill every five minutes.
 */
const deathsReading = 3;

/**
 * Recording waits for the table most of the time, and for seconds when that is slow, so most deaths meanwhile are chance. It
 * handles values that were read, cut and redacted; if one of those kills at all, finding it may cost more.
 */
const deathsRecording = 12;

/** What the next try of a batch starts from, given what the last one left behind. */
export function nextAttempt(known: Attempt | undefined, { from, enqueued }: BatchName): Attempt {
	if (known === undefined || known.from !== from || known.enqueued !== enqueued) {
		return { from, enqueued, deaths: 0, state: "running", at: undefined, times: 0, timesRecording: 0 };
	}
	switch (known.state) {
		case "refused":
			return { ...known, state: "running" };
		case "running":
			return { ...known, state: "running", deaths: known.deaths + 1 };
		case "reading":
			return { ...known, state: "running", deaths: known.deaths + 1, times: known.times + 1 };
		case "recording":
			return { ...known, state: "running", deaths: known.deaths + 1, timesRecording: known.timesRecording + 1 };
	}
}

/** From its first death on a batch is read piece by piece, with a note before each: that costs time and blames nobody yet. */
export function isCareful({ deaths }: Attempt): boolean {
	return deaths > 0;
}

/** The note before a piece. Whoever comes to another piece has read the last one: no suspicion is left. */
export function reading(attempt: Attempt, at: Mark): Attempt {
	return { ...(isSame(attempt.at, at) ? attempt : between(attempt, at)), state: "reading" };
}

/** The note after reading: whatever kills now, reading that piece does not. */
export function recording(attempt: Attempt): Attempt {
	return { ...attempt, state: "recording", times: 0 };
}

/** The note after a piece. */
export function between(attempt: Attempt, next: Mark): Attempt {
	return { ...attempt, state: "running", at: next, times: 0, timesRecording: 0 };
}

/** Was this piece done by an earlier try? A message of which only some records are done is not. */
export function isDone({ at }: Attempt, { message, record }: Mark): boolean {
	if (at === undefined || message !== at.message) return at !== undefined && message < at.message;
	return record !== undefined && at.record !== undefined && record < at.record;
}

/** A message that its reader died of once is read record by record; once may be chance. */
export function isSplit({ at, times, timesRecording }: Attempt, message: number): boolean {
	return at?.message === message && (at.record !== undefined || times + timesRecording > 0);
}

/**
 * True for a record that killed its reader three times in a row, or twelve times who recorded it, and for a message that did
 * so once more: the first time it was not yet taken apart into records. Deaths elsewhere acquit nobody: where several
 * partitions hold a killer, each batch also dies of the others'.
 */
export function isKiller({ at, times, timesRecording }: Attempt, mark: Mark): boolean {
	const whole = mark.record === undefined ? 1 : 0;
	return isSame(at, mark) && (times >= deathsReading + whole || timesRecording >= deathsRecording + whole);
}

function isSame(one: Mark | undefined, { message, record }: Mark): boolean {
	return one?.message === message && one.record === record;
}

/** @param source `<hub>/<partition>` */
export function attemptAddress(source: string): Key {
	return { partitionKey: "meta", rowKey: `b|${source.replace(/[^\w.-]/g, "|")}` };
}

/** The attempt as columns; the mark is JSON. */
export function attemptValues({ at, ...attempt }: Attempt): Values {
	return columns({ v: 3, ...attempt, at: at === undefined ? undefined : JSON.stringify(at) });
}

const schema = z.object({
	from: z.number(),
	enqueued: z.string(),
	deaths: countColumn,
	state: z.enum(["running", "reading", "recording", "refused"]),
	at: jsonColumn(z.object({ message: z.number(), record: countColumn.optional() })).optional(),
	times: countColumn,
	timesRecording: countColumn,
});

/** An unreadable row counts as none; that costs a few more tries. */
export function readAttempt(row: Row | undefined): Attempt | undefined {
	const read = schema.safeParse(row?.values);
	return read.success ? { ...read.data, at: read.data.at } : undefined;
}
