import { defaultPolicy } from "../../lib/findings/policy.ts";
import { createDispatcher } from "../../lib/outbox/deliver.ts";
import type { Delivery, Destination, Notice } from "../../lib/outbox/delivery.ts";
import { createRecorder } from "../../lib/outbox/record.ts";
import type { Sighting } from "../../lib/sighting/sighting.ts";
import { createServerClock, listening } from "../../lib/store/server-clock.ts";
import type { Table } from "../../lib/store/table.ts";
import type { Sabotage } from "../simulation/history.ts";
import { createHalting, everybodyWaits, haltingTable } from "./halting.ts";
import type { Label } from "./labels.ts";

/** What each instance of a replay is made of. */
export interface InstanceDeps {
	readonly table: Table;
	readonly destination: string;
	readonly clock: () => Date;
	/** Begins with the number of the instance. */
	readonly newId: () => string;
	/** The far end. */
	readonly receive: (notice: Notice) => Delivery;
	/** Changes of the parts, to show that a walk would notice. */
	readonly sabotage: Sabotage;
	/** The same for the calls that the code makes. */
	readonly calling: (table: Table) => Table;
}

/** One process of the real code, which goes on call by call. Left alone, it has died where it stands. */
export interface Instance {
	/** Begins to record, as far as the first call. Throws when it still has something to do. */
	record(sighting: Sighting): Promise<void>;
	/** The same for telling what is owed about a finding. */
	deliver(key: string): Promise<void>;
	/** Lets the calls of a label through. @returns them, in words. Throws when it cannot go on, or its work failed. */
	go(label: Label): Promise<string>;
}

/** However much has to be repeated, no label makes more calls. */
const mostCalls = 60;

export function createInstance({ table, destination, clock, newId, receive, sabotage, calling }: InstanceDeps): Instance {
	const { stops, stop } = createHalting();
	const plain: Destination = {
		name: destination,
		unlimited: true,
		send: (notice) =>
			stop("post", async () => {
				if (notice.type !== "finding") throw new Error(`a walk has no ${notice.type} notices`);
				return receive(notice);
			}),
	};
	const deps = {
		clock,
		newId,
		random: () => 0.5,
		sleep: () => stop("sleep", async () => undefined),
		deadline: () => new AbortController().signal,
	};
	const server = createServerClock(clock);
	const tableFor = (role: "record" | "deliver") => {
		return listening(calling(haltingTable(sabotage.table?.(table, role) ?? table, stop)), server);
	};
	const recorder = createRecorder({ ...deps, table: tableFor("record"), destinations: [destination], policy: defaultPolicy });
	const destinations = [sabotage.destination?.(plain) ?? plain];
	const dispatcher = createDispatcher({ ...deps, table: tableFor("deliver"), server, destinations });
	let busy = false;
	let failure: string | undefined;
	const begin = async (work: Promise<string | undefined>): Promise<void> => {
		busy = true;
		const ends = (why: string | undefined) => {
			busy = false;
			failure = why;
		};
		void work.then(ends, (error: unknown) => ends(String(error)));
		await everybodyWaits();
	};
	const idle = (): void => {
		if (busy) throw new Error(`it is still busy with: ${stops.map(({ call }) => call).join(", ")}`);
	};
	return {
		async record(sighting) {
			idle();
			await begin(recorder.record([sighting], clock()).then(() => undefined));
		},
		async deliver(key) {
			idle();
			await begin(dispatcher.deliver([{ key }], { ms: 10_000, sends: 3 }).then(({ interrupted }) => interrupted));
		},
		async go({ count }) {
			const made: string[] = [];
			const next = async (): Promise<void> => {
				const first = stops.shift();
				if (first === undefined) throw new Error(`it has nothing to do after: ${made.join(", ")}`);
				made.push(first.call);
				await first.go();
			};
			if (count === undefined) while (busy && made.length < mostCalls) await next();
			else {
				while (made.length < count) await next();
				// What it looks up about its destination before it goes on, or ends, belongs to what it has just done.
				while (count > 0 && stops[0]?.call === "get destination") await next();
			}
			if (failure !== undefined) throw new Error(failure);
			return made.join(" ");
		},
	};
}
