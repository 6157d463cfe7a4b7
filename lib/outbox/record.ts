import { dayWrite } from "../findings/day-row.ts";
import { type Finding, findingKey } from "../findings/finding.ts";
import { damagedCopy, findingAddress, findingValues, isFindingRow, readFinding, toldRangeOf } from "../findings/finding-row.ts";
import { type Decision, decide, type Policy, type Reason } from "../findings/policy.ts";
import type { Sighting } from "../sighting/sighting.ts";
import { type ChangeDeps, changeRow, type RowChange } from "../store/change-row.ts";
import { createTurns } from "../store/keyed-lock.ts";
import { inParallel } from "../store/parallel.ts";
import { type Row, rowsOf, type Table } from "../store/table.ts";
import type { OpenOwed } from "./lease.ts";
import { kindsOwed, raise } from "./owed.ts";
import { owedRangeOf, owedWrites, readOwed, type StoredOwed } from "./owed-row.ts";
import { type Recorded, recordedOf, setAsideOf } from "./recorded.ts";
import type { ChooseRoute, Route } from "./route.ts";
import { urgencyOf } from "./urgency.ts";

export interface RecorderDeps extends ChangeDeps {
	/** Names; each gets a row of its own in which is written what it is owed. */
	readonly destinations: readonly string[];
	/** Where a notice goes; absent = everywhere. */
	readonly route?: ChooseRoute;
	readonly policy: Policy;
	/** What judging has just read of a finding; absent = it is read. */
	readonly readAhead?: (key: string) => readonly Row[] | undefined;
}

export interface Recorder {
	/** Rejects if a finding could not be stored: the batch must then be delivered again, and stored findings come out as repeats. */
	record(sightings: readonly Sighting[], now: Date): Promise<readonly Recorded[]>;
}

/** Step 6: sightings become findings and owed notices, one transaction for each finding. */
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
	// A finding that the table refuses is tried once more with hardly more of its samples than their names.
	for (const smallest of [false, true]) {
		const owed = createOwedReader(deps, key);
		const changed = await changeRow(deps, findingAddress(key), (row) => plan(deps, key, sightings, now, row, owed, smallest), owed.read);
		if (changed.outcome === "crowded") throw new Error(`finding cf-${key.slice(0, 12)} was changed by others at each try`);
		if (changed.outcome === "kept") return changed.result.recorded;
		if (changed.outcome === "written") return withEtags(changed.result, changed.alsoEtags);
	}
	return setAsideOf(key, "refused-by-table", sightings.length);
}

/** What a plan comes to once it is written. */
interface Planned {
	readonly recorded: Recorded;
	/** The open rows it writes, each with its place among the further writes; their ETags come with the answer. */
	readonly opened: readonly { readonly row: OpenOwed; readonly at: number }[];
}

function withEtags({ recorded, opened }: Planned, etags: readonly string[] | undefined): Recorded {
	if (etags === undefined || opened.length === 0) return recorded;
	return { ...recorded, written: opened.map(({ row, at }) => ({ ...row, etag: etags[at] ?? "" })) };
}

interface OwedReader {
	/** The row of the finding; with it comes what was told about it. */
	read(): Promise<Row | undefined>;
	/** What each destination is owed, or was told. */
	all(isNew: boolean): Promise<ReadonlyMap<string, StoredOwed>>;
}

function createOwedReader({ table, destinations, readAhead }: RecorderDeps, key: string): OwedReader {
	const settled = new Map<string, StoredOwed>();
	let reads = 0;
	return {
		async read() {
			reads += 1;
			settled.clear();
			let finding: Row | undefined;
			const known = reads === 1 ? readAhead?.(key) : undefined;
			for await (const row of known ?? rowsOf(table, toldRangeOf(key))) {
				if (row.rowKey === findingAddress(key).rowKey) finding = row;
				else settled.set(readOwed(row).destination, readOwed(row));
			}
			return finding;
		},
		async all(isNew) {
			const isComplete = isNew || destinations.every((name) => settled.has(name));
			// Nothing is open about what was settled everywhere, or never seen; if that proves wrong, the next try looks.
			if (reads === 1 && isComplete) return settled;
			const open = await readOpen(table, key);
			const found = new Set([...settled.keys(), ...open.map(({ destination }) => destination)]);
			// What was told between the two readings stood in neither place.
			if (!isNew && destinations.some((name) => !found.has(name)))
				for (const row of await readSettled(table, key)) settled.set(row.destination, row);
			return merge(settled, open);
		},
	};
}

async function readSettled(table: Table, key: string): Promise<readonly StoredOwed[]> {
	const settled: StoredOwed[] = [];
	for await (const row of rowsOf(table, toldRangeOf(key))) if (!isFindingRow(row)) settled.push(readOwed(row));
	return settled;
}

async function readOpen(table: Table, key: string): Promise<readonly StoredOwed[]> {
	const open: StoredOwed[] = [];
	for await (const row of rowsOf(table, owedRangeOf(key))) open.push(readOwed(row));
	return open;
}

