import type { EventHubConsumerClient, EventHubProducerClient } from "@azure/event-hubs";
import { signIn } from "../../lib/app/sign-in.ts";
import type { HubAddress } from "./address.ts";
import "./no-delay.ts";

export interface HubConnection {
	readonly address: HubAddress;
	consumer(group: string): EventHubConsumerClient;
	/** Tries once; whoever sends decides what is worth another try. */
	producer(): EventHubProducerClient;
}

// The SDK's own defaults wait half a minute between tries, and a minute for each: a wrong name would look like a hang.
const retryOptions = { maxRetries: 2, retryDelayInMs: 1_000, maxRetryDelayInMs: 5_000, timeoutInMs: 15_000 };
const once = { ...retryOptions, maxRetries: 0 };

/** Loads the SDK only now: it is the slowest of all modules, and reading files does not need it. */
export async function connectHub(address: HubAddress): Promise<HubConnection> {
	const { EventHubConsumerClient: Consumer, EventHubProducerClient: Producer } = await import("@azure/event-hubs");
	const { host, hub, emulator } = address;
	if (emulator !== undefined) {
		return {
			address,
			consumer: (group) => new Consumer(group, emulator, hub, { retryOptions }),
			producer: () => new Producer(emulator, hub, { retryOptions: once }),
		};
	}
	const { DefaultAzureCredential } = await import("@azure/identity");
	const credential = signIn(DefaultAzureCredential);
	return {
		address,
		consumer: (group) => new Consumer(group, host, hub, credential, { retryOptions }),
		producer: () => new Producer(host, hub, credential, { retryOptions: once }),
	};
}
