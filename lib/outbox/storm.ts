import { createHash } from "node:crypto";
import { type Severity, severities } from "../detect/severity-scale.ts";
import { type Finding, noticeId } from "../findings/finding.ts";
import { findingAddress, readFinding } from "../findings/finding-row.ts";
import { inParallel } from "../store/parallel.ts";
import { maxTransaction, type NewRow, rowsOf, type Table } from "../store/table.ts";
import type { Delivery, Destination, StormNotice } from "./delivery.ts";
import { claim, giveUp, leaseMs, type Owed, putOff, told } from "./owed.ts";
import { owedAddress, owedRange, owedValues, readOwed } from "./owed-row.ts";
import { attempt, type Claimable, isTooOld, neededMs, type SendDeps, sendMs, waitAfter } from "./send.ts";

/** More ordinary notices than this, due at once for one destination, are a storm. */
export const stormAbove = 10;

const worstShown = 10;

export interface StormSent {
	readonly id: string;
	/** Findings it stands for. */
	readonly count: number;
	readonly outcome: "sent" | "retried" | "dead";
	readonly delivery: Delivery;
	/** Members whose lease was lost before the outcome was written. */
	readonly possibleDuplicates: number;
	readonly members: readonly Claimable[];
}

/** Claims all of them, sends one message, and marks each as told with its own number. `undefined`: nothing was sent. */
export async function sendStorm(
	deps: SendDeps,
	destination: Destination,
	due: readonly Claimable[],
	serverNow: Date,
): Promise<StormSent | undefined> {
	const claimedAt = deps.clock();
	const leaseId = deps.newId();
	const chunks = intoChunks(due);
	const members = (await inParallel(chunks, 8, (chunk) => claimAll(deps.table, chunk, leaseId, serverNow))).flat();
	if (members.length === 0) return undefined;

	const worst = await readWorst(deps.table, members);
	if (deps.clock().getTime() - claimedAt.getTime() > leaseMs - neededMs) return undefined;

	const notice = describe(members, worst, deps.clock());
	const delivery = await attempt(destination, notice, deps.deadline(sendMs));
	const now = deps.clock();
	const until = new Date(now.getTime() + waitAfter(delivery, members[0]?.owed.attempt ?? 1, deps.random));
	const wants = new Map(members.map((member) => [member.key, member.owed]));
	const settled = await settleAll(deps.table, destination.name, members, leaseId, (owed, key) =>
		mark(owed, wants.get(key) ?? owed, delivery, until, now),
	);
	const outcome = delivery.ok ? "sent" : delivery.scope === "dead" ? "dead" : "retried";
	return { id: notice.id, count: members.length, outcome, delivery, possibleDuplicates: members.length - settled, members };
}

/** What the row held when it was claimed is what was told. */
function mark(owed: Owed, claimed: Owed, delivery: Delivery, until: Date, now: Date): Owed {
	if (delivery.ok) return told(owed, claimed.want, claimed.count, delivery.proof, now);
	const cause = { lastError: delivery.reason, lastStatus: delivery.status };
	return delivery.scope === "dead" || isTooOld(owed, now) ? giveUp(owed, claimed.want, cause, now) : putOff(owed, until, cause);
}

/** As many of one partition as fit into a transaction. */
function intoChunks(rows: readonly Claimable[]): readonly (readonly Claimable[])[] {
	return [...Map.groupBy(rows, (row) => row.key.slice(0, 1)).values()].flatMap((group) =>
		Array.from({ length: Math.ceil(group.length / maxTransaction) }, (_, n) => group.slice(n * maxTransaction, (n + 1) * maxTransaction)),
	);
}

/** The rows that are ours now; those that somebody else changed are left out. */
async function claimAll(table: Table, chunk: readonly Claimable[], leaseId: string, serverNow: Date): Promise<readonly Claimable[]> {
	const rows = [...chunk];
	while (rows.length > 0) {
		const claimed = rows.map((row) => ({ ...row, owed: claim(row.owed, leaseId, serverNow) }));
		const done = await table.transact(claimed.map((row) => ({ kind: "replace", row: toRow(row), etag: row.etag })));
		if (done.outcome === "written") return claimed;
		const failed = rows[done.index ?? 0];
		if (failed === undefined) return [];
		// The answer to our own claim was lost: a transaction is written whole, so all of them are ours.
		const found = await table.get(owedAddress(failed.key, failed.destination));
		if (found !== undefined && readOwed(found).owed?.leaseId === leaseId) return claimed;
		rows.splice(done.index ?? 0, 1);
	}
	return [];
}

function toRow({ key, destination, owed }: Pick<Claimable, "key" | "destination" | "owed">): NewRow {
	return { ...owedAddress(key, destination), values: owedValues(owed) };
}

/** How many leases ended as ours. */
async function settleAll(
	table: Table,
	destination: string,
	members: readonly Claimable[],
	leaseId: string,
	change: (owed: Owed, key: string) => Owed,
): Promise<number> {
	const partitionKeys = [...new Set(members.map((member) => owedAddress(member.key, destination).partitionKey))];
	const settled = await inParallel(partitionKeys, 8, async (partitionKey) => {
		for (let attempt = 0; attempt < maxTries; attempt++) {
			const { leased, ended } = await readLeases(table, partitionKey, destination, leaseId);
			if (leased.length === 0) return ended;
			for (const chunk of intoChunks(leased)) {
				// What fails is seen, and tried again, in the next round.
				await table.transact(
					chunk.map((row) => ({ kind: "replace", row: toRow({ ...row, owed: change(row.owed, row.key) }), etag: row.etag })),
				);
			}
		}
		throw new Error(`notice rows of ${partitionKey} were changed by others ${maxTries} times in a row`);
	});
	return settled.reduce((sum, count) => sum + count, 0);
}

const maxTries = 8;

async function readLeases(table: Table, partitionKey: string, destination: string, leaseId: string) {
	const leased: Claimable[] = [];
	let ended = 0;
	for await (const row of rowsOf(table, owedRange(partitionKey))) {
		const { owed, ...rest } = readOwed(row);
		if (owed === undefined || rest.destination !== destination) continue;
		if (owed.leaseId === leaseId) leased.push({ ...rest, owed });
		else if (owed.settledBy === leaseId) ended += 1;
	}
	return { leased, ended };
}

/** Only what is shown is read: the rest is counted from what the rows say. */
async function readWorst(table: Table, members: readonly Claimable[]): Promise<readonly Finding[]> {
	const shown = members.toSorted((a, b) => rank(b.owed.severity) - rank(a.owed.severity)).slice(0, worstShown);
	const rows = await Promise.all(shown.map((member) => table.get(findingAddress(member.key))));
	return rows.flatMap((row) => (row === undefined ? [] : (readFinding(row).finding ?? [])));
}

function rank(severity: Severity): number {
	return severities.indexOf(severity);
}

function describe(members: readonly Claimable[], worst: readonly Finding[], now: Date): StormNotice {
	const bySeverity = { info: 0, low: 0, medium: 0, high: 0, critical: 0 };
	for (const { owed } of members) bySeverity[owed.severity] += 1;
	const ids = members.map(({ key, owed }) => noticeId({ key }, owed.want)).sort();
	return {
		type: "storm",
		id: `cf-storm-${createHash("sha256").update(ids.join(" ")).digest("hex").slice(0, 12)}`,
		count: members.length,
		bySeverity,
		worst,
		since: members.reduce((oldest, { owed }) => (owed.wantedAt < oldest ? owed.wantedAt : oldest), now),
		now,
	};
}
