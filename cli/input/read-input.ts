import type { Message } from "../../lib/defender/message.ts";
import type { LineScreen, Passed, ScreenedLine, ScreenedLines } from "../../lib/detect/prefilter/line-screen.ts";
import { type Opened, openInput } from "./bytes.ts";
import type { Input } from "./find-inputs.ts";
import { createJsonSplitter, type JsonSplitter } from "./json-values.ts";
import { createLineSplitter } from "./lines.ts";
import { type Layout, recogniseLayout } from "./recognise.ts";
import { isUnderstood, unwrap } from "./shapes.ts";

/** Messages that are recorded together, and how far the file is read. */
export interface Batch {
	readonly messages: readonly Message[];
	/** Lines skipped without parsing, because no rule can match in them. */
	readonly passed: Passed;
	/** Of the file itself, packed or not, since its beginning. */
	readonly bytesRead: number;
}

/** What reading an input showed; complete when its batches have ended. */
export interface InputReading {
	readonly input: Input;
	/** For people, such as `JSON, one value per line (gzip)`. Empty until something was recognised. */
	format: string;
	/** Rows whose table we told from their columns, by table. */
	readonly inferred: Map<string, number>;
	/** Why it was not read, or not to its end; complete sentences. */
	problem: string | undefined;
	/** True for something that is no export at all, so that a folder may hold it. */
	foreign: boolean;
}

/** A reading with nothing in it yet; `readInput` fills it in. */
export function startReading(input: Input): InputReading {
	return { input, format: "", inferred: new Map(), problem: undefined, foreign: false };
}

const rowsPerBatch = 1_000;

/**
 * All messages of an input, whatever its format. Faults of the file are noted in `reading` and affect nothing else. An
 * abort ends the reading after the current batch. Rejects with the system's error if the file cannot be opened.
 */
export async function* readInput(reading: InputReading, stop: AbortSignal, newScreen?: () => LineScreen): AsyncGenerator<Batch> {
	const opened = await openInput(reading.input).catch((error: unknown) => {
		if (isSystemError(error)) throw error;
		return error;
	});
	if (!isOpened(opened)) {
		noteDamage(reading, opened, 0);
		return;
	}
	const close = () => opened.close();
	stop.addEventListener("abort", close, { once: true });
	let count = 0;
	try {
		for await (const { messages, passed } of messagesOf(reading, opened, newScreen)) {
			if (stop.aborted) return;
			count += messages.length + passed.lines;
			yield { messages, passed, bytesRead: opened.bytesRead() };
		}
	} catch (error) {
		// Destroying a stream with a pending read rejects that read.
		if (stop.aborted) return;
		if (isSystemError(error)) throw error;
		noteDamage(reading, error, count);
	} finally {
		stop.removeEventListener("abort", close);
		opened.close();
	}
}

type Part = Pick<Batch, "messages" | "passed">;

const nothingPassed: Passed = { lines: 0, records: 0, known: 0 };

async function* messagesOf(reading: InputReading, opened: Opened, newScreen: (() => LineScreen) | undefined): AsyncGenerator<Part> {
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
			yield* textMessages(reading, text, layout, name, newScreen);
		}
	}
}

