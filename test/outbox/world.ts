import { type Finding, findingKey } from "../../lib/findings/finding.ts";
import { findingAddress, readFinding } from "../../lib/findings/finding-row.ts";
import { defaultPolicy } from "../../lib/findings/policy.ts";
import { createDispatcher, type Dispatcher } from "../../lib/outbox/deliver.ts";
import type { AnyNotice, Delivery, Destination } from "../../lib/outbox/delivery.ts";
import { readOwed, type StoredOwed } from "../../lib/outbox/owed-row.ts";
import { createRecorder, type Recorder } from "../../lib/outbox/record.ts";
import type { ChooseRoute } from "../../lib/outbox/route.ts";
import type { Table } from "../../lib/store/table.ts";
import { aSighting, at } from "../builders.ts";
import { createMemoryTable, type MemoryTable } from "../simulation/memory-table.ts";

export const delivered: Delivery = { ok: true, proof: "queued" };

export function failed(change: Partial<Extract<Delivery, { ok: false }>> = {}): Delivery {
	return { ok: false, reason: "server", scope: "row", retryAfterMs: undefined, ambiguous: false, status: 500, detail: "500", ...change };
}

/** A destination that answers what the test says and remembers what it was sent. */
export interface Sink extends Destination {
	readonly got: AnyNotice[];
	/** One answer per message; the last one goes on for ever. */
	answers: Delivery[];
}

export function createSink(name: string, ...answers: Delivery[]): Sink {
	const sink: Sink = {
		name,
		got: [],
		answers: answers.length === 0 ? [delivered] : answers,
		async send(notice) {
			sink.got.push(notice);
			const answer = sink.answers.length > 1 ? sink.answers.shift() : sink.answers[0];
			return answer ?? delivered;
		},
	};
	return sink;
}

/** Recording and delivering over a table in memory, with a clock that moves only when told, or when somebody sleeps. */
export interface World {
	readonly clock: { now: Date };
	readonly memory: MemoryTable;
	readonly recorder: Recorder;
	readonly dispatcher: Dispatcher;
	owed(destination: string, key?: string): Promise<StoredOwed["owed"]>;
	finding(key?: string): Promise<Finding | undefined>;
}

export const keyOfSighting = findingKey(aSighting().device, "cloudflared");

// Unique among all worlds, as random ids are: several may share one table.
let ids = 0;

export function createWorld(
	destinations: readonly Destination[],
	options: {
		readonly table?: (memory: MemoryTable) => Table;
		readonly route?: ChooseRoute;
		readonly fallback?: string;
		readonly deadline?: (ms: number) => AbortSignal;
	} = {},
): World {
	const clock = { now: at("21T19:36:10") };
	const memory = createMemoryTable(() => clock.now);
	const table = options.table?.(memory) ?? memory;
	const parts = {
		table,
		clock: () => clock.now,
		random: () => 0.5,
		newId: () => `id${++ids}`,
		sleep: async (ms: number) => {
			clock.now = new Date(clock.now.getTime() + ms);
		},
		deadline: options.deadline ?? (() => new AbortController().signal),
	};
	return {
		clock,
		memory,
		recorder: createRecorder({
			...parts,
			destinations: destinations.map((one) => one.name).filter((name) => name !== options.fallback),
			policy: defaultPolicy,
			...(options.route === undefined ? {} : { route: options.route }),
		}),
		dispatcher: createDispatcher({ ...parts, destinations, fallback: options.fallback }),
		async owed(destination, key = keyOfSighting) {
			const row = memory.all().find((one) => [`o|${key}|${destination}`, `f|${key}|${destination}`].includes(one.rowKey));
			return row === undefined ? undefined : readOwed(row).owed;
		},
		async finding(key = keyOfSighting) {
			const row = await memory.get(findingAddress(key));
			return row === undefined ? undefined : readFinding(row).finding;
		},
	};
}
