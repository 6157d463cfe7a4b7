import type { Finding } from "../findings/finding.ts";
import { partitions } from "../store/partitions.ts";
import { createServerClock, type ServerClock } from "../store/server-clock.ts";
import type { Range } from "../store/table.ts";
import { type Delivered, type Pass, startPass } from "./delivery-report.ts";
import { createDestinationService, type ServiceDeps } from "./destination-service.ts";
import { openSession, readDestinations } from "./destination-session.ts";
import { untried } from "./destination-state.ts";
import type { OpenOwed } from "./lease.ts";
import { lookAt, moveSettled } from "./look.ts";
import { isClaimable } from "./owed.ts";
import { owedRange, owedRangeOf } from "./owed-row.ts";
import type { Recorded } from "./recorded.ts";
import { byUrgency } from "./urgency.ts";

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

export interface DispatcherDeps extends ServiceDeps {
	/** The table's clock, shared with earlier readers; until its time is known, all rows are read. */
	readonly server?: ServerClock;
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
				return await createDestinationService(
					deps,
					destination,
					session,
					{ serverClock: server.now, findings: work.findings },
					limits,
					pass,
				).serve(mine);
			} catch (error) {
				pass.interrupted(error);
				return false;
			}
		}),
	);
	if (look.settled.length > 0) await moveSettled(deps.table, look.settled);
	return { recovered: recovered.includes(true), ends };
}
