import type { Message } from "rhea";
import rhea from "rhea";
import type { Partition, StoredEvent } from "./partition.ts";

type Fields = Readonly<Record<string, unknown>>;

export interface Sent {
	readonly messages: readonly Fields[];
	readonly partitionKey: string | undefined;
}

/** One delivery from a producer → its messages. A batch is an outer message whose data sections are encoded messages. */
export function decodeSent(delivered: Message | Buffer): Sent {
	if (!Buffer.isBuffer(delivered)) return { messages: [fields(delivered)], partitionKey: partitionKeyOf(delivered) };
	const outer = rhea.message.decode(delivered);
	const content: unknown = fields(outer["body"])["content"];
	const sections = (Array.isArray(content) ? content : [content]).filter((section) => Buffer.isBuffer(section));
	return { messages: sections.map((section) => fields(rhea.message.decode(section))), partitionKey: partitionKeyOf(outer) };
}

/** A body as the hub would hold it if somebody had sent it. */
export function asSent(body: Uint8Array): Fields {
	return { body: rhea.message.data_section(Buffer.from(body)) };
}

/** What a reader gets: the message as it was sent, with the hub's annotations. */
export function encodeStored({ message, sequenceNumber, offset, enqueuedAt, partitionKey }: StoredEvent): Buffer {
	return rhea.message.encode({
		...message,
		message_annotations: {
			...fields(message["message_annotations"]),
			"x-opt-sequence-number": rhea.types.wrap_long(sequenceNumber),
			"x-opt-offset": offset,
			"x-opt-enqueued-time": rhea.types.wrap_timestamp(enqueuedAt.getTime()),
			...(partitionKey === undefined ? {} : { "x-opt-partition-key": partitionKey }),
		},
	});
}

export function hubInformation(name: string, partitionCount: number): Fields {
	const ids = Array.from({ length: partitionCount }, (_, id) => String(id));
	return {
		name,
		type: "com.microsoft:eventhub",
		created_at: new Date("2026-11-01T00:00:00Z"),
		partition_count: partitionCount,
		partition_ids: rhea.types.wrap_array(ids, 0xa1, undefined),
		georeplication_factor: 1,
	};
}

export function partitionInformation(name: string, id: string, partition: Partition): Fields {
	const newest = partition.events().at(-1);
	return {
		name,
		type: "com.microsoft:partition",
		partition: id,
		begin_sequence_number: rhea.types.wrap_long(partition.beginning()),
		last_enqueued_sequence_number: rhea.types.wrap_long(partition.last()),
		last_enqueued_offset: newest?.offset ?? "-1",
		last_enqueued_time_utc: newest?.enqueuedAt ?? new Date(0),
		is_partition_empty: newest === undefined,
	};
}

/** The selector string of an attach's source filter. */
export function selectorOf(source: unknown): string {
	const described = fields(fields(source)["filter"])["apache.org:selector-filter:string"];
	const value: unknown = fields(described)["value"] ?? described;
	return typeof value === "string" ? value : "";
}

function partitionKeyOf(message: unknown): string | undefined {
	const key = fields(fields(message)["message_annotations"])["x-opt-partition-key"];
	return typeof key === "string" ? key : undefined;
}

export function fields(value: unknown): Fields {
	return typeof value === "object" && value !== null ? (value as Fields) : {};
}
