import { findingAddress, readFinding } from "../findings/finding-row.ts";
import { inParallel } from "../store/parallel.ts";
import type { Table } from "../store/table.ts";
import { everyRow, isLate, type OutboxRow } from "./outbox.ts";
import { type Owed, raise } from "./owed.ts";
import { owedAddress, owedValues, type StoredOwed } from "./owed-row.ts";
import { byUrgency, isSevere } from "./urgency.ts";

/** An urgent notice that a destination does not take for this long goes to the fallback too. */
const fallbackAfterMs = 10 * 60_000;

/** In one run; the others follow in the next ones. */
const fallbackAtOnce = 200;

/**
 * Owes the fallback what another destination has not taken in time: high severity and above, once for each notice, the
 * most urgent first. Returns how many. The row is an ordinary one: leased, retried and marked like all others.
 */
export async function fallBack(table: Table, fallback: string, now: Date): Promise<number> {
	const late: OutboxRow[] = [];
	const known = new Map<string, StoredOwed>();
	for await (const { owed, ...row } of everyRow(table)) {
		if (row.destination === fallback) known.set(row.key, { ...row, owed });
		else if (owed !== undefined && needsAnotherWay(owed, now)) late.push({ ...row, owed });
	}
	const news = late.filter(({ key, owed }) => (known.get(key)?.owed?.want ?? 0) < owed.want).sort(byUrgency);
	const unique = [...new Map(news.map((row) => [row.key, row])).values()];
	const raised = await inParallel(unique.slice(0, fallbackAtOnce), 16, (row) => owe(table, fallback, row, known.get(row.key), now));
	return raised.filter(Boolean).length;
}

/** What was refused for good is not late any more, and all the more in need of another way. */
function needsAnotherWay(owed: Owed, now: Date): boolean {
	const notTaken = isLate(owed, now) || (owed.state === "dead" && owed.sent < owed.want);
	return notTaken && isSevere(owed) && now.getTime() - owed.wantedAt.getTime() >= fallbackAfterMs;
}

async function owe(table: Table, fallback: string, { key, owed }: OutboxRow, known: StoredOwed | undefined, now: Date): Promise<boolean> {
	const row = await table.get(findingAddress(key));
	const finding = row === undefined ? undefined : readFinding(row).finding;
	if (finding === undefined) return false;
	const values = owedValues(raise(known?.owed, { reason: "worse", finding, lane: "first", rank: owed.rank, dueAt: now }));
	const address = owedAddress(key, fallback);
	const written =
		known === undefined ? await table.create({ ...address, values }) : await table.replace({ ...address, values }, known.etag);
	return written.outcome === "written";
}
