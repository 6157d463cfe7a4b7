import { type HubBatch, type HubReading, readHub } from "../event-hub.ts";

/** A batch, and the hub it is from. */
export interface BatchOfHub extends HubBatch {
	readonly hub: string;
}

interface Arrived {
	readonly from: AsyncGenerator<HubBatch>;
	readonly hub: string;
	readonly result: IteratorResult<HubBatch, void>;
}

/**
 * Several hubs at once, whichever has something next; each as {@link readHub} reads it. Ends when all have ended. The first
 * one that fails stops the others and rejects.
 */
export async function* readHubs(readings: readonly HubReading[], stop: AbortSignal): AsyncGenerator<BatchOfHub> {
	const own = new AbortController();
	const either = AbortSignal.any([stop, own.signal]);
	const waiting = new Map<AsyncGenerator<HubBatch>, Promise<Arrived>>();
	const ask = (from: AsyncGenerator<HubBatch>, hub: string): void => {
		waiting.set(
			from,
			from.next().then((result) => ({ from, hub, result })),
		);
	};
	for (const reading of readings) ask(readHub(reading, either), reading.connection.address.hub);
	try {
		while (waiting.size > 0) {
			const { from, hub, result } = await Promise.race(waiting.values());
			if (result.done === true) {
				waiting.delete(from);
				continue;
			}
			yield { ...result.value, hub };
			ask(from, hub);
		}
	} finally {
		own.abort();
		// Each has a client to close, and ends at the stop.
		await Promise.allSettled(waiting.values());
		await Promise.allSettled([...waiting.keys()].map((from) => from.return(undefined)));
	}
}
