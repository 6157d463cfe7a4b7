import type { Message } from "../defender/message.ts";
import { columns } from "../store/columns.ts";
import type { Key, Table, Values } from "../store/table.ts";
import { coverageAddress, coverageValues, readCoverage, withRecorded } from "./coverage.ts";
import { type Intervals, union } from "./intervals.ts";
import { newestEvent, streamAddress } from "./newest-event.ts";

/** Keeps recorded positions in memory and writes them in the background, so that a quiet batch makes no call. */
export interface Notebook {
	/** After recording, never before. */
	recorded(messages: readonly Message[]): void;
	/** Writes pending positions. Rejects if the table refuses them; they are kept for the next write. */
	write(now: Date): Promise<void>;
}

const maxTries = 4;

/** A process that dies loses unwritten positions: those messages are read again, and no notice is sent twice. */
export function createNotebook(table: Table): Notebook {
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
					await noteRecorded(table, source, recorded, now);
					writing.delete(source);
				}
				if (moment !== undefined) await noteNewest(table, moment);
			} catch (error) {
				for (const [source, recorded] of writing) pages.set(source, union(pages.get(source) ?? [], recorded));
				newest ??= moment;
				throw error;
			}
		},
	};
}

async function noteRecorded(table: Table, source: string, recorded: Intervals, now: Date): Promise<void> {
	for (let attempt = 0; attempt < maxTries; attempt++) {
		const row = await table.get(coverageAddress(source));
		const known = readCoverage(row);
		const next = withRecorded(known, recorded);
		if (next === undefined) throw new Error(`too many gaps in ${source} to note what was read; they are being read again`);
		if (await put(table, coverageAddress(source), coverageValues(next, known.hubCreatedAt, now), row?.etag)) return;
	}
	throw new Error(`what was read of ${source} was noted by others ${maxTries} times in a row`);
}

async function noteNewest(table: Table, newestAt: Date): Promise<void> {
	const row = await table.get(streamAddress);
	const known = await newestEvent(table);
	// A concurrent writer has noted the same quarter of a minute.
	if (known === undefined || known < newestAt) await put(table, streamAddress, columns({ v: 1, newestAt }), row?.etag);
}

async function put(table: Table, address: Key, values: Values, etag: string | undefined): Promise<boolean> {
	const row = { ...address, values };
	const written = etag === undefined ? await table.create(row) : await table.replace(row, etag);
	if (written.outcome === "tableMissing") await table.ensure();
	return written.outcome === "written";
}