/** Only an instance of the version before leaves both: then the open row goes on, and knows what was told. */
function merge(settled: ReadonlyMap<string, StoredOwed>, open: readonly StoredOwed[]): ReadonlyMap<string, StoredOwed> {
	const all = new Map(settled);
	for (const { owed, ...row } of open) {
		const before = settled.get(row.destination)?.owed;
		const knows = owed === undefined || before === undefined || before.sent <= owed.sent;
		all.set(row.destination, { ...row, owed: knows ? owed : { ...owed, sent: before.sent, countSent: before.countSent } });
	}
	return all;
}

/** The finding and, if something is to be told, what each destination is owed: one transaction. */
async function plan(
	{ destinations, policy, route: chooseRoute }: RecorderDeps,
	key: string,
	sightings: readonly Sighting[],
	now: Date,
	row: Row | undefined,
	reader: OwedReader,
	smallest: boolean,
): Promise<RowChange<Planned>> {
	const stored = row === undefined ? undefined : readFinding(row);
	const total = sightings.length;
	const isDamaged = stored?.finding === undefined && stored?.unreadable === "damaged";
	if (stored?.finding === undefined && stored?.unreadable === "newer") return { keep: only(setAsideOf(key, "row-newer", total)) };
	const decided = decide(stored?.finding, sightings, now, policy);
	if (decided.reason === "repeat") return { keep: only(recordedOf(key, decided, total, () => [])) };
	const route = chooseRoute?.(decided.finding);
	const beside = (finding: Finding) => [dayWrite(finding, now), ...(row !== undefined && isDamaged ? [damagedCopy(row, key, now)] : [])];
	if (decided.reason === "held") {
		// It takes the way of the notice before it; approved ones had none, and are counted where one would go.
		const finding = decided.finding.want > 0 ? decided.finding : withRoute(decided.finding, route, []);
		const result = { ...recordedOf(key, { ...decided, finding }, total, () => []), damaged: isDamaged };
		return { values: findingValues(finding, smallest), also: beside(finding), result: only(result) };
	}
	const known = await reader.all(row === undefined);
	const follows = addressees(decided.reason, known);
	const told = route === undefined ? destinations : destinations.filter((name) => route.tells.includes(name) || follows.includes(name));
	const rows = told.map((destination) => known.get(destination));
	if (rows.some((one) => one?.unreadable === "newer")) return { keep: only(setAsideOf(key, "row-newer", total)) };
	const numbered = decided.reason === "new" ? continueNumbers(decided, known) : decided;
	const decision = { ...numbered, finding: withRoute(numbered.finding, route, told) };
	const { reason, finding, dueAt } = decision;
	const demand = { reason, finding, dueAt, urgency: urgencyOf(finding.noticeSeverity ?? finding.severity, sightings) };
	const owed = told.map((destination, index) => {
		const led = route?.tells.includes(destination) === true ? { ...demand, route } : demand;
		return { destination, stored: rows[index], after: raise(rows[index]?.owed, led) };
	});
	const recorded = recordedOf(key, decision, total, () =>
		owed.map(({ destination, after }) => ({ destination, kinds: kindsOwed(finding, after.sent) })),
	);
	const also = [...beside(finding)];
	const opened = owed.map(({ destination, stored: before, after }) => {
		const at = also.length;
		also.push(...owedWrites(before, key, destination, after));
		return { row: { key, destination, owed: after, etag: "", place: "open" as const }, at };
	});
	const damaged = isDamaged || rows.some((one) => one?.unreadable === "damaged");
	return { values: findingValues(finding, smallest), also, result: { recorded: { ...recorded, damaged }, opened } };
}

/** Whoever was told of the finding or is about to be hears how it goes on, whatever the route is today; what comes back begins anew. */
function addressees(reason: Reason, known: ReadonlyMap<string, StoredOwed>): readonly string[] {
	if (reason === "new" || reason === "back") return [];
	return [...known].filter(([, { owed }]) => owed !== undefined).map(([name]) => name);
}

/** Notes on the finding where its notice was led. */
function withRoute({ routed: before, ...finding }: Finding, route: Route | undefined, told: readonly string[]): Finding {
	if (route === undefined) return before === undefined ? finding : { ...finding, routed: before };
	const keeps = route.keeps.filter((name) => !told.includes(name));
	if (route.digest === undefined && keeps.length === 0) return finding;
	const digest = route.digest === undefined ? {} : { digest: [...new Set([...route.digest, ...told])] };
	return { ...finding, routed: { ...digest, keeps } };
}

function only(recorded: Recorded): Planned {
	return { recorded, opened: [] };
}

type Told = Exclude<Decision, { reason: "repeat" | "held" }>;

/**
 * After a damaged row is replaced, destinations may remember notices of the earlier finding. The new one continues
 * their numbers: a number that a destination already got would never be sent.
 */
function continueNumbers(decision: Told, owed: ReadonlyMap<string, StoredOwed>): Told {
	const last = Math.max(0, ...[...owed.values()].map((stored) => stored.owed?.want ?? 0));
	return last === 0 ? decision : { ...decision, finding: { ...decision.finding, want: last + 1, reasons: { new: last + 1 } } };
}
