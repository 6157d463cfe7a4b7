import * as z from "zod";
import { columns, countColumn, jsonColumn } from "../store/columns.ts";
import type { Key, Row, Values } from "../store/table.ts";

/** A place in a batch: a message by its sequence number, or one record of it. */
export interface Mark {
	readonly message: number;
	readonly record?: number | undefined;
}

/**
 * How the tries of one batch ended, in a row that survives the death of the process. A batch is known by its first
 * message. It is written only for a batch that may have killed its reader before: all others make no call.
 */
export interface Attempt {
	/** Sequence number of the batch's first message. */
	readonly from: number;
	/** Tries that ended without an answer: the process died, or its time was over. */
	readonly deaths: number;
	/** `refused`: the table would not store it. That is no fault of the batch, and never counts. */
	readonly state: "running" | "refused";
	/** The piece being read, once the batch is read piece by piece. */
	readonly at: Mark | undefined;
	/** Messages that are read record by record. */
	readonly suspects: readonly number[];
	/** Messages and records that killed their reader; they are skipped. */
	readonly killers: readonly Mark[];
}

/** Fewer deaths than this may be chance: the host moves its readers, or the platform updates. */
const deathsByChance = 3;

/** What the next try of a batch starts from, given what the last one left behind. */
export function nextAttempt(known: Attempt | undefined, from: number): Attempt {
	if (known === undefined || known.from !== from) {
		return { from, deaths: 0, state: "running", at: undefined, suspects: [], killers: [] };
	}
	if (known.state === "refused") return { ...known, state: "running", at: undefined };
	return { ...blame(known), deaths: known.deaths + 1, at: undefined };
}

/**
 * The first death at a message makes it a suspect, which is then read record by record; once may be chance. The second
 * one there finds the record, or the message itself if it died before its first record.
 */
function blame(known: Attempt): Attempt {
	const { at, suspects, killers } = known;
	if (at === undefined) return known;
	const isSuspect = suspects.includes(at.message);
	if (at.record === undefined && !isSuspect) return { ...known, suspects: [...suspects, at.message] };
	return { ...known, killers: [...killers, at] };
}

/** From the third death on a batch is read piece by piece, with a note before each. */
export function isCareful({ deaths }: Attempt): boolean {
	return deaths >= deathsByChance;
}

/** True for a message or record that killed its reader. The mark of a whole message does not cover its records. */
export function isKiller({ killers }: Attempt, { message, record }: Mark): boolean {
	return killers.some((one) => one.message === message && one.record === record);
}

/** @param source `<hub>/<partition>` */
export function attemptAddress(source: string): Key {
	return { partitionKey: "meta", rowKey: `b|${source.replace(/[^\w.-]/g, "|")}` };
}

/** The attempt as columns; marks and suspects are JSON. */
export function attemptValues({ from, deaths, state, at, suspects, killers }: Attempt): Values {
	return columns({
		v: 1,
		from,
		deaths,
		state,
		at: at === undefined ? undefined : JSON.stringify(at),
		suspects: JSON.stringify(suspects),
		killers: JSON.stringify(killers),
	});
}

const markSchema = z.object({ message: z.number(), record: countColumn.optional() });

const schema = z.object({
	from: z.number(),
	deaths: countColumn,
	state: z.enum(["running", "refused"]),
	at: jsonColumn(markSchema).optional(),
	suspects: jsonColumn(z.array(z.number())),
	killers: jsonColumn(z.array(markSchema)),
});

/** An unreadable row counts as none; that costs a few more tries. */
export function readAttempt(row: Row | undefined): Attempt | undefined {
	const read = schema.safeParse(row?.values);
	return read.success ? { ...read.data, at: read.data.at } : undefined;
}
