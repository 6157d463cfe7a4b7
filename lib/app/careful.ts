import { listOf } from "../defender/envelope.ts";
import { hubLimits } from "../defender/limits.ts";
import type { Message } from "../defender/message.ts";
import type { Outcome } from "../pipeline.ts";
import { type ChangeDeps, replaceUnchanged } from "../store/change-row.ts";
import type { Row } from "../store/table.ts";
import { type Attempt, attemptAddress, attemptValues, isCareful, isKiller, type Mark, nextAttempt, readAttempt } from "../watch/attempt.ts";
import { faultName, isFault } from "../watch/fault.ts";
import type { Quarantined } from "../watch/quarantine.ts";
import { entriesOf, type Setback } from "../watch/quarantine-entries.ts";
import { isOverdue } from "./deadline.ts";
import { createGate } from "./gate.ts";

export interface CarefulDeps extends ChangeDeps {
	readonly run: (messages: readonly Message[]) => Promise<Outcome>;
	/** Can nothing in these messages match? Then there is nothing in them to die of, and no call is made. */
	readonly isQuiet: (messages: readonly Message[]) => boolean;
	readonly quarantine: (entries: readonly Quarantined[]) => Promise<void>;
	/** Tells the notes of this reader from those of another one that reads the same partition. */
	readonly noteName?: string;
}

/** The result of a batch: one outcome per piece, and the messages that were set aside because they killed their reader. */
export interface Read {
	readonly outcomes: readonly Outcome[];
	readonly killers: readonly Quarantined[];
}

/**
 * Reads batches and finds the message that kills its reader. The table gets a note only for a partition's first batch
 * in this process and for a batch that is tried again. After three deaths such a batch is read piece by piece.
 * Meanwhile this process reads nothing else: a batch of another partition that kills it would be blamed on the piece
 * being read.
 * @returns a function that rejects only if the table could not store something or time ran out.
 */
export function createCarefulReader(deps: CarefulDeps): (messages: readonly Message[], retryCount: number) => Promise<Read> {
	const met = new Set<string>();
	const gate = createGate();
	const together = (messages: readonly Message[]) => gate.together(() => deps.run(messages));
	return async (messages, retryCount) => {
		const [first] = messages;
		if (first === undefined) return { outcomes: [], killers: [] };
		const { source, message: from } = first.at;
		const isSuspicious = retryCount > 0 || !met.has(source);
		met.add(source);
		const note =
			from >= 0 && isSuspicious && !deps.isQuiet(messages) ? await openNote(deps, `${deps.noteName ?? ""}${source}`, from) : undefined;
		if (note === undefined) return { outcomes: [await together(messages)], killers: [] };
		try {
			const read = isCareful(note.attempt)
				? await gate.alone(() => pieceByPiece(deps, messages, note))
				: { outcomes: [await together(messages)], killers: [] };
			await note.remove();
			return read;
		} catch (error) {
			// Neither a fault of ours nor a time-out is an answer: those count like a death.
			if (!isFault(error) && !isOverdue(error)) await note.write({ state: "refused" });
			throw error;
		}
	};
}

interface Note {
	readonly attempt: Attempt;
	write(change: Partial<Attempt>): Promise<void>;
	remove(): Promise<void>;
}

/** `undefined`: the table is away, or another reader has the batch too; then it is read as always. */
async function openNote(deps: ChangeDeps, source: string, from: number): Promise<Note | undefined> {
	const address = attemptAddress(source);
	let row: Row | undefined;
	const put = async (attempt: Attempt): Promise<boolean> => {
		const written = await replaceUnchanged(deps, address, row, attemptValues(attempt));
		row = written ?? row;
		return written !== undefined;
	};
	let attempt: Attempt;
	try {
		row = await deps.table.get(address);
		attempt = nextAttempt(readAttempt(row), from);
		if (!(await put(attempt))) return undefined;
	} catch (error) {
		if (isFault(error)) throw error;
		return undefined;
	}
	const own = attempt;
	return {
		attempt: own,
		async write(change) {
			await put({ ...own, ...change }).catch(onlyRefusals);
		},
		async remove() {
			if (row !== undefined) await deps.table.remove(address, row.etag).catch(onlyRefusals);
		},
	};
}

/** A note that cannot be written costs a few more tries at the most; it must not fail a batch that is recorded. */
function onlyRefusals(error: unknown): void {
	if (isFault(error)) throw error;
}

async function pieceByPiece(deps: CarefulDeps, messages: readonly Message[], note: Note): Promise<Read> {
	const outcomes: Outcome[] = [];
	const killers: Quarantined[] = [];
	const setAside = async (message: Message, setback: Setback): Promise<void> => {
		const entries = entriesOf(message, [setback]);
		await deps.quarantine(entries);
		killers.push(...entries);
	};
	const piece = async (message: Message, at: Mark): Promise<void> => {
		const { record } = at;
		if (isKiller(note.attempt, at)) return setAside(message, { record, reason: "killed-the-reader" });
		await note.write({ at });
		try {
			outcomes.push(await deps.run([message]));
		} catch (error) {
			if (!isFault(error)) throw error;
			await setAside(message, { record, reason: "unexpected", error: faultName(error) });
		}
	};
	for (const message of messages) {
		const at = { message: message.at.message };
		if (!note.attempt.suspects.includes(at.message) || isKiller(note.attempt, at)) {
			await piece(message, at);
			continue;
		}
		await note.write({ at });
		const records = listOf(message.body, hubLimits);
		if (typeof records === "string") await piece(message, at);
		else {
			for (const [record, one] of records.entries()) {
				await piece({ at: { ...message.at, record }, body: { records: [one] } }, { ...at, record });
			}
		}
	}
	return { outcomes, killers };
}
