import {
	EventHubConsumerClient,
	EventHubProducerClient,
	type EventPosition,
	earliestEventPosition,
	latestEventPosition,
	type ReceivedEventData,
} from "@azure/event-hubs";
import { expect, onTestFinished, test } from "vitest";
import { type Broker, startBroker } from "./broker.ts";
import type { HubOptions } from "./hub.ts";

const once = { retryOptions: { maxRetries: 0, timeoutInMs: 60_000 } };

async function broker(options: Partial<HubOptions> = {}): Promise<Broker> {
	const started = await startBroker({ hub: "defender", ...options });
	onTestFinished(() => started.close());
	return started;
}

function producer({ connectionString }: Broker, hub = "defender"): EventHubProducerClient {
	const client = new EventHubProducerClient(connectionString, hub, once);
	onTestFinished(() => client.close());
	return client;
}

function consumer({ connectionString }: Broker, group = "$Default", hub = "defender"): EventHubConsumerClient {
	const client = new EventHubConsumerClient(group, connectionString, hub, once);
	onTestFinished(() => client.close());
	return client;
}

interface Reading {
	readonly position: EventPosition;
	readonly ownerLevel?: number;
	readonly prefetchCount?: number;
}

/** The first `count` events of partition 0 from a position; rejects with the reader's error. */
function read(client: EventHubConsumerClient, count: number, { position, ...options }: Reading): Promise<readonly ReceivedEventData[]> {
	const events: ReceivedEventData[] = [];
	return new Promise((resolve, reject) => {
		client.subscribe(
			"0",
			{
				processEvents: async (received) => {
					events.push(...received);
					if (events.length >= count) resolve(events);
				},
				processError: async (error) => reject(error),
			},
			{ startPosition: position, skipParsingBodyAsJson: true, maxWaitTimeInSeconds: 1, maxBatchSize: 100, ...options },
		);
	});
}

test("what a producer sends in a batch comes back byte for byte, with number, offset, time and key", async () => {
	const hub = await broker({ partitions: 1, now: () => new Date("2026-11-21T19:36:04.008Z") });
	const client = producer(hub);
	const batch = await client.createBatch({ partitionKey: "devices" });
	expect(batch.maxSizeInBytes).toBe(1_048_576);
	for (const body of [Buffer.from('{"records":[]}'), Buffer.from([0xff, 0x00, 0x31])]) expect(batch.tryAdd({ body })).toBe(true);
	await client.sendBatch(batch);

	const [first, second] = await read(consumer(hub), 2, { position: earliestEventPosition });
	expect(first?.body).toEqual(Buffer.from('{"records":[]}'));
	expect(second?.body).toEqual(Buffer.from([0xff, 0x00, 0x31]));
	expect(second).toMatchObject({
		sequenceNumber: 1,
		offset: "9007199254745089",
		enqueuedTimeUtc: new Date("2026-11-21T19:36:04.008Z"),
		partitionKey: "devices",
	});
});

test("a single message is kept too, and goes to the partition that was asked for", async () => {
	const hub = await broker({ partitions: 3 });
	await producer(hub).sendBatch([{ body: Buffer.from("only one") }], { partitionId: "2" });
	expect([hub.bodies("0"), hub.bodies("1"), hub.bodies("2")]).toEqual([[], [], ["only one"]]);
});

test("batches without a partition take turns", async () => {
	const hub = await broker();
	const client = producer(hub);
	for (const body of ["a", "b", "c"]) await client.sendBatch([{ body: Buffer.from(body) }]);
	expect([hub.bodies("0"), hub.bodies("1")]).toEqual([["a", "c"], ["b"]]);
});

