import { inParallel } from "../store/parallel.ts";
import { partitions } from "../store/partitions.ts";
import type { Range, Table } from "../store/table.ts";
import type { Destination } from "./delivery.ts";
import { type Delivered, type Pass, startPass } from "./delivery-report.ts";
import { type DestinationState, isUnwell, untried } from "./destination-state.ts";
import { isClaimable } from "./owed.ts";
import { owedRange, owedRangeOf, readOwed } from "./owed-row.ts";
import type { Tier } from "./rate-limits.ts";
import { type Claimable, expire, isTooOld, type SendDeps, sendOne } from "./send.ts";
import { noteOutcome, readDestinations, reserveSlot, type Slot } from "./send-slots.ts";
import { sendStorm, stormAbove } from "./storm.ts";
import { byUrgency, isSevere, tierOf } from "./urgency.ts";

export type { Delivered } from "./delivery-report.ts";

/** Bounds of one pass. A message begun within them may take its own 15 s on top. */
export interface Budget {
	readonly ms: number;
	/** For each destination. */
	readonly sends: number;
}

/** Right after recording: the batch must not wait for a slow chat. */
export const afterRecording: Budget = { ms: 10_000, sends: 3 };

/** In the timer that runs each minute. */
export const eachMinute: Budget = { ms: 25_000, sends: 500 };

export interface DispatcherDeps extends SendDeps {
	readonly destinations: readonly Destination[];
	readonly sleep: (ms: number) => Promise<void>;
}

export interface Dispatcher {
	/** What is due about these findings, without storm notices. Never rejects: it is stored, and the timer comes by. */
	deliver(keys: readonly string[], budget: Budget): Promise<Delivered>;
	/** Whatever is due; too much of it at once becomes one storm notice. Never rejects. */
	deliverDue(budget: Budget): Promise<Delivered>;
}

/** Step 6: owed notices go out, the severest first, one after another for each destination. */
export function createDispatcher(deps: DispatcherDeps): Dispatcher {
	const run = async (ranges: readonly Range[], budget: Budget, mayFold: boolean): Promise<Delivered> => {
		const pass = startPass(deps.clock);
		const limits = { ends: new Date(deps.clock().getTime() + budget.ms), sends: budget.sends, mayFold };
		try {
			const recovered = await serveAll(deps, ranges, limits, pass);
			// What waited for its own turn while the destination was out of reach need not wait any longer.
			if (recovered && mayFold) await serveAll(deps, ranges, limits, pass);
		} catch (error) {
			pass.interrupted(error);
		}
		return pass.sum();
	};
	return {
		deliver: (keys, budget) => run([...new Set(keys)].map(owedRangeOf), budget, false),
		deliverDue: (budget) => run(partitions.map(owedRange), budget, true),
	};
}

/** All destinations at once, so that a slow one holds up nobody else. `true`: one of them has recovered. */
async function serveAll(deps: DispatcherDeps, ranges: readonly Range[], limits: Limits, pass: Pass): Promise<boolean> {
	const states = await readDestinations(
		deps.table,
		deps.destinations.map((destination) => destination.name),
	);
	const look = await lookFor(deps.table, ranges, states, deps.clock);
	for (const row of look.due) pass.owes(row);
	const recovered = await Promise.all(
		deps.destinations.map(async (destination) => {
			try {
				return await serve(deps, destination, states.get(destination.name) ?? untried, look, limits, pass);
			} catch (error) {
				pass.interrupted(error);
				return false;
			}
		}),
	);
	return recovered.includes(true);
}

interface Look {
	readonly due: readonly Claimable[];
	/** Ours, corrected by what the table's clock said. */
	readonly serverClock: () => Date;
}

/** HTTP dates are whole seconds, so a difference this small is none. */
const negligibleMs = 2_000;

async function lookFor(table: Table, ranges: readonly Range[], states: States, clock: () => Date): Promise<Look> {
	const rows: Claimable[] = [];
	let offsetMs = 0;
	const serverClock = () => new Date(clock().getTime() + offsetMs);
	await inParallel(ranges, 16, async (range) => {
		let next: string | undefined;
		do {
			const page = await table.page(range, { next });
			const difference = page.at.getTime() - clock().getTime();
			offsetMs = Math.abs(difference) <= negligibleMs ? 0 : difference;
			for (const row of page.rows) {
				const { owed, ...rest } = readOwed(row);
				const state = states.get(rest.destination);
				// A destination that is not set any more is not served.
				if (owed === undefined || state === undefined) continue;
				if (isClaimable(owed, clock(), serverClock(), state.recoveredAt)) rows.push({ ...rest, owed });
			}
			next = page.next;
		} while (next !== undefined);
	});
	return { due: rows.sort(byUrgency), serverClock };
}

