import { setTimeout as sleep } from "node:timers/promises";
import type { Random } from "../bench/random.ts";
import type { TriggerData } from "../functions/core.ts";
import type { Staff } from "./staff.ts";
import type { StoryMessage, StoryRecord } from "./story.ts";

/** What the host of the Event Hub trigger does: a batch is done when a process says so, and until then it comes again. */
export interface Hub {
	/** So many messages have arrived by now. */
	arrive(count: number): void;
	/** Resolves when everything has arrived and is done. */
	readonly finished: Promise<void>;
	readonly counts: () => { readonly batches: number; readonly redeliveries: number; readonly done: number };
	/** Why batches failed, other than by a death. */
	readonly rejections: readonly string[];
}

export interface HubOptions {
	readonly messages: readonly StoryMessage[];
	readonly staff: Staff;
	readonly random: Random;
	/** Told right after a batch was acknowledged. */
	readonly acknowledged: (records: readonly StoryRecord[]) => Promise<void>;
}

export interface Event {
	readonly sequenceNumber: number;
	readonly message: StoryMessage;
}

const partitions = 4;
const pauseMs = 20;

export function openHub(options: HubOptions): Hub {
	const { messages, random } = options;
	const queues = Array.from({ length: partitions }, (): Event[] => []);
	const counts = { batches: 0, redeliveries: 0, done: 0 };
	const rejections: string[] = [];
	let arrived = 0;

	const serve = async (queue: Event[], partition: number): Promise<void> => {
		const past: Event[] = [];
		while (arrived < messages.length || queue.length > 0) {
			const batch = queue.splice(0, 1 + random.below(3));
			if (batch.length === 0) {
				await sleep(pauseMs);
				continue;
			}
			// Ownership of a partition moves, and the new owner begins a little earlier.
			const again = past.length > 0 && random.chance(0.15) ? past.slice(-1 - random.below(6)) : [];
			counts.batches += 1;
			await untilDone(options, [...again, ...batch], partition, counts, rejections);
			past.push(...batch);
		}
	};
	const finished = Promise.all(queues.map(serve)).then(() => undefined);
	return {
		arrive(count) {
			for (; arrived < Math.min(count, messages.length); arrived++) {
				const queue = queues[random.below(partitions)];
				const message = messages[arrived];
				if (message !== undefined) queue?.push({ sequenceNumber: arrived, message });
			}
		},
		finished,
		counts: () => ({ ...counts }),
		rejections,
	};
}

async function untilDone(
	{ staff, random, acknowledged }: HubOptions,
	batch: readonly Event[],
	partition: number,
	counts: { redeliveries: number; done: number },
	rejections: string[],
): Promise<void> {
	const trigger = asTrigger(batch, partition);
	for (let attempt = 0; ; attempt++) {
		const ready = staff.ready();
		const first = ready.length === 0 ? undefined : random.pick(ready);
		if (first === undefined) {
			await sleep(pauseMs);
			continue;
		}
		if (attempt > 0) counts.redeliveries += 1;
		const atOnce = random.chance(0.1) ? ready : [first];
		const answers = await Promise.all(atOnce.map((worker) => worker.call("detect", { ...trigger, retryCount: attempt })));
		for (const answer of answers) if (answer.outcome === "failed") rejections.push(answer.reason);
		if (answers.some(({ outcome }) => outcome === "done")) {
			counts.done += 1;
			await acknowledged(batch.flatMap(({ message }) => message.records));
			return;
		}
		await sleep(50 + random.below(450));
	}
}

/** A batch as the host hands it over. */
export function asTrigger(batch: readonly Event[], partition: number): TriggerData {
	const properties = batch.map(({ sequenceNumber }) => ({
		SequenceNumber: sequenceNumber,
		Offset: String(4096 * sequenceNumber),
		EnqueuedTimeUtc: new Date().toISOString(),
	}));
	return {
		data: { collectionBytes: { bytes: batch.map(({ message }) => message.body) } },
		metadata: {
			PartitionContext: { json: JSON.stringify({ PartitionId: String(partition), EventHubName: "defender" }) },
			SystemPropertiesArray: { json: JSON.stringify(properties) },
		},
	};
}