test("hub and partitions can be asked what they hold", async () => {
	const hub = await broker();
	hub.put("1", "a", new Date("2026-11-21T10:00:00Z"));
	hub.put("1", "b", new Date("2026-11-21T11:00:00Z"));
	hub.expire("1", 1);
	const client = consumer(hub);
	expect(await client.getEventHubProperties()).toMatchObject({ name: "defender", partitionIds: ["0", "1"] });
	expect(await client.getPartitionProperties("0")).toMatchObject({
		isEmpty: true,
		beginningSequenceNumber: 0,
		lastEnqueuedSequenceNumber: -1,
	});
	expect(await client.getPartitionProperties("1")).toMatchObject({
		isEmpty: false,
		beginningSequenceNumber: 1,
		lastEnqueuedSequenceNumber: 1,
		lastEnqueuedOnUtc: new Date("2026-11-21T11:00:00Z"),
	});
});

test.each<[string, EventPosition, string]>([
	["a sequence number, exclusive", { sequenceNumber: 1 }, "c"],
	["a sequence number, inclusive", { sequenceNumber: 1, isInclusive: true }, "b"],
	["an offset, exclusive", { offset: "9007199254740993" }, "b"],
	["a time", { enqueuedOn: new Date("2026-11-21T10:00:00Z") }, "b"],
	["the end", latestEventPosition, "later"],
])("reading starts at %s", async (_, position, expected) => {
	const hub = await broker();
	hub.put("0", "a", new Date("2026-11-21T10:00:00Z"));
	hub.put("0", "b", new Date("2026-11-21T10:00:01Z"));
	hub.put("0", "c", new Date("2026-11-21T10:00:02Z"));
	const client = consumer(hub);
	const reading = read(client, 1, { position });
	// The end is where the hub is when the reader arrives; the properties come after it on the same connection.
	if (expected === "later") await hub.reader();
	hub.put("0", "later");
	expect(String((await reading)[0]?.body)).toBe(expected);
});

test("a thousand events come in order, no matter how little credit the reader gives", async () => {
	const hub = await broker({ partitions: 1 });
	for (let n = 0; n < 1_000; n++) hub.put("0", String(n));
	const events = await read(consumer(hub), 1_000, { position: earliestEventPosition, prefetchCount: 7 });
	expect(events.map(({ body }) => Number(String(body)))).toEqual(Array.from({ length: 1_000 }, (_, n) => n));
});

test("a reader with a higher owner level takes the partition; one without a level is refused then", async () => {
	const hub = await broker();
	const first = expect(read(consumer(hub), 1, { position: earliestEventPosition })).rejects.toMatchObject({
		code: "ReceiverDisconnectedError",
	});
	await hub.reader();
	const owner = read(consumer(hub), 1, { position: earliestEventPosition, ownerLevel: 1 });
	await first;
	await expect(read(consumer(hub), 1, { position: earliestEventPosition })).rejects.toMatchObject({ code: "ReceiverDisconnectedError" });
	hub.put("0", "for the owner");
	expect(String((await owner)[0]?.body)).toBe("for the owner");
});

test("names that do not exist and rights that are missing are refused with the hub's own words", async () => {
	const hub = await broker();
	const notFound = { code: "MessagingEntityNotFoundError" };
	await expect(consumer(hub, "$Default", "other").getEventHubProperties()).rejects.toMatchObject(notFound);
	await expect(producer(hub, "other").sendBatch([{ body: "x" }])).rejects.toMatchObject(notFound);
	await expect(read(consumer(hub, "nobody"), 1, { position: earliestEventPosition })).rejects.toMatchObject(notFound);
	await expect(consumer(hub).getPartitionProperties("9")).rejects.toMatchObject({ code: "ArgumentOutOfRangeError" });

	const closed = await broker({ denied: ["Listen", "Send"] });
	const unauthorized = { code: "UnauthorizedError" };
	await expect(consumer(closed).getEventHubProperties()).rejects.toMatchObject(unauthorized);
	await expect(producer(closed).sendBatch([{ body: "x" }])).rejects.toMatchObject(unauthorized);
	await expect(read(consumer(closed), 1, { position: earliestEventPosition })).rejects.toMatchObject(unauthorized);
});
