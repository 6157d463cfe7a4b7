import { hubAccess } from "./hub-access.ts";
import { readHubNames } from "./hub-names.ts";
import { signIn } from "./sign-in.ts";

/** Puts one message into a hub; rejects when the hub does not take it. */
export interface HubSender {
	readonly hub: string;
	send(message: object): Promise<void>;
}

const retryOptions = { maxRetries: 0, timeoutInMs: 6_000 };

type Environment = Readonly<Record<string, string | undefined>>;

/** The hubs that the function reads, for writing to; none where the connection is not set. */
export function hubSenders(environment: Environment): readonly HubSender[] {
	const access = hubAccess(environment);
	if (access === undefined) return [];
	return readHubNames(environment["EVENTHUB_NAME"]).names.map((hub) => ({
		hub,
		async send(message) {
			// The SDK is large, and needed once a week.
			const { EventHubProducerClient: Producer } = await import("@azure/event-hubs");
			const { DefaultAzureCredential } = await import("@azure/identity");
			const credential = () => signIn(DefaultAzureCredential, environment["EventHub__clientId"]);
			const producer =
				"host" in access
					? new Producer(access.host, hub, credential(), { retryOptions })
					: new Producer(access.emulator, hub, { retryOptions });
			try {
				await producer.sendBatch([{ body: Buffer.from(JSON.stringify(message)) }]);
			} finally {
				await producer.close();
			}
		},
	}));
}
