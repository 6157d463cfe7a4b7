/** One event as the hub keeps it. `message` is the decoded AMQP message, with its body section untouched. */
export interface StoredEvent {
	readonly sequenceNumber: number;
	/** Text, and beyond 2^53 on purpose: whoever turns it into a number loses the place. */
	readonly offset: string;
	readonly enqueuedAt: Date;
	readonly partitionKey: string | undefined;
	readonly message: Readonly<Record<string, unknown>>;
}

export interface Partition {
	append(message: StoredEvent["message"], enqueuedAt: Date, partitionKey?: string): StoredEvent;
	/** What is still kept, oldest first. */
	events(): readonly StoredEvent[];
	/** The next event to deliver to a reader that is done with everything before `sequenceNumber`. */
	at(sequenceNumber: number): StoredEvent | undefined;
	/** The oldest kept, or the one that would come next. */
	beginning(): number;
	/** Number of the newest event; −1 when there never was one. */
	last(): number;
	/** What retention does: everything before this number is gone. */
	expire(before: number): void;
}

const firstOffset = 9_007_199_254_740_993n;
const offsetStep = 4_096n;

/** What a reader is told when a partition is full; tests never need more. */
const maxEvents = 20_000;

export function createPartition(): Partition {
	const kept: StoredEvent[] = [];
	let next = 0;
	return {
		append(message, enqueuedAt, partitionKey) {
			if (kept.length >= maxEvents) throw new Error(`a test partition keeps at most ${maxEvents} events`);
			const event = { sequenceNumber: next, offset: String(firstOffset + BigInt(next) * offsetStep), enqueuedAt, partitionKey, message };
			kept.push(event);
			next += 1;
			return event;
		},
		events: () => kept,
		at: (sequenceNumber) => kept[Math.max(0, sequenceNumber - (kept[0]?.sequenceNumber ?? next))],
		beginning: () => kept[0]?.sequenceNumber ?? next,
		last: () => next - 1,
		expire(before) {
			kept.splice(0, Math.max(0, before - (kept[0]?.sequenceNumber ?? next)));
		},
	};
}

/** The number of the first event that a selector such as `amqp.annotation.x-opt-offset > '-1'` lets through. */
export function startOf(selector: string, partition: Partition): number {
	const [, annotation, operator, value] = /^amqp\.annotation\.x-opt-([a-z-]+) (>=?) '([^']*)'$/.exec(selector) ?? [];
	if (annotation === undefined || value === undefined) throw new Error(`the test hub does not know this selector: ${selector}`);
	if (value === "@latest") return partition.last() + 1;
	const first = partition.events().find((event) => {
		const difference = compare(event, annotation, value);
		return difference > 0 || (difference === 0 && operator === ">=");
	});
	return first?.sequenceNumber ?? partition.last() + 1;
}

function compare(event: StoredEvent, annotation: string, value: string): number {
	switch (annotation) {
		case "offset":
			return Number(BigInt(event.offset) - BigInt(value));
		case "sequence-number":
			return event.sequenceNumber - Number(value);
		case "enqueued-time":
			return event.enqueuedAt.getTime() - Number(value);
		default:
			return -1;
	}
}
