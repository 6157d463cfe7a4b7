import { type ChangeDeps, changeRow } from "../store/change-row.ts";
import { createTurns } from "../store/keyed-lock.ts";
import type { Row, Table } from "../store/table.ts";
import type { Delivery, Destination } from "./delivery.ts";
import {
	type DestinationState,
	destinationAddress,
	destinationValues,
	isPaused,
	isUnwell,
	learn,
	readDestination,
	withoutPlace,
} from "./destination-state.ts";
import { planPlaces, rememberedSlots, type Tier } from "./rate-limits.ts";

/** How the destinations are doing, by name. */
export async function readDestinations(table: Table, names: readonly string[]): Promise<ReadonlyMap<string, ReadDestination>> {
	const read = async (name: string): Promise<readonly [string, ReadDestination]> => {
		const row = await table.get(destinationAddress(name));
		return [name, { state: readDestination(row), row }];
	};
	return new Map(await Promise.all(names.map(read)));
}

export interface ReadDestination {
	readonly state: DestinationState;
	readonly row: Row | undefined;
}

/** One destination during one pass: what is known of it, its places, and what its answers say. */
export interface DestinationSession {
	state(): DestinationState;
	/** Places in the pace that all instances share, in one write. A paused destination gives none, an unwell one a single place, to find out whether it works again. */
	reserve(wanted: readonly Tier[], patienceMs: number, ends: Date): Promise<readonly (Date | undefined)[]>;
	/** Nothing may be sent now: it asked for time, perhaps of another instance. */
	paused(): Promise<boolean>;
	/** Notes the outcome of one message. A failure, and the success that ends one, is written at once, because other instances must know. */
	note(delivery: Delivery, noticeId: string, startedAt?: Date): Promise<void>;
}

/** What another instance wrote counts for us after this long. */
const rereadMs = 2_000;
/** Longer than one attempt: while one instance probes an unwell destination, the others leave it alone. */
const probingMs = 30_000;
/** So exactly the table knows when a destination that is well and has no pace took a message last. */
const stampMs = 60_000;

/** Opens a session on the state that was read. `serverClock` is the table's clock, by which all instances judge pauses and pace. */
export function openSession(
	deps: ChangeDeps,
	{ name, unlimited }: Pick<Destination, "name" | "unlimited">,
	{ state: first, row: firstRow }: ReadDestination,
	serverClock: () => Date,
): DestinationSession {
	const oneAtATime = createTurns();
	let state = first;
	let hasPlace = false;
	let probePlace: Date | undefined;
	let readAt = serverClock();
	let stampedAt = first.lastOk;
	// As it was read or written last: a change begins with it, and reads again only if somebody else was faster.
	let known: { readonly row: Row | undefined } | undefined = { row: firstRow };
	/** `undefined`: eight others noted theirs meanwhile, and it is known without ours. */
	const change = async (next: (state: DestinationState) => DestinationState): Promise<void> => {
		const changed = await changeRow(
			deps,
			destinationAddress(name),
			(found) => {
				const result = next(readDestination(found));
				return { values: destinationValues(result), result };
			},
			async () => {
				const begun = known;
				known = undefined;
				return begun === undefined ? deps.table.get(destinationAddress(name)) : begun.row;
			},
		);
		known = changed.outcome === "written" ? { row: changed.row } : undefined;
		if (changed.outcome === "written" || changed.outcome === "kept") {
			state = changed.result;
			stampedAt = state.lastOk;
		}
		readAt = serverClock();
	};
	return {
		state: () => state,
		async reserve(wanted, patienceMs, ends) {
			const now = serverClock();
			if (isPaused(state, now)) return wanted.map(() => undefined);
			if (unlimited === true && !isUnwell(state)) return wanted.map(() => now);
			let places: readonly (Date | undefined)[] = wanted.map(() => undefined);
			await change((known) => {
				places = wanted.map(() => undefined);
				probePlace = undefined;
				if (isPaused(known, now)) return known;
				if (isUnwell(known)) {
					probePlace = now;
					places = wanted.map((_, index) => (index === 0 ? now : undefined));
					return { ...known, slots: [...known.slots, now].slice(-rememberedSlots), pausedUntil: new Date(now.getTime() + probingMs) };
				}
				if (unlimited === true) {
					places = wanted.map(() => now);
					return known;
				}
				const plan = planPlaces(known.slots, wanted, now, patienceMs, ends);
				places = plan.places;
				hasPlace = places.some((place) => place !== undefined);
				return { ...known, slots: plan.taken };
			});
			return places;
		},
		paused: () =>
			oneAtATime(name, async () => {
				if (serverClock().getTime() - readAt.getTime() >= rereadMs) {
					const row = await deps.table.get(destinationAddress(name));
					known = { row };
					const read = readDestination(row);
					// What we have not written yet is newer.
					state = { ...read, lastOk: latest(read.lastOk, state.lastOk) };
					readAt = serverClock();
				}
				return isPaused(state, serverClock());
			}),
		note: (delivery, noticeId, startedAt) =>
			oneAtATime(name, async () => {
				const now = serverClock();
				// The end of an outage must find the hour's places free.
				const free = delivery.ok || delivery.status !== undefined || delivery.ambiguous ? undefined : probePlace;
				const next = (known: DestinationState) => {
					const learned = learn(known, delivery, noticeId, now, deps.random, startedAt);
					return free === undefined ? learned : withoutPlace(learned, free);
				};
				const worthWriting = !delivery.ok || isUnwell(state) || state.failuresInARow > 0 || state.refused.length > 0;
				// A place in the pace that nothing bad is known of says the same.
				const isStale = !hasPlace && (stampedAt === undefined || now.getTime() - stampedAt.getTime() >= stampMs);
				if (worthWriting || isStale) return change(next);
				state = next(state);
			}),
	};
}

function latest(a: Date | undefined, b: Date | undefined): Date | undefined {
	return a === undefined || (b !== undefined && b > a) ? b : a;
}
