import type { EventHubConsumerClient, ReceivedEventData } from "@azure/event-hubs";
import type { Message } from "../defender/message.ts";
import type { Interval } from "../watch/intervals.ts";

export interface RangeLimits {
	/** Nothing is begun after this long. */
	readonly ms: number;
	readonly bytes: number;
}

/** Messages held at once; each can have 1 MB. */
const maxBatchSize = 16;
/** So long the hub may take for a message of which it says that it is there. */
const patienceSeconds = 5;

/**
 * Reads the messages of one partition from one number to another, in order, a few at a time. Ends after the last one,
 * when the hub delivers nothing more, or at a limit; the next call continues there. Rejects with the hub's error or
 * with that of `take`.
 * @param client of a consumer group in which nobody else reads; otherwise it would throw out the trigger's readers.
 */
export async function readRange(
	client: EventHubConsumerClient,
	{ source, partition }: { readonly source: string; readonly partition: string },
	{ from, to }: Interval,
	limits: RangeLimits,
	take: (messages: readonly Message[]) => Promise<void>,
): Promise<void> {
	const ends = performance.now() + limits.ms;
	let bytes = 0;
	const { promise, resolve, reject } = Promise.withResolvers<void>();
	const subscription = client.subscribe(
		partition,
		{
			async processEvents(events) {
				const wanted = events.filter(({ sequenceNumber }) => sequenceNumber >= from && sequenceNumber <= to);
				try {
					if (wanted.length > 0) await take(wanted.map((event) => messageOf(source, event)));
				} catch (error) {
					reject(error);
					return;
				}
				bytes += wanted.reduce((sum, { body }) => sum + (body instanceof Uint8Array ? body.length : 0), 0);
				const newest = events.at(-1)?.sequenceNumber;
				if (newest === undefined || newest >= to || bytes >= limits.bytes || performance.now() >= ends) resolve();
			},
			processError(error) {
				reject(error);
				return Promise.resolve();
			},
		},
		{
			// A hub refuses "from number n on" when n does not exist yet; "after n − 1" it accepts.
			startPosition: from === 0 ? { offset: "-1" } : { sequenceNumber: from - 1, isInclusive: false },
			skipParsingBodyAsJson: true,
			maxBatchSize,
			prefetchCount: maxBatchSize,
			maxWaitTimeInSeconds: patienceSeconds,
		},
	);
	try {
		await promise;
	} finally {
		// Its answer changes nothing, and it may be the part that hangs.
		void subscription.close().catch(() => undefined);
	}
}

function messageOf(source: string, { body, sequenceNumber, offset, enqueuedTimeUtc }: ReceivedEventData): Message {
	return { at: { source, message: sequenceNumber, offset, enqueuedAt: enqueuedTimeUtc }, body: body as unknown };
}
