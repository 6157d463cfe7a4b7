/** Where a message came from, exactly enough to fetch it again. */
export interface Coordinates {
	/** `<hub>/<partition>`, or the path of a file (`-` for standard input). */
	readonly source: string;
	/** Sequence number in the partition, or line number in the file (from 1). */
	readonly message: number;
	/** When only this record of it is looked at. */
	readonly record?: number;
	/** The hub's own offset, as text because it can exceed 2^53. */
	readonly offset?: string;
	readonly enqueuedAt?: Date;
}

/** One Event Hub event, or one line of an exported file. */
export interface Message {
	readonly at: Coordinates;
	/** Bytes in normal operation; anything else is what a worker has parsed already. */
	readonly body: unknown;
}
