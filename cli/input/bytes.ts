import { createReadStream } from "node:fs";
import { open } from "node:fs/promises";
import { pipeline } from "node:stream";
import { setTimeout } from "node:timers/promises";
import { createGunzip } from "node:zlib";
import { type Input, isStandardInput } from "./find-inputs.ts";
import { type Container, recogniseContainer } from "./recognise.ts";
import { unzstd } from "./unzstd.ts";

/** An opened input: unpacked, and in UTF-8 where it is text. */
export interface Opened {
	readonly container: Exclude<Container, { kind: "gzip" | "zstd" }>;
	/** As it was packed, outermost first, for people. */
	readonly packed: readonly string[];
	/** Large pieces; those of a slow pipe come as they arrive. */
	readonly pieces: AsyncIterable<Buffer>;
	/**
	 * The same text from its beginning, for a plain file: each piece is overwritten when the next one is asked for. New
	 * memory for each piece costs more than all the rest of reading.
	 */
	readonly reread: (() => AsyncIterable<Buffer>) | undefined;
	/** Bytes of the file itself read so far, packed or not. */
	bytesRead(): number;
	close(): void;
}

const pieceBytes = 1024 * 1024;
const headBytes = 64 * 1024;
const idleMs = 100;
/** One archive inside another is common; more is an attack. */
const mostLayers = 3;

/**
 * Rejects with the system's error if the input cannot be opened. A stop closes it, also while nothing has come yet: the
 * pending read rejects.
 */
export async function openInput(input: Input, stop: AbortSignal): Promise<Opened> {
	const source = isStandardInput(input.path) ? process.stdin : createReadStream(input.path, { highWaterMark: pieceBytes });
	const close = () => {
		stop.removeEventListener("abort", close);
		source.destroy();
	};
	stop.addEventListener("abort", close);
	let read = 0;
	let stream: AsyncIterable<Buffer> = source;
	const packed: string[] = [];
	const count = (chunk: Buffer) => {
		read += chunk.length;
	};
	const reread = () => {
		source.destroy();
		read = 0;
		return withoutMark(throughOneBuffer(input.path, count));
	};
	for (;;) {
		const peeked = await peek(stream, packed.length === 0 ? count : undefined);
		const container = recogniseContainer(peeked.head);
		if ((container.kind !== "gzip" && container.kind !== "zstd") || packed.length === mostLayers) {
			const text = container.kind === "utf16le" || container.kind === "utf16be" ? decoded(peeked.chunks, container.kind) : peeked.chunks;
			return {
				container: container.kind === "gzip" || container.kind === "zstd" ? tooDeep : container,
				packed,
				pieces: gathered(container.kind === "avro" ? text : withoutMark(text)),
				reread: packed.length === 0 && container.kind === "text" && input.bytes !== undefined ? reread : undefined,
				bytesRead: () => read,
				close,
			};
		}
		packed.push(container.kind);
		stream = container.kind === "gzip" ? pipeline(peeked.chunks, createGunzip(), () => undefined) : unzstd(peeked.chunks);
	}
}

async function* throughOneBuffer(path: string, count: (chunk: Buffer) => void): AsyncGenerator<Buffer> {
	const file = await open(path);
	try {
		const buffer = Buffer.allocUnsafeSlow(pieceBytes);
		for (;;) {
			const { bytesRead } = await file.read(buffer, 0, pieceBytes);
			if (bytesRead === 0) return;
			const piece = buffer.subarray(0, bytesRead);
			count(piece);
			yield piece;
		}
	} finally {
		await file.close();
	}
}

const tooDeep = { kind: "other", looksLike: "an archive in an archive in an archive", cure: "Unpack it first." } as const;

interface Peeked {
	readonly head: Buffer;
	/** All of it, the head included. */
	readonly chunks: AsyncIterable<Buffer>;
}

/** Reads enough to recognise what it is. A pipe that says little is not waited for. */
async function peek(stream: AsyncIterable<Buffer>, count: ((chunk: Buffer) => void) | undefined): Promise<Peeked> {
	const chunks = stream[Symbol.asyncIterator]();
	const first: Buffer[] = [];
	let length = 0;
	let pending: Promise<IteratorResult<Buffer>> | undefined;
	let done = false;
	while (length < headBytes) {
		pending ??= chunks.next();
		// The next read reports a failure; until then it is ignored.
		pending.catch(() => undefined);
		const idle = length === 0 ? undefined : setTimeout(idleMs, "idle" as const, { ref: false });
		const got = await (idle === undefined ? pending : Promise.race([pending, idle]));
		if (got === "idle") break;
		pending = undefined;
		done = got.done === true;
		if (done) break;
		count?.(got.value);
		first.push(got.value);
		length += got.value.length;
	}
	async function* all(): AsyncGenerator<Buffer> {
		yield* first;
		while (!done) {
			const got = await (pending ?? chunks.next());
			pending = undefined;
			if (got.done === true) return;
			count?.(got.value);
			yield got.value;
		}
	}
	return { head: Buffer.concat(first), chunks: all() };
}

async function* decoded(chunks: AsyncIterable<Buffer>, encoding: "utf16le" | "utf16be"): AsyncGenerator<Buffer> {
	const decoder = new TextDecoder(encoding === "utf16le" ? "utf-16le" : "utf-16be");
	for await (const chunk of chunks) yield Buffer.from(decoder.decode(chunk, { stream: true }));
	yield Buffer.from(decoder.decode());
}

/** Joined files can have one mark each; the parser skips those inside. */
async function* withoutMark(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
	let first = true;
	for await (const chunk of chunks) {
		yield first && chunk.subarray(0, 3).equals(utf8Mark) ? chunk.subarray(3) : chunk;
		first = false;
	}
}

const utf8Mark = Buffer.from([0xef, 0xbb, 0xbf]);

/** Small pieces of a pipe put together, up to the size of a file's, unless nothing comes for a moment. */
async function* gathered(stream: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
	const pieces = stream[Symbol.asyncIterator]();
	let parts: Buffer[] = [];
	let length = 0;
	let next = pieces.next();
	next.catch(() => undefined);
	for (;;) {
		const idle = new AbortController();
		const pause = length === 0 ? [] : [setTimeout(idleMs, "idle" as const, { signal: idle.signal }).catch(() => "idle" as const)];
		let got: Awaited<typeof next> | "idle";
		try {
			got = await Promise.race([next, ...pause]);
		} catch (error) {
			// Data before the damage counts.
			if (length > 0) yield Buffer.concat(parts);
			throw error;
		} finally {
			idle.abort();
		}
		if (got === "idle" || got.done === true || length + got.value.length > pieceBytes) {
			if (length > 0) yield parts.length === 1 && parts[0] !== undefined ? parts[0] : Buffer.concat(parts);
			parts = [];
			length = 0;
			if (got === "idle") continue;
			if (got.done === true) return;
		}
		parts.push(got.value);
		length += got.value.length;
		next = pieces.next();
		next.catch(() => undefined);
	}
}