type States = ReadonlyMap<string, DestinationState>;

interface Limits {
	readonly ends: Date;
	readonly sends: number;
	readonly mayFold: boolean;
}

/** A shorter wait than this is worth it; a longer one is left to the next pass. */
const patienceMs = 2_000;

/** `true`: the destination has taken a message again after it had not. */
async function serve(
	deps: DispatcherDeps,
	destination: Destination,
	state: DestinationState,
	look: Look,
	limits: Limits,
	pass: Pass,
): Promise<boolean> {
	const mine = look.due.filter((row) => row.destination === destination.name);
	if (isUnwell(state)) {
		// One message finds out whether it works again; the others are not tried in vain.
		const { delivered } = await sendSingly(deps, destination, mine.slice(0, 1), look, limits, pass);
		if (!delivered) await giveUpOld(deps, destination, mine.slice(1), pass);
		return delivered;
	}
	const ordinary = mine.filter((row) => tierOf(row.owed) === "ordinary");
	const isStorm = destination.unlimited !== true && ordinary.length > stormAbove;
	const alone = isStorm ? mine.filter((row) => tierOf(row.owed) !== "ordinary") : mine;
	const { paused, unplaced } = await sendSingly(deps, destination, alone, look, limits, pass);
	// Severe ones keep waiting for their place; the others do not have to.
	const crowd = [...(isStorm ? ordinary : []), ...unplaced.filter((row) => !isSevere(row.owed))];
	if (paused) await giveUpOld(deps, destination, crowd, pass);
	else if (limits.mayFold && crowd.length > 1) await sendTogether(deps, destination, crowd, look, limits, pass);
	return false;
}

interface Singly {
	/** At least one arrived. */
	readonly delivered: boolean;
	readonly paused: boolean;
	/** For which there was no place soon enough. */
	readonly unplaced: readonly Claimable[];
}

async function sendSingly(
	deps: DispatcherDeps,
	destination: Destination,
	rows: readonly Claimable[],
	look: Look,
	limits: Limits,
	pass: Pass,
): Promise<Singly> {
	const unplaced: Claimable[] = [];
	const full = new Set<Tier>();
	let sends = 0;
	let delivered = false;
	for (const [index, row] of rows.entries()) {
		if (sends >= limits.sends || deps.clock() >= limits.ends) break;
		const tier = tierOf(row.owed);
		const slot: Slot = full.has(tier) ? "paced" : await reserveSlot(deps, destination, tier, look.serverClock, patienceMs);
		if (slot === "paused") {
			await giveUpOld(deps, destination, rows.slice(index), pass);
			return { delivered, paused: true, unplaced };
		}
		if (slot === "paced") {
			full.add(tier);
			unplaced.push(row);
			continue;
		}
		sends += 1;
		const sent = await sendOne(deps, destination, row, look.serverClock());
		if (sent.delivery !== undefined) await noteOutcome(deps, destination, sent.delivery, look.serverClock());
		delivered ||= sent.delivery?.ok === true;
		pass.single(row, sent.post, sent.possibleDuplicate);
	}
	return { delivered, paused: false, unplaced };
}

async function sendTogether(
	deps: DispatcherDeps,
	destination: Destination,
	rows: readonly Claimable[],
	look: Look,
	limits: Limits,
	pass: Pass,
): Promise<void> {
	if (deps.clock() >= limits.ends) return;
	const slot = await reserveSlot(deps, destination, "storm", look.serverClock, patienceMs);
	if (slot === "paused") return giveUpOld(deps, destination, rows, pass);
	if (slot === "paced") return;
	const storm = await sendStorm(deps, destination, rows, look.serverClock());
	if (storm === undefined) return;
	const { id, count, outcome, delivery } = storm;
	await noteOutcome(deps, destination, delivery, look.serverClock());
	const answer = delivery.ok
		? { ambiguous: false, status: undefined, detail: delivery.proof }
		: { ambiguous: delivery.ambiguous, status: delivery.status, detail: delivery.detail };
	pass.storm(storm.members, { destination: destination.name, noticeId: id, count, outcome, ...answer }, storm.possibleDuplicates);
}

/** Nothing goes out for now; but what has waited for three days must not wait for ever, unseen. */
async function giveUpOld(deps: DispatcherDeps, { name }: Destination, rows: readonly Claimable[], pass: Pass): Promise<void> {
	const old = rows.filter((row) => isTooOld(row.owed, deps.clock()));
	if (old.length === 0) return;
	const state = (await readDestinations(deps.table, [name])).get(name) ?? untried;
	for (const row of old) {
		if (await expire(deps.table, row, state, deps.clock())) pass.gaveUp(row);
	}
}
