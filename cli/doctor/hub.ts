import type { EventHubConsumerClient, PartitionProperties } from "@azure/event-hubs";
import type { HubAddress } from "../hub/address.ts";
import type { HubConnection } from "../hub/connection.ts";
import { nameText } from "../hub/name-text.ts";
import { hubWords, troubleOf } from "../hub/trouble.ts";
import { type Result, sentence } from "./check.ts";
import { checkShape } from "./message-shape.ts";
import { readNewest } from "./newest.ts";

export interface HubCheck {
	readonly address: HubAddress;
	readonly connect: (address: HubAddress) => Promise<HubConnection>;
	/** EVENTHUB_CONSUMER_GROUP; empty when it is not set. */
	readonly group: string;
	readonly clock: () => Date;
}

const shared = "$Default";
export const why = "Tunnelwatch learns of events only from this hub.";

/** Hub, events, the function's consumer group, and one message. */
export async function checkHub({ address, connect, group, clock }: HubCheck): Promise<readonly Result[]> {
	const connection = await connect(address);
	const client = connection.consumer(shared);
	try {
		const partitions = await partitionsOf(client);
		const hub: Result = {
			check: "hub",
			verdict: "ok",
			says: `${nameText(connection.address.hub)} answers; it has ${partitions.length} partitions.`,
		};
		return [hub, checkEvents(partitions, clock()), ...(await checkGroup(connection, group, partitions))];
	} catch (error) {
		return [
			{ check: "hub", verdict: "failure", why, ...capitalised(hubWords(error, connection.address, shared)) },
			...skipped("events", "group", "message"),
		];
	} finally {
		await client.close();
	}
}

async function partitionsOf(client: EventHubConsumerClient): Promise<readonly PartitionProperties[]> {
	const properties: PartitionProperties[] = [];
	for (const id of await client.getPartitionIds()) properties.push(await client.getPartitionProperties(id));
	return properties;
}

const hourMs = 3_600_000;

/** Is the export alive? By the newest message of all partitions. */
export function checkEvents(partitions: readonly Pick<PartitionProperties, "isEmpty" | "lastEnqueuedOnUtc">[], now: Date): Result {
	const newest = Math.max(...partitions.filter(({ isEmpty }) => !isEmpty).map(({ lastEnqueuedOnUtc }) => lastEnqueuedOnUtc.getTime()));
	if (!Number.isFinite(newest)) {
		return {
			check: "events",
			verdict: "warning",
			says: "The hub holds no message.",
			why: "Either the export was never switched on, or it has been silent for longer than the hub keeps messages.",
			fix: "Switch it on in the Defender portal (Settings > Microsoft Defender XDR > Streaming API); the first data can take hours.",
		};
	}
	const ageMs = Math.max(0, now.getTime() - newest);
	const says = `The newest message is ${age(ageMs)} old.`;
	if (ageMs <= hourMs) return { check: "events", verdict: "ok", says };
	return {
		check: "events",
		verdict: ageMs > 24 * hourMs ? "failure" : "warning",
		says,
		why: "An export that has stopped looks exactly like a quiet network.",
		fix: "Check in the Defender portal (Settings > Microsoft Defender XDR > Streaming API) that the export still exists, and look at the namespace's metric Incoming Messages.",
	};
}

function age(ms: number): string {
	if (ms < 120_000) return `${Math.round(ms / 1_000)} s`;
	return ms < 2 * hourMs ? `${Math.round(ms / 60_000)} min` : `${Math.round(ms / hourMs)} h`;
}

/** Opens the group as a guest: who reads exclusively with it, as the function does, is not disturbed. */
async function checkGroup(
	connection: HubConnection,
	group: string,
	partitions: readonly PartitionProperties[],
): Promise<readonly Result[]> {
	const newest =
		partitions.toSorted((a, b) => b.lastEnqueuedOnUtc.getTime() - a.lastEnqueuedOnUtc.getTime()).find(({ isEmpty }) => !isEmpty) ??
		partitions[0];
	if (newest === undefined) return skipped("group", "message");
	const fix = "Create a consumer group for the function alone, and set EVENTHUB_CONSUMER_GROUP to its name.";
	if (group === "") {
		return [
			{
				check: "group",
				verdict: "failure",
				says: "EVENTHUB_CONSUMER_GROUP is not set.",
				why: "The function cannot start reading without it.",
				fix,
			},
			await readShape(connection, shared, newest),
		];
	}
	const messageOf = async (reader: string) => readShape(connection, reader, newest);
	const own: Result =
		group === shared
			? {
					check: "group",
					verdict: "warning",
					says: "EVENTHUB_CONSUMER_GROUP is the group that everybody uses.",
					why: "Any other reader can throw the function out, and five readers are the most.",
					fix,
				}
			: { check: "group", verdict: "ok", says: `Consumer group ${nameText(group)} can be read.` };
	const client = connection.consumer(group);
	try {
		const event = await readNewest(client, newest);
		return [own, event === undefined ? nothingToSee : checkShape(event.body)];
	} catch (error) {
		if (troubleOf(error) !== "taken-over") {
			return [
				{ check: "group", verdict: "failure", why, ...capitalised(hubWords(error, connection.address, group)) },
				await messageOf(shared),
			];
		}
		const held: Result = {
			check: "group",
			verdict: "ok",
			says: `Consumer group ${nameText(group)} is being read, as by a running function.`,
		};
		return [group === shared ? own : held, group === shared ? nothingToSee : await messageOf(shared)];
	} finally {
		await client.close();
	}
}

const nothingToSee: Result = { check: "message", verdict: "skipped", says: "No message to look at." };

async function readShape(connection: HubConnection, group: string, partition: PartitionProperties): Promise<Result> {
	if (partition.isEmpty) return nothingToSee;
	const client = connection.consumer(group);
	try {
		const event = await readNewest(client, partition);
		return event === undefined ? nothingToSee : checkShape(event.body);
	} catch (error) {
		return { check: "message", verdict: "skipped", says: `${hubWords(error, connection.address, group).says}.` };
	} finally {
		await client.close();
	}
}

/** Results for checks that need the hub, when the hub itself could not be reached. */
export function skipped(...checks: readonly string[]): readonly Result[] {
	return checks.map((check) => ({ check, verdict: "skipped", says: "Not looked at: the hub comes first." }));
}

function capitalised({ says, fix }: ReturnType<typeof hubWords>): { readonly says: string; readonly fix: string } {
	return { says: sentence(says), fix: fix.charAt(0).toUpperCase() + fix.slice(1) };
}
