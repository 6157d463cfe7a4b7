import type { Message } from "../defender/message.ts";
import { type ChangeDeps, changeRow } from "../store/change-row.ts";
import { columns } from "../store/columns.ts";
import { coverageAddress, coverageValues, readCoverage, withRecorded } from "./coverage.ts";
import { type Intervals, union } from "./intervals.ts";
import { newestEventIn, streamAddress } from "./newest-event.ts";

/** Keeps recorded positions in memory and writes them in the background, so that a quiet batch makes no call. */
export interface Notebook {
	/** After recording, never before. */
	recorded(messages: readonly Message[]): void;
	/** Writes pending positions. Rejects if the table refuses them; they are kept for the next write. */
	write(now: Date): Promise<void>;
}

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
			try {
				for (const [source, recorded] of writing) {
					await noteRecorded(deps, source, recorded, now);
					writing.delete(source);
				}
				if (moment !== undefined) await noteNewest(deps, moment);
			} catch (error) {
				for (const [source, recorded] of writing) pages.set(source, union(pages.get(source) ?? [], recorded));
				newest ??= moment;
				throw error;
			}
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
