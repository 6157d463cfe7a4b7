import type { Message } from "../../lib/defender/message.ts";
import type { LineScreen, Passed, ScreenedLines } from "../../lib/detect/prefilter/line-screen.ts";
import { type Opened, openInput } from "./bytes.ts";
import { isOtherJson, jsonMessage } from "./json-message.ts";
import { createJsonSplitter, type JsonSplitter } from "./json-values.ts";
import { createLineSplitter } from "./lines.ts";
import { openTrouble } from "./open-trouble.ts";
import { type InputReading, noteCut, noteDamage, noteTables, refuse, refuseOtherJson } from "./reading.ts";
import type { Layout } from "./recognise.ts";
import { withLayout } from "./with-layout.ts";

/** Messages that are recorded together, and how far the file is read. */
export interface Batch {
	readonly messages: readonly Message[];
	/** Lines skipped without parsing, because no rule can match in them. */
	readonly passed: Passed;
	/** Of the file itself, packed or not, since its beginning. */
	readonly bytesRead: number;
}

const rowsPerBatch = 1_000;

/**
 * All messages of an input, whatever its format. Faults of the file are noted in `reading` and affect nothing else. An
 * abort ends the reading after the current batch. A file that cannot be opened affects nothing else either.
 */
export async function* readInput(
	reading: InputReading,
	stop: AbortSignal,
	newScreen?: () => LineScreen | undefined,
): AsyncGenerator<Batch> {
	const { unusable } = reading.input;
	if (unusable !== undefined) {
		refuse(reading, ...unusable);
		return;
	}
	const opened = await openInput(reading.input, stop).catch((error: unknown) => error);
	// Destroying a stream with a pending read rejects that read.
	if (stop.aborted) return;
	if (!isOpened(opened)) {
		if (isSystemError(opened)) refuse(reading, ...openTrouble(opened));
		else noteDamage(reading, opened, 0);
		return;
	}
	let count = 0;
	try {
		for await (const { messages, passed } of messagesOf(reading, opened, newScreen)) {
			if (stop.aborted) return;
			count += messages.length + passed.lines;
			yield { messages, passed, bytesRead: opened.bytesRead() };
		}
	} catch (error) {
		if (stop.aborted) return;
		if (isSystemError(error)) refuse(reading, ...openTrouble(error));
		else noteDamage(reading, error, count);
	} finally {
		opened.close();
	}
}

type Part = Pick<Batch, "messages" | "passed">;

const nothingPassed: Passed = { lines: 0, records: 0, known: 0 };

async function* messagesOf(
	reading: InputReading,
	opened: Opened,
	newScreen: (() => LineScreen | undefined) | undefined,
): AsyncGenerator<Part> {
	const { container, packed, pieces } = opened;
	const name = (format: string) => {
		reading.format = packed.length === 0 ? format : `${format} (${packed.join(", ")})`;
	};
	switch (container.kind) {
		case "empty":
			refuse(reading, "is empty", "Export again, or name another file.");
			return;
		case "other":
			refuse(reading, `looks like ${container.looksLike}`, container.cure);
			reading.foreign = true;
			return;
		case "avro":
			name("Event Hub Capture");
			// Most runs need neither this parser nor the one for CSV.
			yield* inBatches((await import("./capture.ts")).readCapture(reading.input.path, pieces));
			return;
		default: {
			const [text, layout] = await withLayout(pieces);
			yield* textMessages(reading, { text, reread: opened.reread }, layout, name, newScreen);
		}
	}
}

async function* textMessages(
	reading: InputReading,
	{ text, reread }: { readonly text: AsyncIterable<Buffer>; readonly reread: Opened["reread"] },
	layout: Layout,
	name: (format: string) => void,
	newScreen: (() => LineScreen | undefined) | undefined,
): AsyncGenerator<Part> {
	const source = reading.input.path;
	switch (layout.kind) {
		case "blank":
			refuse(reading, "holds nothing but blanks", "Export again, or name another file.");
			return;
		case "other":
			refuse(reading, `looks like ${layout.looksLike}`, layout.cure);
			// A folder may hold anything; that something of Defender's was not read must be known.
			reading.foreign = layout.isExport !== true;
			return;
		case "csv":
			name("CSV");
			yield* inBatches(csvMessages(reading, text, layout));
			return;
		case "lines":
		case "values": {
			name(layout.kind === "lines" ? "JSON, one value per line" : "JSON");
			const screen = layout.kind === "lines" ? newScreen?.() : undefined;
			const values = layout.kind === "lines" ? createLineSplitter() : createJsonSplitter();
			const splitter = screen ?? unscreened(values);
			let isFirst = true;
			const part = ({ lines, passed }: ScreenedLines): Part | undefined => {
				// A folder can hold any JSON. The first value tells whether this is an export; damage tells nothing.
				const [first] = lines;
				if (isFirst && first?.bytes !== undefined && reading.input.inFolder && isOtherJson(first.bytes)) return undefined;
				isFirst &&= first === undefined && passed.lines === 0;
				return { messages: lines.map((one) => jsonMessage(reading, source, one)), passed };
			};
			// A screen keeps nothing of a piece; the other splitters do.
			for await (const piece of screen === undefined ? text : (reread?.() ?? text)) {
				const batch = part(splitter.feed(piece));
				if (batch === undefined) return refuseOtherJson(reading);
				yield batch;
			}
			const last = part(splitter.end());
			if (last === undefined) return refuseOtherJson(reading);
			yield last;
			if (values.isListOpen()) noteCut(reading, "its list has no end");
		}
	}
}

/** A splitter that passes over nothing. */
function unscreened(splitter: JsonSplitter): LineScreen {
	return {
		feed: (piece) => ({ lines: splitter.feed(piece), passed: nothingPassed }),
		end: () => ({ lines: splitter.end(), passed: nothingPassed }),
	};
}

async function* csvMessages(reading: InputReading, text: AsyncIterable<Buffer>, layout: Layout & { kind: "csv" }): AsyncGenerator<Message> {
	const { readCsvRows } = await import("./csv-rows.ts");
	const cut = () => noteCut(reading, "its last row stops in the middle");
	for await (const { message, table } of readCsvRows(reading.input.path, text, layout, cut)) {
		if (table !== undefined) noteTables(reading, [table]);
		yield message;
	}
}

async function* inBatches(messages: AsyncIterable<Message>): AsyncGenerator<Part> {
	let batch: Message[] = [];
	try {
		for await (const message of messages) {
			batch.push(message);
			if (batch.length < rowsPerBatch) continue;
			yield { messages: batch, passed: nothingPassed };
			batch = [];
		}
	} catch (error) {
		// Data before the damage counts.
		yield { messages: batch, passed: nothingPassed };
		throw error;
	}
	yield { messages: batch, passed: nothingPassed };
}

function isOpened(opened: unknown): opened is Opened {
	return typeof opened === "object" && opened !== null && "pieces" in opened;
}

/** Of the file system, which names the path; errors of packing and parsing have none. */
function isSystemError(error: unknown): boolean {
	return error instanceof Error && "code" in error && "path" in error;
}
