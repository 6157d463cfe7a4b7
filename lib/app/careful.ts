import { listOf } from "../defender/envelope.ts";
import { hubLimits } from "../defender/limits.ts";
import type { Message } from "../defender/message.ts";
import type { Outcome } from "../pipeline.ts";
import type { ChangeDeps } from "../store/change-row.ts";
import { between, isCareful, isDone, isKiller, isSplit, type Mark, reading, recording } from "../watch/attempt.ts";
import { faultName, isFault } from "../watch/fault.ts";
import { entriesOf, type Setback } from "../watch/quarantine-entries.ts";
import type { Quarantined } from "../watch/quarantined.ts";
import { type AttemptNote, openAttemptNote } from "./attempt-note.ts";
import { isOverdue } from "./deadline.ts";
import type { Gate } from "./gate.ts";

export interface CarefulDeps extends ChangeDeps {
	readonly run: (messages: readonly Message[], stages?: Stages) => Promise<Outcome>;
	/** Can nothing in these messages match? Then there is nothing in them to die of, and no call is made. */
	readonly isQuiet: (messages: readonly Message[]) => boolean;
	readonly quarantine: (entries: readonly Quarantined[]) => Promise<void>;
	readonly clock: () => Date;
	/** One for all readers of this process. */
	readonly gate: Gate;
	/** Tells the notes of this reader from those of another one that reads the same partition. */
	readonly noteName?: string;
}

/** Told how far a run has come; the run goes on when they resolve. */
export interface Stages {
	/** All is read, and something of it is to be recorded. */
	readonly inspected: () => Promise<void>;
	/** All is recorded, and somebody is to be told. */
	readonly recorded: () => Promise<void>;
}

/** The result of a batch: one outcome per piece, and the messages that were set aside because they killed their reader. */
export interface Read {
	readonly outcomes: readonly Outcome[];
	readonly killers: readonly Quarantined[];
}

/** A piece begun within it still has its own 4 minutes before the host ends the process, which would be laid to that piece. */
const carefulMs = 50_000;

/**
 * Reads batches and finds the message that kills its reader. The table gets a note only for a partition's first batch
 * in this process and for a batch that is tried again. After a death such a batch is read piece by piece, each try going
 * on with the piece at which the last one ended. Meanwhile this process reads nothing else: a batch of another partition
 * that kills it would be blamed on the piece being read.
 * @returns a function that rejects only if the table could not store something or time ran out.
 */
export function createCarefulReader(deps: CarefulDeps): (messages: readonly Message[], retryCount: number) => Promise<Read> {
	const met = new Set<string>();
	const { gate } = deps;
	const together = (messages: readonly Message[]) => gate.together(() => deps.run(messages));
	return async (messages, retryCount) => {
		const ends = deps.clock().getTime() + carefulMs;
		const [first] = messages;
		if (first === undefined) return { outcomes: [], killers: [] };
		const { source, message: from, enqueuedAt } = first.at;
		const isSuspicious = retryCount > 0 || !met.has(source);
		met.add(source);
		const note =
			isSuspicious && isInOrder(messages) && !deps.isQuiet(messages)
				? await openAttemptNote(deps, `${deps.noteName ?? ""}${source}`, { from, enqueued: enqueuedAt?.toISOString() ?? "" })
				: undefined;
		if (note === undefined) return { outcomes: [await together(messages)], killers: [] };
		try {
			const read = isCareful(note.attempt())
				? await gate.alone(() => pieceByPiece(deps, messages, note, ends))
				: { outcomes: [await together(messages)], killers: [] };
			await note.remove();
			return read;
		} catch (error) {
			// Neither a fault of ours nor a time-out is an answer: those count like a death.
			if (!isFault(error) && !isOverdue(error)) await note.refuse();
			throw error;
		}
	};
}

/** Only numbers that rise say what comes before what; the host gives none to a message whose properties are damaged. */
function isInOrder(messages: readonly Message[]): boolean {
	return messages.every(({ at }, index) => at.message > (messages[index - 1]?.at.message ?? -1));
}

async function pieceByPiece(deps: CarefulDeps, messages: readonly Message[], note: AttemptNote, ends: number): Promise<Read> {
	const outcomes: Outcome[] = [];
	const killers: Quarantined[] = [];
	const setAside = async (message: Message, setback: Setback): Promise<void> => {
		const entries = entriesOf(message, [setback]);
		await deps.quarantine(entries);
		killers.push(...entries);
	};
	const begin = async (at: Mark): Promise<void> => {
		if (deps.clock().getTime() >= ends)
			throw new Error("the batch is read piece by piece and its time is over; the next try goes on there");
		await note.write(reading(note.attempt(), at));
	};
	const piece = async (message: Message, at: Mark, next: Mark): Promise<void> => {
		if (isDone(note.attempt(), at)) return;
		const { record } = at;
		if (isKiller(note.attempt(), at)) {
			await setAside(message, { record, reason: "killed-the-reader" });
			note.keep(between(note.attempt(), next));
			return;
		}
		await begin(at);
		try {
			const stages: Stages = {
				inspected: () => note.write(recording(note.attempt())),
				recorded: () => note.write(between(note.attempt(), next)),
			};
			outcomes.push(await deps.run([message], stages));
		} catch (error) {
			if (!isFault(error)) throw error;
			await setAside(message, { record, reason: "unexpected", error: faultName(error) });
		}
		note.keep(between(note.attempt(), next));
	};
	for (const message of messages) {
		const at = { message: message.at.message };
		const next = { message: at.message + 1 };
		if (!isSplit(note.attempt(), at.message) || isKiller(note.attempt(), at)) {
			await piece(message, at, next);
			continue;
		}
		// Taking it apart is a piece of its own, unless an earlier try survived that.
		if (note.attempt().at?.record === undefined) await begin(at);
		const records = listOf(message.body, hubLimits);
		if (typeof records === "string") await piece(message, at, next);
		else {
			for (const [record, one] of records.entries()) {
				const last = record === records.length - 1;
				await piece(
					{ at: { ...message.at, record }, body: { records: [one] } },
					{ ...at, record },
					last ? next : { ...at, record: record + 1 },
				);
			}
			note.keep(between(note.attempt(), next));
		}
	}
	await note.write(note.attempt());
	return { outcomes, killers };
}
