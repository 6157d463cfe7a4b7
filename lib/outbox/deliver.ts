import type { Finding } from "../findings/finding.ts";
import { inParallel } from "../store/parallel.ts";
import { partitions } from "../store/partitions.ts";
import { createServerClock, type ServerClock } from "../store/server-clock.ts";
import type { Range } from "../store/table.ts";
import type { Destination } from "./delivery.ts";
import { type Delivered, type Pass, startPass } from "./delivery-report.ts";
import { type DestinationSession, openSession, readDestinations } from "./destination-session.ts";
import { isPaused, isUnwell, untried } from "./destination-state.ts";
import type { OpenOwed } from "./lease.ts";
import { lookAt, moveSettled } from "./look.ts";
import { isClaimable } from "./owed.ts";
import { owedRange, owedRangeOf } from "./owed-row.ts";
import type { Recorded } from "./recorded.ts";
import { expire, isTooOld, type Receiver, type SendDeps, sendOne } from "./send.ts";
import { sendStorm, stormAbove } from "./storm.ts";
import { byUrgency, isGathered } from "./urgency.ts";
import { sendWave, waves } from "./wave.ts";

export type { Delivered } from "./delivery-report.ts";

/** Bounds of one pass, from the end of its look on. A message begun within them may take its own 15 s on top. */
export interface Budget {
	readonly ms: number;
	/** For each destination with a pace; one without takes what the time allows. */
	readonly sends: number;
}

/** Right after recording: the batch must not wait for a slow chat. */
export const afterRecording: Budget = { ms: 10_000, sends: 3 };

/** In the timer that runs each minute. */
export const eachMinute: Budget = { ms: 25_000, sends: 500 };

/** A finding to tell now. What recording has just written of it need not be read again. */
export type ToTell = Pick<Recorded, "key"> & Partial<Pick<Recorded, "finding" | "written">>;

export interface DispatcherDeps extends SendDeps {
	/** The table's clock, shared with earlier readers; until its time is known, all rows are read. */
	readonly server?: ServerClock;
	readonly destinations: readonly Destination[];
	readonly sleep: (ms: number) => Promise<void>;
}

export interface Dispatcher {
	/** What is due about these findings, without storm notices. Never rejects: it is stored, and the timer comes by. */
	deliver(findings: readonly ToTell[], budget: Budget): Promise<Delivered>;
	/** Whatever is due; too much of it at once becomes one storm notice. Never rejects. */
	deliverDue(budget: Budget): Promise<Delivered>;
}

/** Step 6: owed notices go out, the most urgent first. */
export function createDispatcher(deps: DispatcherDeps): Dispatcher {
	const server = deps.server ?? createServerClock(deps.clock);
	const run = async (work: Work, budget: Budget, mayGather: boolean): Promise<Delivered> => {
		const pass = startPass(deps.clock);
		try {
			const { recovered, ends } = await serveAll(deps, server, work, { budget, mayGather, ends: undefined }, pass);
			// What waited for its own turn while the destination was out of reach need not wait any longer.
			if (recovered && mayGather) await serveAll(deps, server, work, { budget, mayGather, ends }, pass);
		} catch (error) {
			pass.interrupted(error);
		}
		return pass.sum();
	};
	return {
		deliver: (findings, budget) => run(workOf(findings, server), budget, false),
		deliverDue: (budget) => run({ ranges: partitions.map(owedRange), rows: [], findings: new Map() }, budget, true),
	};
}

/** Where to look, and what is known without looking. */
interface Work {
	readonly ranges: readonly Range[];
	readonly rows: readonly OpenOwed[];
	/** As they were recorded, by key. */
	readonly findings: ReadonlyMap<string, Finding>;
}

function workOf(findings: readonly ToTell[], server: ServerClock): Work {
	// A finding that comes twice was changed after it was recorded first.
	const counts = Map.groupBy(findings, ({ key }) => key);
	const known = findings.filter((one) => server.isKnown() && one.written !== undefined && counts.get(one.key)?.length === 1);
	const keys = new Set(known.map(({ key }) => key));
	return {
		ranges: [...counts.keys()].filter((key) => !keys.has(key)).map(owedRangeOf),
		rows: known.flatMap(({ written = [] }) => written),
		findings: new Map(known.flatMap(({ key, finding }) => (finding === undefined ? [] : [[key, finding] as const]))),
	};
}

