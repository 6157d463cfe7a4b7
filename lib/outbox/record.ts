import { type Finding, findingKey } from "../findings/finding.ts";
import { findingAddress, findingValues, readFinding, type StoredFinding } from "../findings/finding-row.ts";
import type { NoticeKind } from "../findings/notice-kind.ts";
import { type Decision, decide, type Policy, type Reason } from "../findings/policy.ts";
import type { Sighting } from "../sighting/sighting.ts";
import { createTurns } from "../store/keyed-lock.ts";
import { inParallel } from "../store/parallel.ts";
import { type NewRow, rowsOf, type Table, type Write } from "../store/table.ts";
import { kindsOwed, laneOf, raise, rankOf } from "./owed.ts";
import { owedAddress, owedRangeOf, owedValues, readOwed, type StoredOwed } from "./owed-row.ts";

/** What recording came to for one finding. Counts are in records. */
export interface Recorded {
	readonly key: string;
	/** `quarantined`: the table refuses this finding for ever, even without its samples. */
	readonly reason: Reason | "quarantined";
	/** Counted now. */
	readonly fresh: number;
	/** Counted before. */
	readonly repeats: number;
	/** After recording; `undefined` for a repeat and for what was refused. */
	readonly finding: Finding | undefined;
	/** What this batch wants told; empty when nothing. */
	readonly kinds: readonly NoticeKind[];
	/** When it is due; `undefined` when nothing is wanted. */
	readonly dueAt: Date | undefined;
	/** Who is owed something about this finding now, and what in all. */
	readonly owed: readonly { readonly destination: string; readonly kinds: readonly NoticeKind[] }[];
}

export interface RecorderDeps {
	readonly table: Table;
	/** Names; each gets a row of its own in which is written what it is owed. */
	readonly destinations: readonly string[];
	readonly policy: Policy;
	readonly random: () => number;
	readonly sleep: (ms: number) => Promise<void>;
	readonly newId: () => string;
}

export interface Recorder {
	/** Rejects if a finding could not be stored: then the batch must come again. What was stored is recognised as a repeat. */
	record(sightings: readonly Sighting[], now: Date): Promise<readonly Recorded[]>;
}

const maxTries = 8;

/** Step 5: sightings become findings and owed notices, one transaction for each finding. */
export function createRecorder(deps: RecorderDeps): Recorder {
	// Two batches of this process about one device would only make each other try again.
	const oneAtATime = createTurns();
	return {
		async record(sightings, now) {
			const groups = [...Map.groupBy(sightings, ({ device, family }) => findingKey(device, family))];
			const failures: unknown[] = [];
			const recorded = await inParallel(groups, 16, async ([key, group]) => {
				try {
					return await oneAtATime(key, () => recordFinding(deps, key, group, now));
				} catch (error) {
					// The other findings are stored all the same; the batch fails when all were tried.
					failures.push(error);
					return undefined;
				}
			});
			if (failures.length > 0) {
				throw new Error(`${failures.length} of ${groups.length} findings could not be recorded`, { cause: failures[0] });
			}
			return recorded.filter((one) => one !== undefined);
		},
	};
}

async function recordFinding(deps: RecorderDeps, key: string, sightings: readonly Sighting[], now: Date): Promise<Recorded> {
	let written: { readonly token: string; readonly result: Recorded } | undefined;
	let smallest = false;
	for (let attempt = 0; attempt < maxTries; attempt++) {
		const stored = await readStored(deps.table, key);
		// The answer to our own write was lost: what looks like somebody else's change is ours.
		if (written !== undefined && stored?.writer === written.token) return written.result;
		const decision = decide(stored?.finding, sightings, now, deps.policy);
		if (decision.reason === "repeat") return repeat(key, sightings.length);

		const owed = decision.reason === "held" ? new Map<string, StoredOwed>() : await readAllOwed(deps.table, key);
		const token = deps.newId();
		const row = (finding: Finding) => ({ ...findingAddress(key), values: findingValues(finding, token, smallest) });
		const plan = planWrites(deps.destinations, decision, { etag: stored?.etag, owed, row }, sightings);
		const result = report(key, decision, sightings.length, plan);
		const done = await deps.table.transact(plan.writes);
		switch (done.outcome) {
			case "written":
				return result;
			case "conflict":
			case "stale":
			case "missing":
				written = { token, result };
				await deps.sleep(deps.random() * 50 * 2 ** attempt);
				break;
			case "tableMissing":
				await deps.table.ensure();
				break;
			case "refused":
				if (smallest) return refused(key, sightings.length);
				smallest = true;
				break;
		}
	}
	throw new Error(`finding cf-${key.slice(0, 12)} was changed by others ${maxTries} times in a row`);
}

