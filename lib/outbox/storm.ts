import { createHash } from "node:crypto";
import { type Severity, severities } from "../detect/severity-scale.ts";
import { type Finding, noticeId } from "../findings/finding.ts";
import { findingAddress, readFinding } from "../findings/finding-row.ts";
import type { Table } from "../store/table.ts";
import type { StormNotice } from "./delivery.ts";
import type { OpenOwed } from "./lease.ts";
import { type Receiver, type SendDeps, type Sent, sendClaimed } from "./send.ts";

/** More ordinary notices than this, due at once for one destination, are a storm. */
export const stormAbove = 10;

const worstShown = 10;

/** One message for all of them; each is told with its own number. `undefined`: nothing was sent. */
export function sendStorm(deps: SendDeps, receiver: Receiver, rows: readonly OpenOwed[]): Promise<Sent<StormNotice> | undefined> {
	return sendClaimed(deps, receiver, rows, async ({ members }) => {
		const notice = describe(members, await readWorst(deps.table, members), deps.clock());
		// What a row held when it was claimed is what was told.
		return { notice, tells: ({ owed }) => ({ n: owed.want, count: owed.count }) };
	});
}

/** Only what is shown is read: the rest is counted from what the rows say. */
async function readWorst(table: Table, members: readonly OpenOwed[]): Promise<readonly Finding[]> {
	const shown = members.toSorted((a, b) => rank(b.owed.severity) - rank(a.owed.severity)).slice(0, worstShown);
	const rows = await Promise.all(shown.map((member) => table.get(findingAddress(member.key))));
	return rows.flatMap((row) => (row === undefined ? [] : (readFinding(row).finding ?? [])));
}

function rank(severity: Severity): number {
	return severities.indexOf(severity);
}

function describe(members: readonly OpenOwed[], worst: readonly Finding[], now: Date): StormNotice {
	const ids = members.map(({ key, owed }) => noticeId({ key }, owed.want)).sort();
	return {
		type: "storm",
		id: `cf-storm-${createHash("sha256").update(ids.join(" ")).digest("hex").slice(0, 12)}`,
		count: members.length,
		bySeverity: countSeverities(members),
		worst,
		since: oldestOf(members, now),
		now,
	};
}

/** How many notices of each severity; every severity is listed, with 0 if there are none. */
export function countSeverities(members: readonly OpenOwed[]): Readonly<Record<Severity, number>> {
	const bySeverity = { info: 0, low: 0, medium: 0, high: 0, critical: 0 };
	for (const { owed } of members) bySeverity[owed.severity] += 1;
	return bySeverity;
}

/** Since when the oldest of them is owed. */
export function oldestOf(members: readonly OpenOwed[], now: Date): Date {
	return members.reduce((oldest, { owed }) => (owed.wantedAt < oldest ? owed.wantedAt : oldest), now);
}
