import { hubMessages } from "../defender/hub.ts";
import type { Message } from "../defender/message.ts";
import type { Sieve } from "../detect/prefilter/prefilter.ts";
import { redactError } from "../families/redact.ts";
import { nothingDelivered } from "../outbox/delivery-report.ts";
import { type Outcome, type Parts, runPipeline } from "../pipeline.ts";
import type { Table } from "../store/table.ts";
import type { Notebook } from "../watch/notebook.ts";
import { createProgressBook } from "../watch/progress.ts";
import { recordsIn } from "../watch/quarantine.ts";
import { createCarefulReader } from "./careful.ts";
import { world } from "./compose.ts";
import { isOverdue, within } from "./deadline.ts";
import type { DetectLine, ErrorLine } from "./log-lines.ts";
import { createProblemLog, createQuietLog } from "./log-throttle.ts";
import { createTotals } from "./totals.ts";

export interface DetectDeps {
	readonly parts: Parts;
	readonly table: Table;
	readonly notebook: Pick<Notebook, "recorded">;
	/** Why what was read could not be noted in the background, as long as that is so. */
	readonly noteFailure: () => string | undefined;
	readonly sieve: Sieve;
}

/** The host kills the process after 5 minutes, and may lose the batch then: ours comes first. */
const batchMs = 240_000;
/** So long devices are begun; one begun within it may still take its own time. */
const recordMs = 150_000;
const deliverMs = 60_000;
const learnMs = 30_000;

/** One batch of the hub, from its bytes to the lines that are logged about it. */
export function createDetect({ parts, table, notebook, noteFailure, sieve }: DetectDeps) {
	const book = createProgressBook();
	const quietLog = createQuietLog();
	const problemLog = createProblemLog();
	const bounded: Parts = {
		...parts,
		budgetMs: recordMs,
		async deliver(keys) {
			try {
				return await within(deliverMs, "delivering", parts.deliver(keys));
			} catch (error) {
				// It is recorded, so it stays owed; only a fault of ours is more than that.
				if (!isOverdue(error)) throw error;
				return { ...nothingDelivered, interrupted: redactError(error) };
			}
		},
		learn:
			parts.learn === undefined ? undefined : (rows) => within(learnMs, "learning of devices", parts.learn?.(rows) ?? Promise.resolve()),
	};
	const run = async (messages: readonly Message[]): Promise<Outcome> => {
		const [first] = messages;
		const { source, message } = first?.at ?? { source: "", message: -1 };
		const outcome = await within(batchMs, "the batch", runPipeline(messages, { ...bounded, progress: book.of(source, message) }));
		book.forget(source);
		return outcome;
	};
	const read = createCarefulReader({
		...world,
		table,
		run,
		isQuiet: (messages) => messages.every(({ body }) => body instanceof Uint8Array && sieve.sift(body).verdict === "nothing"),
		quarantine: (entries) => parts.quarantine(entries, world.clock()),
	});
	return async (bodies: unknown, triggerMetadata: unknown, retryCount = 0): Promise<readonly (DetectLine | ErrorLine)[]> => {
		const started = world.clock();
		const messages = hubMessages(bodies, triggerMetadata);
		const { outcomes, killers } = await read(messages, retryCount);
		notebook.recorded(messages);
		const counter = createTotals();
		for (const outcome of outcomes) counter.add(outcome);
		const totals = counter.totals();
		const delivered = outcomes.map((outcome) => outcome.delivered);
		const now = world.clock();
		const line = quietLog(
			{
				event: "detect",
				...totals,
				messages: messages.length,
				quarantined: totals.quarantined + recordsIn(killers),
				sent: sum(delivered.map(({ sent }) => sent)),
				retried: sum(delivered.map(({ retried }) => retried)),
				possibleDuplicates: sum(delivered.map(({ possibleDuplicates }) => possibleDuplicates)),
				eventAgeMs: eventAge(messages, started),
				ms: now.getTime() - started.getTime(),
			},
			now,
		);
		const problems = [
			...outcomes.map(({ learnFailed }) => learnFailed && `device context was not stored: ${learnFailed}`),
			...outcomes.map(({ delivered: { interrupted } }) => interrupted),
			noteFailure(),
		].filter((problem) => problem !== undefined);
		const failed = problemLog(problems, now).map((what): ErrorLine => ({ event: "error", what }));
		return line === undefined ? failed : [line, ...failed];
	};
}

/** How far behind the stream we are: the age of the oldest message of the batch. */
function eventAge(messages: readonly Message[], now: Date): number {
	return messages.reduce(
		(oldest, { at }) => Math.max(oldest, at.enqueuedAt === undefined ? 0 : now.getTime() - at.enqueuedAt.getTime()),
		0,
	);
}

function sum(counts: readonly number[]): number {
	return counts.reduce((total, count) => total + count, 0);
}
