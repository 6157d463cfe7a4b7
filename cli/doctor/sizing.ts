import type { EventHubConsumerClient, PartitionProperties, ReceivedEventData } from "@azure/event-hubs";
import type { AddressResult } from "../hub/address.ts";
import type { HubConnection } from "../hub/connection.ts";
import { hubWords } from "../hub/trouble.ts";
import { plan, type SizingPlan } from "../sizing/plan.ts";
import type { Result } from "./check.ts";

/** One partition, from its oldest message to its newest. */
export interface PartitionSample {
	readonly messages: number;
	readonly from: Date;
	readonly to: Date;
	/** Sizes in bytes of some of its messages. */
	readonly sizes: readonly number[];
}

const shared = "$Default";
const patienceSeconds = 10;
const sample = 20;
/** A rate from less than this says little. */
const leastMs = 10 * 60_000;
const why = "A hub that is too small throttles, and then the export is late; one that is too large costs money each hour.";

/** What the hubs' own rates need and cost, all together: they share the units of one namespace. */
export async function checkSizing(
	hubs: AddressResult,
	connect: (address: HubConnection["address"]) => Promise<HubConnection>,
): Promise<Result> {
	if (!hubs.ok) return { check: "sizing", verdict: "skipped", says: "Not looked at: the hub is not known." };
	const spans: PartitionSample[] = [];
	let partitions = 0;
	for (const address of hubs.addresses) {
		const connection = await connect(address);
		const client = connection.consumer(shared);
		try {
			const ids = await client.getPartitionIds();
			partitions += ids.length;
			for (const id of ids) {
				const span = await readSpan(client, await client.getPartitionProperties(id));
				if (span !== undefined) spans.push(span);
			}
		} catch (error) {
			const { says, fix } = hubWords(error, address, shared);
			return { check: "sizing", verdict: "failure", why, says, fix };
		} finally {
			await client.close();
		}
	}
	return sizingOf(spans, partitions);
}

/** The sentence, from what the partitions hold. Rates of partitions add up; each has its own time. */
export function sizingOf(spans: readonly PartitionSample[], partitions: number): Result {
	const long = spans.filter(({ from, to }) => to.getTime() - from.getTime() >= leastMs);
	const sizes = long.flatMap((span) => span.sizes);
	if (sizes.length === 0)
		return { check: "sizing", verdict: "skipped", says: "Too little data yet: the hub needs ten minutes of messages for a rate." };
	const messagesASecond = long.reduce((sum, { messages, from, to }) => sum + messages / ((to.getTime() - from.getTime()) / 1000), 0);
	const kilobytesAMessage = sizes.reduce((sum, size) => sum + size, 0) / sizes.length / 1000;
	const needs = plan({ gigabytesAMonth: (messagesASecond * kilobytesAMessage * 730 * 3600) / 1e6, kilobytesAMessage });
	const says = `${words(messagesASecond, kilobytesAMessage, needs)} The hub has ${partitions} partitions.`;
	if (partitions >= needs.throughputUnits) return { check: "sizing", verdict: "ok", says };
	return {
		check: "sizing",
		verdict: "warning",
		says,
		why,
		fix: `Make a hub with ${needs.partitions} partitions and move the export to it: the number cannot be changed (docs/sizing.md).`,
	};
}

function words(
	messagesASecond: number,
	kilobytesAMessage: number,
	{ megabytesASecond, throughputUnits, partitions, dollars }: SizingPlan,
): string {
	const terabytes = (megabytesASecond * 730 * 3600) / 1e6;
	return [
		`${messagesASecond.toFixed(1)} messages a second of ${Math.round(kilobytesAMessage)} KB: ${terabytes.toFixed(2)} TB a month.`,
		`That needs ${throughputUnits} throughput ${throughputUnits === 1 ? "unit" : "units"} in busy minutes, and ${partitions} partitions with room to grow;`,
		`about ${Math.round(dollars.fast)} dollars a month with fast, ${Math.round(dollars.frugal)} with frugal (list prices of November 2026).`,
	].join(" ");
}

async function readSpan(client: EventHubConsumerClient, properties: PartitionProperties): Promise<PartitionSample | undefined> {
	if (properties.isEmpty) return undefined;
	const events = await readOldest(client, properties.partitionId);
	const [oldest] = events;
	if (oldest === undefined) return undefined;
	return {
		messages: properties.lastEnqueuedSequenceNumber - oldest.sequenceNumber + 1,
		from: oldest.enqueuedTimeUtc,
		to: properties.lastEnqueuedOnUtc,
		sizes: events.map(({ body }) => (Buffer.isBuffer(body) ? body.length : 0)),
	};
}

async function readOldest(client: EventHubConsumerClient, partitionId: string): Promise<readonly ReceivedEventData[]> {
	const { promise, resolve, reject } = Promise.withResolvers<readonly ReceivedEventData[]>();
	const subscription = client.subscribe(
		partitionId,
		{ processEvents: async (events) => resolve(events), processError: async (error) => reject(error) },
		{ startPosition: { offset: "-1" }, skipParsingBodyAsJson: true, maxBatchSize: sample, maxWaitTimeInSeconds: patienceSeconds },
	);
	try {
		return await promise;
	} finally {
		await subscription.close();
	}
}
