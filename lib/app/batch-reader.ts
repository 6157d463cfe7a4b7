import type { Message } from "../defender/message.ts";
import type { Sieve } from "../detect/prefilter/prefilter.ts";
import { redactError } from "../families/redact.ts";
import { nothingDelivered } from "../outbox/delivery-report.ts";
import { type Outcome, type Parts, runPipeline } from "../pipeline.ts";
import type { Table } from "../store/table.ts";
import { createProgressBook } from "../watch/progress.ts";
import { createCarefulReader, type Read, type Stages } from "./careful.ts";
import { world } from "./compose.ts";
import { isOverdue, within } from "./deadline.ts";
import type { Gate } from "./gate.ts";

export interface BatchReaderDeps {
	readonly parts: Parts;
	readonly table: Table;
	readonly sieve: Sieve;
	/** One for all readers of this process. */
	readonly gate: Gate;
	/** Tells the notes of this reader from those of another one that reads the same partition. */
	readonly noteName?: string;
}

/**
 * Messages through all steps, within limits of time, with the one that kills its reader found and passed over. Rejects only
 * if something could not be recorded.
 */
export type BatchReader = (messages: readonly Message[], retryCount: number) => Promise<Read>;

/** The host kills the process after 5 minutes, and may lose the batch then: ours comes first. */
const batchMs = 240_000;
/** So long devices are begun; one begun within it may still take its own time. */
const recordMs = 150_000;
const deliverMs = 60_000;
const learnMs = 30_000;

/** Limits: 4 minutes a batch, 150 s to record, 60 s to deliver, 30 s to learn. A late delivery stays queued and is not an error. */
export function createBatchReader({ parts, table, sieve, gate, noteName = "" }: BatchReaderDeps): BatchReader {
	const book = createProgressBook();
	const bounded: Parts = {
		...parts,
		budgetMs: recordMs,
		async deliver(recorded) {
			try {
				return await within(deliverMs, "delivering", parts.deliver(recorded));
			} catch (error) {
				// It is recorded, so it stays owed; only a fault of ours is more than that.
				if (!isOverdue(error)) throw error;
				return { ...nothingDelivered, interrupted: redactError(error) };
			}
		},
		learn:
			parts.learn === undefined ? undefined : (rows) => within(learnMs, "learning of devices", parts.learn?.(rows) ?? Promise.resolve()),
	};
	const run = async (messages: readonly Message[], stages?: Stages): Promise<Outcome> => {
		const [first] = messages;
		const { source, message } = first?.at ?? { source: "", message: -1 };
		const deliver: Parts["deliver"] = async (those) => {
			await stages?.recorded();
			return bounded.deliver(those);
		};
		const own: Parts = { ...bounded, inspected: stages?.inspected, deliver, progress: book.of(source, message) };
		const outcome = await within(batchMs, "the batch", runPipeline(messages, own));
		book.forget(source);
		return outcome;
	};
	return createCarefulReader({
		...world,
		table,
		gate,
		noteName,
		run,
		isQuiet: (messages) => messages.every(({ body }) => body instanceof Uint8Array && sieve.sift(body).verdict === "nothing"),
		quarantine: (entries) => parts.quarantine(entries, world.clock()),
	});
}
