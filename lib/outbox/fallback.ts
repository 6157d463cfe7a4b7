import { isFindingRow, readFinding, toldRangeOf } from "../findings/finding-row.ts";
import { inParallel } from "../store/parallel.ts";
import type { Table } from "../store/table.ts";
import type { OpenOwed } from "./lease.ts";
import { isLate, openOwed } from "./outbox.ts";
import { type Owed, raise } from "./owed.ts";
import { owedAddress, owedWrites, readOwed, type StoredOwed, settledAddress } from "./owed-row.ts";
import { byUrgency, isSevere } from "./urgency.ts";

/** An urgent notice that a destination does not take for this long goes to the fallback too. */
const fallbackAfterMs = 10 * 60_000;

/** In one run; the others follow in the next ones. */
const fallbackAtOnce = 200;

/** So many late rows are kept in memory, the most urgent: several destinations can be late about one finding. */
const mostKept = 10 * fallbackAtOnce;

/**
 * Queues for the fallback what another destination has not taken in time: high severity and above, once for each
 * notice, the most urgent first. Returns how many. The row is leased, retried and marked like any other.
 */
export async function fallBack(table: Table, fallback: string, now: Date): Promise<number> {
	let late: OpenOwed[] = [];
	for await (const row of openOwed(table)) {
		if (row.destination !== fallback && row.owed.fellBack < row.owed.want && needsAnotherWay(row.owed, now)) late.push(row);
		if (late.length >= 2 * mostKept) late = late.sort(byUrgency).slice(0, mostKept);
	}
	const unique = new Map(late.sort(byUrgency).map((row) => [row.key, row]));
	const raised = await inParallel([...unique.values()].slice(0, fallbackAtOnce), 16, (row) => owe(table, fallback, row, now));
	return raised.filter(Boolean).length;
}

/** A notice refused for good is no longer late, but needs another way all the more. */
function needsAnotherWay(owed: Owed, now: Date): boolean {
	const notTaken = isLate(owed, now) || (owed.state === "dead" && owed.sent < owed.want);
	return notTaken && isSevere(owed.urgency) && now.getTime() - owed.wantedAt.getTime() >= fallbackAfterMs;
}

/** The late row remembers it in the same transaction, so that nobody has to look whether the fallback knows. */
async function owe(table: Table, fallback: string, late: OpenOwed, now: Date): Promise<boolean> {
	const { key, destination, owed } = late;
	const { rows } = await table.page(toldRangeOf(key));
	const row = rows.find(isFindingRow);
	const finding = row === undefined ? undefined : readFinding(row).finding;
	if (finding === undefined) return false;
	const write = async (known: StoredOwed | undefined): Promise<"owed" | "known" | "open already" | "changed"> => {
		const remembered = owedWrites(late, key, destination, { ...owed, fellBack: owed.want });
		const isKnown = (known?.owed?.want ?? 0) >= owed.want;
		const raised = raise(known?.owed, { reason: "worse", finding, urgency: owed.urgency, dueAt: now });
		const done = await table.transact(isKnown ? remembered : [...remembered, ...owedWrites(known, key, fallback, raised)]);
		if (done.outcome === "written") return isKnown ? "known" : "owed";
		return done.outcome === "conflict" ? "open already" : "changed";
	};
	const told = rows.find(({ rowKey }) => rowKey === settledAddress(key, fallback).rowKey);
	const first = await write(told === undefined ? undefined : readOwed(told));
	if (first !== "open already") return first === "owed";
	const open = await table.get(owedAddress(key, fallback));
	return open !== undefined && (await write(readOwed(open))) === "owed";
}
