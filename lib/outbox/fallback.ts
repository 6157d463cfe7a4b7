import { isFindingRow, readFinding, toldRangeOf } from "../findings/finding-row.ts";
import { inParallel } from "../store/parallel.ts";
import type { Table } from "../store/table.ts";
import type { OpenOwed } from "./lease.ts";
import { isLate, openRows } from "./outbox.ts";
import { type Owed, raise } from "./owed.ts";
import { owedWrites, readOwed, type StoredOwed, settledAddress } from "./owed-row.ts";
import { byUrgency, isSevere } from "./urgency.ts";

/** An urgent notice that a destination does not take for this long goes to the fallback too. */
const fallbackAfterMs = 10 * 60_000;

/** In one run; the others follow in the next ones. */
const fallbackAtOnce = 200;

/** So many late rows are kept in memory, the most urgent: several destinations can be late about one finding. */
const mostKept = 10 * fallbackAtOnce;

/** A late notice, and the open row of the fallback about the same finding. */
interface Late {
	readonly row: OpenOwed;
	readonly open: StoredOwed | undefined;
}

/**
 * Queues for the fallback what another destination has not taken in time: high severity and above, once for each
 * notice, the most urgent first. Returns how many. The row is leased, retried and marked like any other.
 */
export async function fallBack(table: Table, fallback: string, now: Date): Promise<number> {
	let late: Late[] = [];
	for await (const rows of byFinding(openRows(table))) {
		const open = rows.find(({ destination }) => destination === fallback);
		for (const { owed, ...row } of rows) {
			if (row.destination === fallback || owed === undefined) continue;
			if (owed.fellBack < owed.want && needsAnotherWay(owed, now)) late.push({ row: { ...row, owed }, open });
		}
		if (late.length >= 2 * mostKept) late = late.sort(mostUrgentFirst).slice(0, mostKept);
	}
	const unique = new Map(late.sort(mostUrgentFirst).map((one) => [one.row.key, one]));
	const raised = await inParallel([...unique.values()].slice(0, fallbackAtOnce), 16, (one) => owe(table, fallback, one, now));
	return raised.filter(Boolean).length;
}

function mostUrgentFirst(a: Late, b: Late): number {
	return byUrgency(a.row, b.row);
}

/** Together what is open about one finding. */
async function* byFinding(rows: AsyncIterable<StoredOwed>): AsyncGenerator<readonly StoredOwed[]> {
	let group: StoredOwed[] = [];
	for await (const row of rows) {
		if (group[0] !== undefined && group[0].key !== row.key) {
			yield group;
			group = [];
		}
		group.push(row);
	}
	if (group.length > 0) yield group;
}

/** A notice refused for good is no longer late, but needs another way all the more. */
function needsAnotherWay(owed: Owed, now: Date): boolean {
	const notTaken = isLate(owed, now) || (owed.state === "dead" && owed.sent < owed.want);
	return notTaken && isSevere(owed.urgency) && now.getTime() - owed.wantedAt.getTime() >= fallbackAfterMs;
}

/** The late row remembers it in the same transaction, so that nobody has to look whether the fallback knows. */
async function owe(table: Table, fallback: string, { row: late, open }: Late, now: Date): Promise<boolean> {
	const { key, destination, owed } = late;
	// Read after the open rows: what was told meanwhile is found here, and what was opened meanwhile lets the write fail.
	const { rows } = await table.page(toldRangeOf(key));
	const row = rows.find(isFindingRow);
	const finding = row === undefined ? undefined : readFinding(row).finding;
	if (finding === undefined) return false;
	const told = rows.find(({ rowKey }) => rowKey === settledAddress(key, fallback).rowKey);
	const known = open ?? (told === undefined ? undefined : readOwed(told));
	const remembered = owedWrites(late, key, destination, { ...owed, fellBack: owed.want });
	const isKnown = (known?.owed?.want ?? 0) >= owed.want;
	const raised = raise(known?.owed, { reason: "worse", finding, urgency: owed.urgency, dueAt: now });
	const done = await table.transact(isKnown ? remembered : [...remembered, ...owedWrites(known, key, fallback, raised)]);
	return done.outcome === "written" && !isKnown;
}
