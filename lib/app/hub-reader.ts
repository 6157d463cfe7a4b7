import type { EventHubConsumerClient } from "@azure/event-hubs";
import type { HubFacts } from "../watch/stream-look.ts";
import { within } from "./deadline.ts";
import { readHubNames } from "./hub-names.ts";

/** Asks a hub what it holds; rejects when it does not answer in time. */
export interface HubReader {
	readonly hub: string;
	facts(): Promise<HubFacts>;
}

const answerMs = 5_000;
const deadlineMs = 8_000;
const retryOptions = { maxRetries: 0, timeoutInMs: answerMs };

type Environment = Readonly<Record<string, string | undefined>>;

/** The hubs that the function reads, as the trigger's own settings name them; none where those are not set. */
export function hubReaders(environment: Environment): readonly HubReader[] {
	const group = environment["EVENTHUB_CONSUMER_GROUP"] || "$Default";
	if (!environment["EventHub__fullyQualifiedNamespace"] && !environment["EventHub"]) return [];
	return readHubNames(environment["EVENTHUB_NAME"]).names.map((hub) => {
		let client: EventHubConsumerClient | undefined;
		return {
			hub,
			async facts() {
				try {
					return await within(deadlineMs, "asking the hub", ask());
				} catch (error) {
					// A connection that failed once is not trusted again.
					const broken = client;
					client = undefined;
					void broken?.close().catch(() => undefined);
					throw error;
				}
			},
		};
		async function ask(): Promise<HubFacts> {
			client ??= await connect(environment, group, hub);
			const { createdOn, partitionIds } = await client.getEventHubProperties();
			const asked = client;
			const partitions = await Promise.all(partitionIds.map((id) => asked.getPartitionProperties(id)));
			return {
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

/** Loads the SDK only now: it is large, and the functions that read and answer do not need it. */
async function connect(environment: Environment, group: string, hub: string): Promise<EventHubConsumerClient> {
	const { EventHubConsumerClient: Consumer } = await import("@azure/event-hubs");
	const host = environment["EventHub__fullyQualifiedNamespace"];
	if (!host) return new Consumer(group, environment["EventHub"] ?? "", hub, { retryOptions });
	const { DefaultAzureCredential } = await import("@azure/identity");
	const clientId = environment["EventHub__clientId"];
	const credential = new DefaultAzureCredential(clientId ? { managedIdentityClientId: clientId } : {});
	return new Consumer(group, host, hub, credential, { retryOptions });
}
