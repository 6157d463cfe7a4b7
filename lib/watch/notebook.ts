import type { Message } from "../defender/message.ts";
import { type ChangeDeps, changeRow } from "../store/change-row.ts";
import { columns } from "../store/columns.ts";
import { inParallel } from "../store/parallel.ts";
import { coverageAddress, coverageValues, readCoverage, withRecorded } from "./coverage.ts";
import { type Intervals, union } from "./intervals.ts";
import { newestEventIn, streamAddress } from "./newest-event.ts";

/** Keeps recorded positions in memory and writes them in the background, so that a quiet batch makes no call. */
export interface Notebook {
	/** After recording, never before. */
	recorded(messages: readonly Message[]): void;
	/** Writes pending positions. Rejects with the first failure; what could not be written is kept for the next write. */
	write(now: Date): Promise<void>;
}

/** As many as a hub of the Standard tier has: a table that does not answer costs one deadline, not one for each. */
const partitionsAtOnce = 32;

/** A process that dies loses unwritten positions: those messages are read again, and no notice is sent twice. */
export function createNotebook(deps: ChangeDeps): Notebook {
	let pages = new Map<string, Intervals>();
	let newest: Date | undefined;
	return {
		recorded(messages) {
			for (const { at } of messages) {
				if (at.message >= 0) pages.set(at.source, union(pages.get(at.source) ?? [], [{ from: at.message, to: at.message }]));
				if (at.enqueuedAt !== undefined && (newest === undefined || at.enqueuedAt > newest)) newest = at.enqueuedAt;
			}
		},
		async write(now) {
			const writing = pages;
			const moment = newest;
			pages = new Map();
			newest = undefined;
			const failures: unknown[] = [];
			// Side by side: a partition that cannot be noted neither stops nor delays the others.
			await inParallel([...writing], partitionsAtOnce, async ([source, recorded]) => {
				try {
					await noteRecorded(deps, source, recorded, now);
				} catch (error) {
					failures.push(error);
					pages.set(source, union(pages.get(source) ?? [], recorded));
				}
			});
			try {
				if (moment !== undefined) await noteNewest(deps, moment);
			} catch (error) {
				failures.push(error);
				newest ??= moment;
			}
			if (failures.length > 0) throw failures[0];
		},
	};
}

/** Adds numbers to what is recorded of a partition. Rejects if the table does not take it. */
export async function noteRecorded(deps: ChangeDeps, source: string, recorded: Intervals, now: Date): Promise<void> {
	const changed = await changeRow(deps, coverageAddress(source), (row) => {
		const known = readCoverage(row);
		const next = withRecorded(known, recorded);
		if (next === undefined) throw new Error(`too many gaps in ${source} to note what was read; they are being read again`);
		return { values: coverageValues(next, known.hubCreatedAt, now), result: undefined };
	});
	if (changed.outcome !== "written") throw new Error(`what was read of ${source} could not be noted: ${changed.outcome}`);
}

async function noteNewest(deps: ChangeDeps, newestAt: Date): Promise<void> {
	await changeRow(deps, streamAddress, (row) => {
		const known = newestEventIn(row);
		if (known !== undefined && known >= newestAt) return { keep: undefined };
		return { values: columns({ v: 1, newestAt }), result: undefined };
	});
}