async function readStored(table: Table, key: string): Promise<StoredFinding | undefined> {
	const row = await table.get(findingAddress(key));
	return row === undefined ? undefined : readFinding(row);
}

type AllOwed = ReadonlyMap<string, StoredOwed>;

async function readAllOwed(table: Table, key: string): Promise<AllOwed> {
	const owed = new Map<string, StoredOwed>();
	for await (const row of rowsOf(table, owedRangeOf(key))) {
		const stored = readOwed(row);
		owed.set(stored.destination, stored);
	}
	return owed;
}

type Told = Exclude<Decision, { reason: "repeat" }>;

interface Plan {
	readonly finding: Finding;
	readonly writes: readonly Write[];
	readonly owed: Recorded["owed"];
}

/** The finding and, if something is to be told, what each destination is owed: one transaction. */
function planWrites(
	destinations: readonly string[],
	decision: Told,
	before: { readonly etag: string | undefined; readonly owed: AllOwed; readonly row: (finding: Finding) => NewRow },
	sightings: readonly Sighting[],
): Plan {
	const finding = decision.reason === "new" ? continueNumbers(decision.finding, before.owed) : decision.finding;
	const writes: Write[] = [write(before.row(finding), before.etag)];
	if (decision.reason === "held") return { finding, writes, owed: [] };

	const demand = { reason: decision.reason, finding, lane: laneOf(sightings), rank: rankOf(sightings), dueAt: decision.dueAt };
	const owed = destinations.map((destination) => {
		const known = before.owed.get(destination);
		const after = raise(known?.owed, demand);
		writes.push(write({ ...owedAddress(finding.key, destination), values: owedValues(after) }, known?.etag));
		return { destination, kinds: kindsOwed(finding, after.sent) };
	});
	return { finding, writes, owed };
}

/** A row that was not there is created, one that was there must still be the same. */
function write(row: NewRow, etag: string | undefined): Write {
	return etag === undefined ? { kind: "create", row } : { kind: "replace", row, etag };
}

/**
 * A finding that begins anew while destinations still remember notices of the one before (its row was cleaned up, or
 * damaged) continues their numbers: a number they got already would never be sent.
 */
function continueNumbers(finding: Finding, owed: AllOwed): Finding {
	const last = Math.max(0, ...[...owed.values()].map((stored) => stored.owed?.want ?? 0));
	return last === 0 ? finding : { ...finding, want: last + 1, reasons: { new: last + 1 } };
}

function report(key: string, decision: Told, total: number, { finding, owed }: Plan): Recorded {
	const counts = { fresh: decision.fresh, repeats: total - decision.fresh };
	if (decision.reason === "held") return { key, reason: "held", ...counts, finding, kinds: [], dueAt: undefined, owed };
	const kind = decision.reason === "later" ? "changed" : decision.reason;
	return { key, reason: decision.reason, ...counts, finding, kinds: [kind], dueAt: decision.dueAt, owed };
}

function repeat(key: string, repeats: number): Recorded {
	return { key, reason: "repeat", fresh: 0, repeats, finding: undefined, kinds: [], dueAt: undefined, owed: [] };
}

function refused(key: string, total: number): Recorded {
	return { key, reason: "quarantined", fresh: total, repeats: 0, finding: undefined, kinds: [], dueAt: undefined, owed: [] };
}
