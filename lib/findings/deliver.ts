import { isWorse } from "../severity.ts";
import type { Destination } from "./delivery.ts";
import { partitions } from "./finding-row.ts";
import { isClaimable, type Lane } from "./owed.ts";
import { owedRange, owedRangeOf, readOwed } from "./owed-row.ts";
import { inParallel } from "./parallel.ts";
import type { Post } from "./post.ts";
import { type Claimable, expire, isTooOld, type SendDeps, sendOne } from "./send.ts";
import { noteOutcome, reserveSlot, type Slot } from "./slots.ts";
import type { Range, Table } from "./table.ts";

/** Bounds of one pass. A message begun within them may take its own 15 s on top. */
export interface Budget {
	readonly ms: number;
	/** For each destination. */
	readonly sends: number;
}

/** Right after recording: the batch must not wait for a slow chat. */
export const afterRecording: Budget = { ms: 10_000, sends: 3 };

/** In the timer that runs each minute. */
export const eachMinute: Budget = { ms: 40_000, sends: 500 };

/** What one pass came to. */
export interface Delivered {
	readonly posts: readonly Post[];
	readonly sent: number;
	readonly retried: number;
	readonly dead: number;
	/** The lease was lost before a send could be marked. */
	readonly possibleDuplicates: number;
	/** Due, and not tried in this pass. */
	readonly left: number;
	/** Age of the oldest notice still owed, among those this pass saw. */
	readonly oldestOwedMs: number | undefined;
	/** Why the pass ended early, if it did; what was owed stays owed. */
	readonly interrupted: string | undefined;
}

export interface DispatcherDeps extends SendDeps {
	readonly destinations: readonly Destination[];
	readonly sleep: (ms: number) => Promise<void>;
}

export interface Dispatcher {
	/** What is due about these findings. Never rejects: it is stored, and the timer comes by each minute. */
	deliver(keys: readonly string[], budget: Budget): Promise<Delivered>;
	/** Whatever is due. Never rejects. */
	deliverDue(budget: Budget): Promise<Delivered>;
}

/** Step 6: owed notices go out, the severest first, one after another for each destination. */
export function createDispatcher(deps: DispatcherDeps): Dispatcher {
	const pass = async (ranges: readonly Range[], budget: Budget): Promise<Delivered> => {
		const tally = startTally(deps.clock);
		const ends = new Date(deps.clock().getTime() + budget.ms);
		try {
			const look = await lookFor(deps.table, ranges, deps.clock);
			for (const row of look.due) tally.owes(row);
			await Promise.all(
				deps.destinations.map((destination) =>
					serve(deps, destination, look, { ends, sends: budget.sends }, tally).catch(tally.interrupted),
				),
			);
		} catch (error) {
			tally.interrupted(error);
		}
		return tally.sum();
	};
	return {
		deliver: (keys, budget) => pass([...new Set(keys)].map(owedRangeOf), budget),
		deliverDue: (budget) => pass(partitions.map(owedRange), budget),
	};
}

interface Look {
	readonly due: readonly Claimable[];
	/** Ours, corrected by what the table's clock said. */
	readonly serverClock: () => Date;
}

/** HTTP dates are whole seconds, so a difference this small is none. */
const negligibleMs = 2_000;

async function lookFor(table: Table, ranges: readonly Range[], clock: () => Date): Promise<Look> {
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
				if (owed !== undefined && isClaimable(owed, clock(), serverClock())) rows.push({ ...rest, owed });
			}
			next = page.next;
		} while (next !== undefined);
	});
	return { due: rows.sort(byUrgency), serverClock };
}

function byUrgency(a: Claimable, b: Claimable): number {
	if (isWorse(a.owed.severity, b.owed.severity)) return -1;
	if (isWorse(b.owed.severity, a.owed.severity)) return 1;
	return laneRank(a.owed.lane) - laneRank(b.owed.lane) || a.owed.wantedAt.getTime() - b.owed.wantedAt.getTime() || (a.key < b.key ? -1 : 1);
}

function laneRank(lane: Lane): number {
	return lane === "first" ? 0 : 1;
}

/** A shorter wait than this is worth it; a longer one is left to the next pass. */
const patienceMs = 2_000;

async function serve(
	deps: DispatcherDeps,
	destination: Destination,
	look: Look,
	budget: { readonly ends: Date; readonly sends: number },
	tally: Tally,
): Promise<void> {
	let sends = 0;
	let paused = false;
	const full = new Set<Lane>();
	for (const row of look.due.filter((one) => one.destination === destination.name)) {
		if (sends >= budget.sends || deps.clock() >= budget.ends) return;
		if (full.has(row.owed.lane)) continue;
		const slot: Slot = paused ? "paused" : await reserveSlot(deps, destination, row.owed.lane, look.serverClock, patienceMs);
		paused = slot === "paused";
		if (slot === "paced") full.add(row.owed.lane);
		// Nothing goes out for now; but what has waited for three days must not wait for ever, unseen.
		if (paused && isTooOld(row.owed, deps.clock())) tally.gaveUp(row, await expire(deps.table, row));
		if (slot !== "go") continue;
		sends += 1;
		const sent = await sendOne(deps, destination, row, look.serverClock());
		if (sent.delivery !== undefined) await noteOutcome(deps, destination, sent.delivery, look.serverClock());
		tally.tried(row, sent.post, sent.possibleDuplicate);
	}
}

type Tally = ReturnType<typeof startTally>;

function startTally(clock: () => Date) {
	const owing = new Map<string, Claimable>();
	const posts: Post[] = [];
	let possibleDuplicates = 0;
	let expired = 0;
	let untried = 0;
	let why: string | undefined;
	const name = ({ key, destination }: Claimable) => `${key}|${destination}`;
	return {
		owes(row: Claimable) {
			owing.set(name(row), row);
			untried += 1;
		},
		tried(row: Claimable, post: Post | undefined, possibleDuplicate: boolean) {
			untried -= 1;
			if (post === undefined || post.outcome !== "retried") owing.delete(name(row));
			if (post !== undefined) posts.push(post);
			if (possibleDuplicate) possibleDuplicates += 1;
		},
		gaveUp(row: Claimable, done: boolean) {
			untried -= 1;
			if (!done) return;
			owing.delete(name(row));
			expired += 1;
		},
		interrupted(error: unknown) {
			why = error instanceof Error ? error.message : "unknown error";
		},
		sum(): Delivered {
			const count = (outcome: Post["outcome"]) => posts.filter((post) => post.outcome === outcome).length;
			const oldest = [...owing.values()].reduce<number | undefined>((age, { owed }) => {
				const own = clock().getTime() - owed.wantedAt.getTime();
				return age === undefined || own > age ? own : age;
			}, undefined);
			return {
				posts,
				sent: count("sent"),
				retried: count("retried"),
				dead: count("dead") + expired,
				possibleDuplicates,
				left: untried,
				oldestOwedMs: oldest,
				interrupted: why,
			};
		},
	};
}
