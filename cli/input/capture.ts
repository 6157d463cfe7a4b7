import { Readable } from "node:stream";
import avro from "avsc";
import type { Message } from "../../lib/defender/message.ts";

/** Sequence numbers can exceed 2^53. */
const long = avro.types.LongType.__with({
	fromBuffer: (bytes: Buffer) => bytes.readBigInt64LE(),
	toBuffer: (value: bigint) => {
		const bytes = Buffer.alloc(8);
		bytes.writeBigInt64LE(value);
		return bytes;
	},
	fromJSON: BigInt,
	toJSON: String,
	isValid: (value: unknown) => typeof value === "bigint",
	compare: (a: bigint, b: bigint) => (a === b ? 0 : a < b ? -1 : 1),
});

/**
 * The messages of an Event Hub Capture file, under their sequence numbers. Rejects for a damaged file.
 * https://learn.microsoft.com/azure/event-hubs/event-hubs-capture-overview
 */
export async function* readCapture(source: string, pieces: AsyncIterable<Buffer>): AsyncGenerator<Message> {
	const decoder = new avro.streams.BlockDecoder({ parseHook: (schema) => avro.Type.forSchema(schema, { registry: { long } }) });
	// The header and every block end with the same 16 bytes; the decoder does not mind when the last block has no end.
	let marker: unknown;
	decoder.on("metadata", (_type: unknown, _codec: unknown, header: { readonly sync: unknown }) => {
		marker = header.sync;
	});
	let tail: Buffer = Buffer.alloc(0);
	const input = Readable.from(withTail(pieces, (piece) => (tail = Buffer.concat([tail, piece]).subarray(-16))));
	input.on("error", (error) => decoder.destroy(error));
	let position = 0;
	for await (const event of input.pipe(decoder) as AsyncIterable<unknown>) {
		position += 1;
		const fields: Readonly<Record<string, unknown>> = typeof event === "object" && event !== null ? { ...event } : {};
		const { SequenceNumber: number, Body: body } = fields;
		const message = typeof number === "bigint" ? Number(number) : position;
		// A file of other events than a hub's has no body, and is named as unreadable.
		yield { at: { source, message }, body: Buffer.isBuffer(body) ? body : fields };
	}
	if (!(marker instanceof Uint8Array) || !tail.equals(marker)) throw new Error("the file was cut short");
}

async function* withTail(pieces: AsyncIterable<Buffer>, look: (piece: Buffer) => void): AsyncGenerator<Buffer> {
	for await (const piece of pieces) {
		look(piece.subarray(-16));
		yield piece;
	}
}