interface Asked {
	readonly budget: Budget;
	readonly mayGather: boolean;
	/** `undefined`: the budget begins after the look. */
	readonly ends: Date | undefined;
}

/** All destinations at once, so that a slow one holds up nobody else. */
async function serveAll(deps: DispatcherDeps, server: ServerClock, work: Work, { budget, mayGather, ...asked }: Asked, pass: Pass) {
	const states = await readDestinations(
		deps.table,
		deps.destinations.map((destination) => destination.name),
	);
	const stateOf = (name: string) => states.get(name)?.state;
	const look = await lookAt(deps.table, work.ranges, stateOf, server);
	const known = work.rows.filter(({ owed, destination }) => {
		const state = stateOf(destination);
		return state !== undefined && isClaimable(owed, server.now(), state.recoveredAt);
	});
	const due = [...known, ...look.due].sort(byUrgency);
	const ends = asked.ends ?? new Date(deps.clock().getTime() + budget.ms);
	const limits = { ends, sends: budget.sends, mayGather };
	for (const row of due) pass.owes(row);
	const recovered = await Promise.all(
		deps.destinations.map(async (destination) => {
			const mine = due.filter((row) => row.destination === destination.name);
			if (mine.length === 0) return false;
			const session = openSession(deps, destination, states.get(destination.name) ?? { state: untried, row: undefined }, server.now);
			try {
				return await createService(deps, destination, session, { serverClock: server.now, findings: work.findings }, limits, pass).serve(
					mine,
				);
			} catch (error) {
				pass.interrupted(error);
				return false;
			}
		}),
	);
	if (look.settled.length > 0) await moveSettled(deps.table, look.settled);
	return { recovered: recovered.includes(true), ends };
}

interface Limits {
	readonly ends: Date;
	readonly sends: number;
	readonly mayGather: boolean;
}

/** A shorter wait than this is worth it; a longer one is left to the next pass. */
const patienceMs = 2_000;

/** A destination without a pace takes so many messages at the same time. */
const parallelSends = 16;

