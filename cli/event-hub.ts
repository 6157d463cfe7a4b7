import type { EventHubConsumerClient, ReceivedEventData, Subscription } from "@azure/event-hubs";
import type { Message } from "../lib/defender/message.ts";
import type { Checkpoints } from "./checkpoints.ts";
import type { HubConnection } from "./hub/connection.ts";
import { createInbox, type Inbox } from "./hub/inbox.ts";
import { planPartition, type Stretch, type Wanted } from "./hub/plan.ts";
import { hubTrouble } from "./hub/trouble.ts";

export interface HubBatch {
	/** Empty after a while without any, while it follows. */
	readonly messages: readonly Message[];
	readonly partition: string;
	/** To be called when the batch is recorded, and only then: the next run begins after it. */
	recorded(): Promise<void>;
}

export interface HubReading {
	readonly connection: HubConnection;
	readonly group: string;
	readonly wanted: Wanted;
	readonly checkpoints: Checkpoints;
	/** False for a run that records nothing. */
	readonly remember: boolean;
	/** Takes what a person must know while it reads. */
	readonly printLine: (text: string) => void;
	/** Longest wait for a message of which the hub says that it is there. */
	readonly patienceSeconds?: number;
}

interface Arrival {
	readonly partition: string;
	readonly events: readonly ReceivedEventData[];
}

// A message can have 1 MB, and as many again wait in the SDK, per partition.
const maxBatchSize = 16;

/**
 * The messages of a hub, in the order of each partition, one batch at a time. Ends when everything present at the start
 * is read; with `follow` it never ends. A stop ends it after the current batch. Rejects with a sentence for people.
 */
export async function* readHub(reading: HubReading, stop: AbortSignal): AsyncGenerator<HubBatch> {
	const { connection, group, wanted, checkpoints, remember } = reading;
	const client = connection.consumer(group);
	const inbox = createInbox<Arrival>();
	try {
		const reached = new Map([...(await checkpoints.read())].map(([partition, { sequenceNumber }]) => [partition, sequenceNumber]));
		const open = new Map<string, { readonly until: number | undefined; readonly subscription: Subscription }>();
		for (const stretch of (await inWords(reading, stop, plan(client, reading, reached, stop))) ?? []) {
			open.set(stretch.partition, { until: stretch.until, subscription: subscribe(client, stretch, inbox, reading) });
		}
		while (open.size > 0) {
			const arrival = await inWords(reading, stop, inbox.next(stop));
			if (arrival === undefined) return;
			const { partition, events } = arrival;
			const { until, subscription } = open.get(partition) ?? {};
			const newest = events.at(-1);
			if (newest === undefined) {
				if (wanted.follow) {
					yield { partition, messages: [], recorded: () => Promise.resolve() };
					continue;
				}
				throw new Error(
					`Partition ${partition} delivers nothing more, though the hub says that it goes on to message ${until}. Run it again.`,
				);
			}
			const taken = events.filter(({ sequenceNumber }) => wanted.to === undefined || sequenceNumber <= wanted.to);
			const last = taken.at(-1);
			if (last !== undefined) {
				yield {
					partition,
					messages: taken.map((event) => toMessage(connection.address.hub, partition, event)),
					async recorded() {
						// Filling a gap says nothing about the rest, and re-reading must not move the position back.
						if (!remember || wanted.from.kind === "number" || last.sequenceNumber <= (reached.get(partition) ?? -1)) return;
						const { sequenceNumber, offset, enqueuedTimeUtc } = last;
						await checkpoints.write(partition, { sequenceNumber, offset, enqueuedAt: enqueuedTimeUtc.toISOString() });
						reached.set(partition, sequenceNumber);
					},
				};
			}
			if (until !== undefined && newest.sequenceNumber >= until) {
				await subscription?.close();
				open.delete(partition);
			}
		}
	} finally {
		await client.close();
	}
}

/** Asks each partition what it holds and decides what to read of it. */
async function plan(
	client: EventHubConsumerClient,
	{ wanted, printLine }: Pick<HubReading, "wanted" | "printLine">,
	reached: Map<string, number>,
	abortSignal: AbortSignal,
): Promise<readonly Stretch[]> {
	const { from } = wanted;
	const ids = from.kind === "number" ? [from.partition] : await client.getPartitionIds({ abortSignal });
	const stretches: Stretch[] = [];
	for (const partition of ids) {
		const {
			beginningSequenceNumber,
			lastEnqueuedSequenceNumber: last,
			lastEnqueuedOnUtc,
		} = await client.getPartitionProperties(partition, { abortSignal });
		const state = { partition, beginning: beginningSequenceNumber, last, newestAt: lastEnqueuedOnUtc };
		const { stretch, warning } = planPartition(state, wanted, reached.get(partition));
		if (warning !== undefined) printLine(warning);
		// A recreated hub starts counting from zero.
		if ((reached.get(partition) ?? -1) > last) reached.delete(partition);
		if (stretch !== undefined) stretches.push(stretch);
	}
	return stretches;
}

/** Without an owner level: this reader takes no partition away from anybody. */
function subscribe(
	client: EventHubConsumerClient,
	{ partition, start }: Stretch,
	inbox: Inbox<Arrival>,
	{ wanted, printLine, patienceSeconds = 30 }: HubReading,
): Subscription {
	return client.subscribe(
		partition,
		{
			processEvents: (events) => inbox.put({ partition, events }),
			processError: (error) => {
				// `--follow` must survive these; the SDK reconnects on its own.
				if (wanted.follow && "retryable" in error && error.retryable)
					printLine(`Partition ${partition}: the connection was lost; trying again.`);
				else inbox.fail(error);
				return Promise.resolve();
			},
		},
		{ startPosition: start, skipParsingBodyAsJson: true, maxBatchSize, maxWaitTimeInSeconds: patienceSeconds },
	);
}

function toMessage(hub: string, partition: string, { body, sequenceNumber, offset, enqueuedTimeUtc }: ReceivedEventData): Message {
	return { at: { source: `${hub}/${partition}`, message: sequenceNumber, offset, enqueuedAt: enqueuedTimeUtc }, body: body as unknown };
}

/** The SDK's errors, as sentences; after a stop there is nothing to complain about. */
async function inWords<T>({ connection, group }: HubReading, stop: AbortSignal, work: Promise<T>): Promise<T | undefined> {
	try {
		return await work;
	} catch (error) {
		if (stop.aborted) return undefined;
		throw new Error(hubTrouble(error, connection.address, group));
	}
}
