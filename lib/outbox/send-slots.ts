import type { Table } from "../store/table.ts";
import type { Delivery, Destination } from "./delivery.ts";
import { type DestinationState, destinationAddress, destinationValues, learn, readDestination, reserve } from "./destination-state.ts";
import type { Tier } from "./rate-limits.ts";

export interface SlotDeps {
	readonly table: Table;
	readonly random: () => number;
	readonly sleep: (ms: number) => Promise<void>;
}

/** `paced`: no place soon enough. `paused`: the destination is not to be bothered now. */
export type Slot = "go" | "paced" | "paused";

const maxTries = 8;

/** How the destinations are doing, by name. */
export async function readDestinations(table: Table, names: readonly string[]): Promise<ReadonlyMap<string, DestinationState>> {
	const states = await Promise.all(names.map(async (name) => [name, (await open(table, name)).state] as const));
	return new Map(states);
}

/** Takes one place in the pace that all instances share, waiting for it up to `patienceMs`. */
export async function reserveSlot(
	deps: SlotDeps,
	destination: Destination,
	tier: Tier,
	serverClock: () => Date,
	patienceMs: number,
): Promise<Slot> {
	const givesUp = serverClock().getTime() + patienceMs;
	for (;;) {
		const { state, write } = await open(deps.table, destination.name);
		const now = serverClock();
		const reservation = reserve(state, tier, destination.unlimited !== true, now);
		switch (reservation.verdict) {
			case "go":
				if (await write(reservation.state)) return "go";
				// Others are taking places too; by giving up we only leave ours to the next pass.
				if (now.getTime() >= givesUp) return "paced";
				await deps.sleep(1 + deps.random() * 50);
				break;
			case "paused":
				return "paused";
			case "paced":
				if (reservation.until.getTime() > givesUp) return "paced";
				await deps.sleep(reservation.until.getTime() - now.getTime());
				break;
		}
	}
}

/** Remembers what an attempt said about the destination. */
export async function noteOutcome(deps: SlotDeps, destination: Destination, delivery: Delivery, serverNow: Date): Promise<void> {
	for (let attempt = 0; attempt < maxTries; attempt++) {
		const { state, write } = await open(deps.table, destination.name);
		if (await write(learn(state, delivery, serverNow, deps.random))) return;
		await deps.sleep(deps.random() * 50 * 2 ** attempt);
	}
	// Eight others noted theirs meanwhile: the destination's state is known without ours.
}

async function open(table: Table, name: string) {
	const address = destinationAddress(name);
	const row = await table.get(address);
	return {
		state: readDestination(row),
		async write(state: DestinationState): Promise<boolean> {
			const next = { ...address, values: destinationValues(state) };
			const done = row === undefined ? await table.create(next) : await table.replace(next, row.etag);
			return done.outcome === "written";
		},
	};
}