/** One destination in one pass. */
function createService(
	deps: DispatcherDeps,
	destination: Destination,
	session: DestinationSession,
	{ serverClock, findings }: { readonly serverClock: () => Date; readonly findings: Work["findings"] },
	limits: Limits,
	pass: Pass,
) {
	// There each finding has a notice of its own, whatever comes.
	const singly = deps.destinations.filter((one) => one.unlimited === true && one.inOrder !== true).map(({ name }) => name);
	const receiver: Receiver = { destination, state: session.state, serverClock };
	const isOver = () => deps.clock() >= limits.ends;
	const endsByServer = () => new Date(limits.ends.getTime() + serverClock().getTime() - deps.clock().getTime());

	const waitFor = async (place: Date): Promise<void> => {
		const waitMs = place.getTime() - serverClock().getTime();
		if (waitMs > 0) await deps.sleep(waitMs);
	};
	/** `true`: it arrived. */
	const single = async (row: OpenOwed): Promise<boolean> => {
		const startedAt = serverClock();
		const sent = await sendOne(deps, receiver, row, findings.get(row.key));
		if (sent !== undefined) await session.note(sent.delivery, sent.notice.id, startedAt);
		pass.single(row, sent);
		return sent?.delivery.ok === true;
	};
	/** Nothing goes out for now, but a notice that has waited for three days must not stay unseen. */
	const giveUpOld = async (rows: readonly OpenOwed[]): Promise<void> => {
		for (const row of rows.filter(({ owed }) => isTooOld(owed, deps.clock()))) {
			if (await expire(deps.table, row, session.state(), deps.clock())) pass.gaveUp(row);
		}
	};
	/** One message finds out whether it works again; the others are not tried in vain. */
	const probe = async (rows: readonly OpenOwed[]): Promise<boolean> => {
		const row = probeOf(rows);
		if (row === undefined) return false;
		const [place] = isOver() ? [] : await session.reserve([row.owed.urgency], patienceMs, endsByServer());
		const delivered = place !== undefined && (await single(row));
		if (!delivered) await giveUpOld(rows);
		return delivered;
	};
	/** One after the other, each at its place. @returns those without a place soon enough. */
	const inTurn = async (rows: readonly OpenOwed[]): Promise<readonly OpenOwed[]> => {
		const asking = rows.slice(0, limits.sends);
		if (asking.length === 0 || isOver()) return [];
		const places = await session.reserve(
			asking.map(({ owed }) => owed.urgency),
			patienceMs,
			endsByServer(),
		);
		for (const [index, row] of asking.entries()) {
			const place = places[index];
			if (place === undefined) continue;
			if (isPaused(session.state(), serverClock())) break;
			await waitFor(place);
			if (isOver() || (await session.paused())) break;
			await single(row);
		}
		return asking.filter((_, index) => places[index] === undefined);
	};
	/** As many at a time as it takes. */
	const sideBySide = (rows: readonly OpenOwed[]): Promise<unknown> =>
		inParallel(rows, destination.inOrder === true ? 1 : parallelSends, async (row) => {
			if (!isOver() && !(await session.paused())) await single(row);
		});
	/** What has waited for too long: card after card, each at its place. @returns those that are not told yet. */
	const inWaves = async (rows: readonly OpenOwed[]): Promise<readonly OpenOwed[]> => {
		const groups = limits.mayGather ? waves(rows, session.state().slots, deps.clock()) : [];
		if (groups.length === 0 || isOver()) return rows;
		const places = await session.reserve(
			groups.map(() => "wave"),
			patienceMs,
			endsByServer(),
		);
		const gathered = new Set<OpenOwed>();
		for (const [index, group] of groups.entries()) {
			const place = places[index];
			// Those of a card without a place are not tried one by one either: the next card tells them.
			for (const row of group) gathered.add(row);
			if (place === undefined || isPaused(session.state(), serverClock())) continue;
			await waitFor(place);
			if (isOver() || (await session.paused())) continue;
			const wave = await sendWave(deps, receiver, group, singly);
			if (wave === undefined) continue;
			await session.note(wave.delivery, wave.notice.id);
			pass.gathered(destination.name, wave);
		}
		return rows.filter((row) => !gathered.has(row));
	};
	const together = async (rows: readonly OpenOwed[]): Promise<void> => {
		const [place] = isOver() ? [] : await session.reserve(["storm"], patienceMs, endsByServer());
		if (place === undefined) return;
		await waitFor(place);
		const storm = await sendStorm(deps, receiver, rows);
		if (storm === undefined) return;
		await session.note(storm.delivery, storm.notice.id);
		pass.gathered(destination.name, storm);
	};
	return {
		/** `true`: the destination has taken a message again after it had not. */
		async serve(rows: readonly OpenOwed[]): Promise<boolean> {
			if (isUnwell(session.state())) return probe(rows);
			if (destination.unlimited === true) await sideBySide(rows);
			else {
				const others = await inWaves(rows);
				const gathers = (row: OpenOwed) => row.owed.urgency === "ordinary" && !wasRefused(row);
				const ordinary = others.filter(gathers);
				const isStorm = ordinary.length > stormAbove;
				const unplaced = await inTurn(isStorm ? others.filter((row) => !gathers(row)) : others);
				// Severe ones keep waiting for their place; the others do not have to.
				const crowd = [...(isStorm ? ordinary : []), ...unplaced.filter((row) => isGathered(row.owed.urgency) && !wasRefused(row))];
				if (limits.mayGather && crowd.length > 1 && !(await session.paused())) await together(crowd);
			}
			if (await session.paused()) await giveUpOld(rows);
			return false;
		},
	};
}

/** Then it goes alone: a message that stands for many must not be refused because of one. */
function wasRefused({ owed }: OpenOwed): boolean {
	return owed.lastError === "rejected";
}

/** Not the one that was refused last: it may be at fault itself. */
function probeOf(rows: readonly OpenOwed[]): OpenOwed | undefined {
	return rows.toSorted((a, b) => (a.owed.refusedAt?.getTime() ?? 0) - (b.owed.refusedAt?.getTime() ?? 0))[0];
}
