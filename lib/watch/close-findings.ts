import type { Finding } from "../findings/finding.ts";
import { findingAddress, findingRange, findingValues, readFinding } from "../findings/finding-row.ts";
import { growthAddress } from "../knowledge/row-quota.ts";
import { owedRangeOf, readOwed } from "../outbox/owed-row.ts";
import { partitions } from "../store/partitions.ts";
import { type Row, rowsOf, type Table } from "../store/table.ts";
import { sweep } from "./expire-rows.ts";

const dayMs = 86_400_000;
/** A device that was not seen for this long is closed; its next sighting is told as *back*. */
const closeAfterMs = 30 * dayMs;
/** A closed finding is forgotten after this; its next sighting is told as *new*. */
const forgetAfterMs = 90 * dayMs;

export interface Tidied {
	readonly closed: number;
	readonly forgotten: number;
}

/** Closes and removes what is old, at most `limit` findings in one go: tables have no expiry of their own. */
export async function tidy(table: Table, now: Date, newId: () => string, limit = 500): Promise<Tidied> {
	await sweep(table, now);
	return tidyFindings(table, now, newId, limit);
}

/**
 * Every write carries the ETag just read, so a finding that moves meanwhile is left alone. What is still owed is never
 * removed.
 */
async function tidyFindings(table: Table, now: Date, newId: () => string, limit: number): Promise<Tidied> {
	let closed = 0;
	let forgotten = 0;
	for (const partition of partitions) {
		for await (const row of rowsOf(table, findingRange(partition))) {
			if (closed + forgotten >= limit) return { closed, forgotten };
			const { finding, etag } = readFinding(row);
			if (finding === undefined) continue;
			const quietMs = now.getTime() - finding.touchedAt.getTime();
			if (finding.status === "open" && quietMs >= closeAfterMs && (await close(table, finding, etag, newId()))) closed += 1;
			if (finding.status === "closed" && quietMs >= forgetAfterMs && (await forget(table, finding, row))) forgotten += 1;
		}
	}
	return { closed, forgotten };
}

async function close(table: Table, finding: Finding, etag: string, writer: string): Promise<boolean> {
	const values = findingValues({ ...finding, status: "closed" }, writer);
	return (await table.replace({ ...findingAddress(finding.key), values }, etag)).outcome === "written";
}

/** First the finding, by its ETag: whoever records now begins anew and continues the numbers of the rows below. */
async function forget(table: Table, finding: Finding, row: Row): Promise<boolean> {
	const growth = await table.get(growthAddress(finding.key));
	const owed: Row[] = [];
	for await (const one of rowsOf(table, owedRangeOf(finding.key))) owed.push(one);
	const settled = owed.every((one) => readOwed(one).owed?.state !== "due" && readOwed(one).owed?.state !== "leased");
	if (!settled || (await table.remove(row, row.etag)) !== "removed") return false;
	for (const one of growth === undefined ? owed : [...owed, growth]) await table.remove(one, one.etag);
	return true;
}