async function* textMessages(
	reading: InputReading,
	text: AsyncIterable<Buffer>,
	layout: Layout,
	name: (format: string) => void,
	newScreen: (() => LineScreen) | undefined,
): AsyncGenerator<Part> {
	const source = reading.input.path;
	switch (layout.kind) {
		case "blank":
			refuse(reading, "holds nothing but blanks", "Export again, or name another file.");
			return;
		case "other":
			refuse(reading, `looks like ${layout.looksLike}`, layout.cure);
			reading.foreign = true;
			return;
		case "csv":
			name("CSV");
			yield* inBatches(csvMessages(reading, text, layout));
			return;
		case "lines":
		case "values": {
			name(layout.kind === "lines" ? "JSON, one value per line" : "JSON");
			const splitter = layout.kind === "lines" ? (newScreen?.() ?? unscreened(createLineSplitter())) : unscreened(createJsonSplitter());
			let isFirst = true;
			const part = ({ lines: values, passed }: ScreenedLines): Part | undefined => {
				// A folder can hold any JSON. The first value tells whether this is an export; damage tells nothing.
				const [first] = values;
				if (isFirst && first !== undefined && reading.input.inFolder && isOtherJson(first.bytes)) return undefined;
				isFirst &&= first === undefined && passed.lines === 0;
				return { messages: values.map((one) => jsonMessage(reading, source, one)), passed };
			};
			for await (const piece of text) {
				const batch = part(splitter.feed(piece));
				if (batch === undefined) return refuseOtherJson(reading);
				yield batch;
			}
			const last = part(splitter.end());
			if (last === undefined) return refuseOtherJson(reading);
			yield last;
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

function refuseOtherJson(reading: InputReading): void {
	reading.problem = "is JSON, but holds no Defender records.";
	reading.foreign = true;
}

function isOtherJson(bytes: Buffer): boolean {
	if (isAsExported(bytes)) return false;
	const value = parseJson(bytes);
	return value !== undefined && !isUnderstood(unwrap(value.json));
}

async function* csvMessages(reading: InputReading, text: AsyncIterable<Buffer>, layout: Layout & { kind: "csv" }): AsyncGenerator<Message> {
	const { readCsvRows } = await import("./csv-rows.ts");
	for await (const { message, table } of readCsvRows(reading.input.path, text, layout)) {
		if (table !== undefined) noteTables(reading, [table]);
		yield message;
	}
}

/** A message or record as it comes goes on as bytes; what other tools wrapped or flattened is unwrapped here. */
function jsonMessage(reading: InputReading, source: string, { line, bytes, records: cut }: ScreenedLine): Message {
	const at = { source, message: line };
	if (cut !== undefined) return { at, body: { records: cut } };
	if (isAsExported(bytes)) return { at, body: bytes };
	const value = parseJson(bytes);
	if (value === undefined) return { at, body: bytes };
	const { records, inferred } = unwrap(value.json);
	noteTables(reading, inferred);
	// A single value that was not understood is reported as such.
	return records.length === 1 && records[0] === value.json ? { at, body: bytes } : { at, body: { records } };
}

/** `undefined` = it is no JSON. */
function parseJson(bytes: Buffer): { readonly json: unknown } | undefined {
	try {
		return { json: JSON.parse(bytes.toString("utf8").replace(/^\uFEFF/, "")) };
	} catch (error) {
		if (error instanceof SyntaxError || error instanceof RangeError) return undefined;
		throw error;
	}
}

/** Only a sign of what it is: the envelope's own keys within the first bytes. Everything else is looked at as a whole. */
function isAsExported(bytes: Buffer): boolean {
	const head = bytes.toString("latin1", 0, 400);
	return (
		/^(?:\xef\xbb\xbf)?\s*\{\s*"records"\s*:\s*(\[\s*\{\s*"(time|tenantId|category|operationName|_TimeReceivedBySvc|Tenant)"|[^\s[])/.test(
			head,
		) || /^\s*\{\s*"(time|tenantId|category|operationName)"[^{}]*"category"\s*:\s*"AdvancedHunting-/.test(head)
	);
}

function noteTables(reading: InputReading, tables: readonly string[]): void {
	for (const table of tables) reading.inferred.set(table, (reading.inferred.get(table) ?? 0) + 1);
}

const layoutBytes = 1024 * 1024;

/** Waits for enough to recognise the layout, or for the end of what a slow pipe has to say at first. */
async function withLayout(pieces: AsyncIterable<Buffer>): Promise<readonly [AsyncIterable<Buffer>, Layout]> {
	const iterator = pieces[Symbol.asyncIterator]();
	const first: Buffer[] = [];
	let text = "";
	let ended = false;
	// A first line without an end says little; a terminal's or pipe's first words can be a part of it.
	while (text.length < layoutBytes && !text.trimStart().includes("\n")) {
		const got = await iterator.next();
		ended = got.done === true;
		if (got.done === true) break;
		first.push(got.value);
		text = Buffer.concat(first).toString("utf8", 0, layoutBytes);
	}
	async function* all(): AsyncGenerator<Buffer> {
		yield* first;
		while (!ended) {
			const got = await iterator.next();
			if (got.done === true) return;
			yield got.value;
		}
	}
	return [all(), recogniseLayout(text, ended)];
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

function refuse(reading: InputReading, what: string, cure: string): void {
	reading.problem = `${what}. ${cure}`;
}

function noteDamage(reading: InputReading, error: unknown, count: number): void {
	const packing = error instanceof Error && "code" in error && /^(Z_|ZSTD_|ERR_|UND)/.test(String(error.code));
	const what =
		packing && reading.format !== "Event Hub Capture"
			? "is a damaged or incomplete archive"
			: `is damaged${reading.format === "" ? "" : ` (${reading.format})`}`;
	const how = count === 0 ? "nothing in it could be read" : `only its first ${count.toLocaleString("en")} messages or rows could be read`;
	reading.problem = `${what}: ${how}. Export or copy it again.`;
}

function isOpened(opened: unknown): opened is Opened {
	return typeof opened === "object" && opened !== null && "pieces" in opened;
}

/** Of the file system, which names the path; errors of packing and parsing have none. */
function isSystemError(error: unknown): boolean {
	return error instanceof Error && "code" in error && "path" in error;
}
