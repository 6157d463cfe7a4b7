import type { EventHubConsumerClient, EventPosition, PartitionProperties, ReceivedEventData } from "@azure/event-hubs";

const patienceSeconds = 10;

/**
 * The newest message of a partition, read through `client`'s group without disturbing other readers; `undefined` if
 * none arrived. Rejects with the reader's error, which shows whether the group can be used at all.
 */
export async function readNewest(
	client: EventHubConsumerClient,
	{ partitionId, beginningSequenceNumber, lastEnqueuedSequenceNumber: last, isEmpty }: PartitionProperties,
): Promise<ReceivedEventData | undefined> {
	const start: EventPosition = last <= beginningSequenceNumber ? { offset: "-1" } : { sequenceNumber: last - 1, isInclusive: false };
	const { promise, resolve, reject } = Promise.withResolvers<ReceivedEventData | undefined>();
	const subscription = client.subscribe(
		partitionId,
		{
			processEvents: async (events) => resolve(events[0]),
			processError: async (error) => reject(error),
		},
		// An empty partition is only opened, to see that the group exists.
		{ startPosition: start, skipParsingBodyAsJson: true, maxWaitTimeInSeconds: isEmpty ? 2 : patienceSeconds },
	);
	try {
		return await promise;
	} finally {
		await subscription.close();
	}
}
