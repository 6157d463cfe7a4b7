import { isWorse } from "../severity.ts";
import { findingAddress, readFinding } from "./finding-row.ts";
import { isLate, outbox } from "./outbox.ts";
import { raise } from "./owed.ts";
import { owedAddress, owedValues, readOwed } from "./owed-row.ts";
import type { Table } from "./table.ts";

/** An urgent notice that a destination does not take for this long goes to the fallback too. */
const fallbackAfterMs = 10 * 60_000;

/**
 * Owes the fallback what another destination has not taken in time: high severity and above, once for each notice.
 * Returns how many. The row is an ordinary one: leased, retried and marked like all others.
 */
export async function fallBack(table: Table, fallback: string, now: Date): Promise<number> {
	let raised = 0;
	for await (const { key, destination, owed } of outbox(table)) {
		const waited = now.getTime() - owed.wantedAt.getTime();
		// What was refused for good is not late any more, and all the more in need of another way.
		const notTaken = isLate(owed, now) || (owed.state === "dead" && owed.sent < owed.want);
		if (destination === fallback || !notTaken || waited < fallbackAfterMs || !isWorse(owed.severity, "medium")) continue;
		const row = await table.get(findingAddress(key));
		const finding = row === undefined ? undefined : readFinding(row).finding;
		if (finding === undefined) continue;
		const address = owedAddress(key, fallback);
		const stored = await table.get(address);
		const before = stored === undefined ? undefined : readOwed(stored).owed;
		if (before !== undefined && before.want >= finding.want) continue;
		const values = owedValues(raise(before, { reason: "worse", finding, lane: "first", rank: owed.rank, dueAt: now }));
		const written =
			stored === undefined ? await table.create({ ...address, values }) : await table.replace({ ...address, values }, stored.etag);
		if (written.outcome === "written") raised += 1;
	}
	return raised;
}
