import type { EventHubConsumerClient } from "@azure/event-hubs";
import type { TokenCredential } from "@azure/identity";
import type { Message } from "../defender/message.ts";
import type { Interval } from "../watch/intervals.ts";
import type { HubFacts } from "../watch/stream-look.ts";
import { within } from "./deadline.ts";
import { createHostCheckpoints } from "./host-checkpoints.ts";
import { type HubAccess, hubAccess } from "./hub-access.ts";
import { readHubNames } from "./hub-names.ts";
import { type RangeLimits, readRange } from "./read-range.ts";
import { signIn } from "./sign-in.ts";

/** One hub, as the timer asks and reads it. */
export interface HubReader {
	readonly hub: string;
	/** What it holds, and how far the host has passed; rejects when it does not answer in time. */
	facts(): Promise<HubFacts>;
	/** Messages from one number to another, in the consumer group that is kept for this. Rejects with what the hub answers. */
	readAgain(
		partition: string,
		interval: Interval,
		limits: RangeLimits,
		take: (messages: readonly Message[]) => Promise<void>,
	): Promise<void>;
}

const answerMs = 5_000;
const deadlineMs = 8_000;
const retryOptions = { maxRetries: 0, timeoutInMs: answerMs };

type Environment = Readonly<Record<string, string | undefined>>;

/** The hubs that the function reads, as the trigger's own settings name them; none where those are not set. */
export function hubReaders(environment: Environment): readonly HubReader[] {
	const group = environment["EVENTHUB_CONSUMER_GROUP"] || "$Default";
	const access = hubAccess(environment);
	if (access === undefined) return [];
	return readHubNames(environment["EVENTHUB_NAME"]).names.map((hub) => {
		let client: EventHubConsumerClient | undefined;
		const checkpoints = hostCheckpoints(environment, access, group, hub);
		return {
			hub,
			async readAgain(partition, interval, limits, take) {
				const second = await connect(environment, access, secondGroup(group), hub);
				try {
					await readRange(second, { source: `${hub}/${partition}`, partition }, interval, limits, take);
				} finally {
					void second.close().catch(() => undefined);
				}
			},
			async facts() {
				try {
					return await within(deadlineMs, "asking the hub", ask(access));
				} catch (error) {
					// A connection that failed once is not trusted again.
					const broken = client;
					client = undefined;
					void broken?.close().catch(() => undefined);
					throw error;
				}
			},
		};
		async function ask(access: HubAccess): Promise<HubFacts> {
			client ??= await connect(environment, access, group, hub);
			const { createdOn, partitionIds } = await client.getEventHubProperties();
			const asked = client;
			const [partitions, passed] = await Promise.all([
				Promise.all(partitionIds.map((id) => asked.getPartitionProperties(id))),
				checkpoints?.(createdOn),
			]);
			return {
				checkpoints: passed,
				name: hub,
				createdAt: createdOn,
				partitions: partitions.map(({ partitionId, beginningSequenceNumber, lastEnqueuedSequenceNumber }) => ({
					id: partitionId,
					begin: Math.max(0, beginningSequenceNumber),
					last: lastEnqueuedSequenceNumber,
				})),
			};
		}
	});
}

/** Beside the trigger's own group: there, its exclusive readers would throw this one out. The template creates it. */
function secondGroup(group: string): string {
	return `${group}-again`;
}

/** `undefined`: the host keeps its checkpoints where only a key opens, as on a person's machine. */
function hostCheckpoints(environment: Environment, access: HubAccess, group: string, hub: string) {
	const account = environment["AzureWebJobsStorage__accountName"];
	const blobs = environment["AzureWebJobsStorage__blobServiceUri"] || (account ? `https://${account}.blob.core.windows.net` : "");
	if (!blobs.startsWith("https://") || !("host" in access)) return undefined;
	const clientId = environment["AzureWebJobsStorage__clientId"];
	let credential: TokenCredential | undefined;
	const getToken = async (abortSignal: AbortSignal): Promise<string> => {
		const { DefaultAzureCredential } = await import("@azure/identity");
		credential ??= signIn(DefaultAzureCredential, clientId);
		const token = await credential.getToken("https://storage.azure.com/.default", { abortSignal });
		if (token === null) throw new Error("no token for the storage account");
		return token.token;
	};
	return createHostCheckpoints({ blobs, namespace: access.host, hub, group, getToken, timeoutMs: answerMs });
}

/** Loads the SDK only now: it is large, and the functions that read and answer do not need it. */
async function connect(environment: Environment, access: HubAccess, group: string, hub: string): Promise<EventHubConsumerClient> {
	const { EventHubConsumerClient: Consumer } = await import("@azure/event-hubs");
	if ("emulator" in access) return new Consumer(group, access.emulator, hub, { retryOptions });
	const { DefaultAzureCredential } = await import("@azure/identity");
	return new Consumer(group, access.host, hub, signIn(DefaultAzureCredential, environment["EventHub__clientId"]), { retryOptions });
}
