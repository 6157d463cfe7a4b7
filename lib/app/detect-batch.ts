import { hubMessages } from "../defender/hub.ts";
import type { Message } from "../defender/message.ts";
import type { Sieve } from "../detect/prefilter/prefilter.ts";
import type { Parts } from "../pipeline.ts";
import type { Table } from "../store/table.ts";
import type { Notebook } from "../watch/notebook.ts";
import { recordsIn } from "../watch/quarantined.ts";
import { createBatchReader } from "./batch-reader.ts";
import { world } from "./compose.ts";
import type { Gate } from "./gate.ts";
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
	/** One for all readers of this process. */
	readonly gate: Gate;
}

/** One batch of the hub, from its bytes to the lines that are logged about it. */
export function createDetect({ parts, table, notebook, noteFailure, sieve, gate }: DetectDeps) {
	const quietLog = createQuietLog();
	const problemLog = createProblemLog();
	const read = createBatchReader({ parts, table, sieve, gate });
	return async (bodies: unknown, triggerMetadata: unknown, retryCount = 0): Promise<readonly (DetectLine | ErrorLine)[]> => {
		const started = world.clock();
		const messages = hubMessages(bodies, triggerMetadata);
		const { outcomes, killers } = await read(messages, retryCount);
		notebook.recorded(messages);
		const counter = createTotals();
		for (const outcome of outcomes) counter.add(outcome);
		// The timer sends what waits, and logs it then.
		const { waiting: _, waitingUntil: __, ...totals } = counter.totals();
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
