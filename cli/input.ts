import { createReadStream } from "node:fs";
import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { pipeline, type Readable } from "node:stream";
import { setTimeout } from "node:timers/promises";
import { createGunzip } from "node:zlib";
import type { Message } from "../lib/defender/message.ts";

/** Something to read: a file, a device or standard input. */
export interface Input {
	/** As the person wrote it, or found below a folder; `-` is standard input. */
	readonly path: string;
	/** `undefined` = unknown, as for a pipe. */
	readonly bytes: number | undefined;
}

/** In a folder: JSON Lines files, and the blobs of a storage export (`PT1H.json`). */
const exportFile = /\.(ndjson|jsonl)(\.gz)?$|^PT\d+[HM]\.json(\.gz)?$/i;

/** Read as a stream of this process: what stands behind it may be a socket, which cannot be opened by its path. */
const standardInput = new Set(["-", "/dev/stdin", "/dev/fd/0", "/proc/self/fd/0"]);

const pieceBytes = 4 * 1024 * 1024;
const idleMs = 100;

/** Longest line kept; what is longer is no export and goes on as an over-long message, to be quarantined. */
const maxLineBytes = 64 * 1024 * 1024 + 1;

/** Files, folders (searched to the bottom, in order of name) and `-` → inputs. Rejects with the system's error for what cannot be read. */
export async function findInputs(paths: readonly string[]): Promise<readonly Input[]> {
	const inputs: Input[] = [];
	for (const path of paths) {
		if (standardInput.has(path)) {
			inputs.push({ path, bytes: undefined });
			continue;
		}
		const status = await stat(path);
		if (!status.isDirectory()) {
			inputs.push({ path, bytes: status.isFile() ? status.size : undefined });
			continue;
		}
		const names = (await readdir(path, { recursive: true, withFileTypes: true }))
			.filter((entry) => entry.isFile() && exportFile.test(entry.name))
			.map((entry) => join(entry.parentPath, entry.name))
			.sort();
		for (const name of names) inputs.push({ path: name, bytes: (await stat(name)).size });
	}
	return inputs;
}

export interface Lines {
	/** Complete lines of one piece of the input; the unit that is recorded together. */
	readonly messages: readonly Message[];
	/** Bytes read since the last one. */
	readonly bytes: number;
}

/**
 * One message per line, with its line number; blank lines are no messages, and the last one needs no line feed. Lines
 * come as the input delivers them, so a slow pipe is not held back. An abort ends it after the lines at hand.
 */
export async function* readLines(input: Input, stop: AbortSignal): AsyncGenerator<Lines> {
	const stream = open(input.path);
	const end = () => stream.destroy();
	stop.addEventListener("abort", end, { once: true });
	const lines = createLineReader(input.path);
	try {
		for await (const bytes of gathered(stream)) {
			if (stop.aborted) return;
			yield { messages: lines.feed(bytes), bytes: bytes.length };
		}
		yield { messages: lines.end(), bytes: 0 };
	} catch (error) {
		// Destroying a stream that somebody waits on ends the wait with this error.
		if (!(stop.aborted && error instanceof Error && "code" in error && error.code === "ERR_STREAM_PREMATURE_CLOSE")) throw error;
	} finally {
		stop.removeEventListener("abort", end);
	}
}

/** Small pieces of a pipe put together, up to the size of a file's, unless nothing comes for a moment. */
async function* gathered(stream: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
	const pieces = stream[Symbol.asyncIterator]();
	let parts: Buffer[] = [];
	let length = 0;
	let next = pieces.next();
	for (;;) {
		const idle = new AbortController();
		const pause = length === 0 ? [] : [setTimeout(idleMs, "idle" as const, { signal: idle.signal }).catch(() => "idle" as const)];
		const got = await Promise.race([next, ...pause]);
		idle.abort();
		if (got === "idle" || got.done === true || length + got.value.length > pieceBytes) {
			if (length > 0) yield Buffer.concat(parts);
			parts = [];
			length = 0;
			if (got === "idle") continue;
			if (got.done === true) return;
		}
		parts.push(got.value);
		length += got.value.length;
		next = pieces.next();
	}
}

function open(path: string): Readable {
	if (standardInput.has(path)) return process.stdin;
	const file = createReadStream(path, { highWaterMark: pieceBytes });
	// An error of the file, too, must end the reading.
	return /\.gz$/i.test(path) ? pipeline(file, createGunzip(), () => undefined) : file;
}

interface LineReader {
	feed(piece: Buffer): readonly Message[];
	end(): readonly Message[];
}

function createLineReader(source: string): LineReader {
	let line = 0;
	let parts: Buffer[] = [];
	let length = 0;
	const keep = (part: Buffer) => {
		const room = maxLineBytes - length;
		if (room <= 0 || part.length === 0) return;
		parts.push(part.subarray(0, room));
		length += Math.min(part.length, room);
	};
	const take = (): readonly Message[] => {
		line += 1;
		const body = parts.length === 1 && parts[0] !== undefined ? parts[0] : Buffer.concat(parts);
		parts = [];
		length = 0;
		return isBlank(body) ? [] : [{ at: { source, message: line }, body }];
	};
	return {
		feed(piece) {
			const messages: Message[] = [];
			let from = 0;
			for (let end = piece.indexOf(10); end !== -1; end = piece.indexOf(10, from)) {
				keep(piece.subarray(from, end));
				from = end + 1;
				messages.push(...take());
			}
			keep(piece.subarray(from));
			return messages;
		},
		end: () => (length > 0 ? take() : []),
	};
}

function isBlank(body: Buffer): boolean {
	return body.length < 1024 && body.toString("latin1").trim() === "";
}
