import { type Finding, noticeId } from "../findings/finding.ts";
import { findingAddress, readFinding } from "../findings/finding-row.ts";
import type { Table } from "../store/table.ts";
import { backoffMs, giveUpAfterMs } from "./backoff.ts";
import type { AnyNotice, Delivery, Destination, Notice } from "./delivery.ts";
import type { DestinationState } from "./destination-state.ts";
import { type Lease, settle, takeLease } from "./lease.ts";
import { giveUp, kindsOwed, leaseMs, type Owed, putOff, told } from "./owed.ts";
import { owedAddress, owedValues, type StoredOwed } from "./owed-row.ts";
import type { Post } from "./post.ts";

export interface SendDeps {
	readonly table: Table;
	readonly clock: () => Date;
	readonly random: () => number;
	readonly newId: () => string;
	/** A signal that fires after so many milliseconds. */
	readonly deadline: (ms: number) => AbortSignal;
}

/** Over connect, headers and body. */
export const sendMs = 15_000;

/** With less of the lease left than this, a message is not begun: nobody else may send it while we do. */
export const neededMs = sendMs + 15_000;

export type Claimable = StoredOwed & { readonly owed: Owed };

/** What came of one attempt; without a delivery nothing was sent. */
export interface Sent {
	readonly post: Post | undefined;
	readonly delivery: Delivery | undefined;
	/** The lease was lost before the outcome was written: somebody may have sent it again. */
	readonly possibleDuplicate: boolean;
}

const nothingSent: Sent = { post: undefined, delivery: undefined, possibleDuplicate: false };

/** Claim, render, send, read back, mark: one notice to one destination. The message is made from the finding as it is now. */
export async function sendOne(deps: SendDeps, destination: Destination, due: Claimable, serverNow: Date): Promise<Sent> {
	const claimedAt = deps.clock();
	const lease = await takeLease(deps.table, due, deps.newId(), serverNow);
	if (lease === undefined) return nothingSent;

	const row = await deps.table.get(findingAddress(lease.key));
	const finding = row === undefined ? undefined : readFinding(row).finding;
	if (finding === undefined) {
		await settle(deps.table, lease, (owed) =>
			giveUp(owed, lease.owed.want, { lastError: "unreadable", lastStatus: undefined }, deps.clock()),
		);
		return nothingSent;
	}
	const notice = render(finding, lease.owed, deps.clock());
	if (notice === undefined) {
		await settle(deps.table, lease, (owed) => told(owed, owed.sent, owed.countSent, owed.proof ?? "queued", owed.sentAt ?? deps.clock()));
		return nothingSent;
	}
	if (deps.clock().getTime() - claimedAt.getTime() > leaseMs - neededMs) return nothingSent;

	const delivery = await attempt(destination, notice, deps.deadline(sendMs));
	const outcome = judge(lease, delivery, deps);
	const ended = await settle(deps.table, lease, (owed) => mark(owed, notice, delivery, outcome, deps.clock()));
	return { delivery, possibleDuplicate: ended === "lost", post: describe(lease, notice, delivery, outcome.kind) };
}

/** `undefined`: nothing is owed (any more). */
export function render(finding: Finding, owed: Pick<Owed, "sent" | "countSent">, now: Date): Notice | undefined {
	const kinds = kindsOwed(finding, owed.sent);
	if (kinds.length === 0) return undefined;
	return {
		type: "finding",
		id: noticeId(finding, finding.want),
		n: finding.want,
		finding,
		kinds,
		moreSinceLast: finding.count - owed.countSent,
		now,
	};
}

/** A destination that throws is at fault itself; its notice waits like any other, and the others go on. */
export async function attempt(destination: Destination, notice: AnyNotice, signal: AbortSignal): Promise<Delivery> {
	try {
		return await destination.send(notice, signal);
	} catch (error) {
		const detail = `unexpected ${error instanceof Error ? error.name : "error"} in the destination ${destination.name}`;
		return { ok: false, reason: "network", scope: "row", retryAfterMs: undefined, ambiguous: true, status: undefined, detail };
	}
}

type Judged = { readonly kind: "sent" | "dead" } | { readonly kind: "retried"; readonly until: Date };

/** Sent, tried again later, or given up: after 72 hours, or when the destination will never take it. */
function judge(lease: Lease, delivery: Delivery, { clock, random }: Pick<SendDeps, "clock" | "random">): Judged {
	if (delivery.ok) return { kind: "sent" };
	const now = clock();
	if (delivery.scope === "dead" || isTooOld(lease.owed, now)) return { kind: "dead" };
	return { kind: "retried", until: new Date(now.getTime() + waitAfter(delivery, lease.owed.attempt, random)) };
}

/** Our own schedule, or longer if the far end asked for it. */
export function waitAfter(delivery: Delivery, attempts: number, random: () => number): number {
	return Math.max(backoffMs(attempts, random), delivery.ok ? 0 : (delivery.retryAfterMs ?? 0));
}

export function isTooOld({ wantedAt }: Pick<Owed, "wantedAt">, now: Date): boolean {
	return now.getTime() - wantedAt.getTime() >= giveUpAfterMs;
}

/** Gives up what could not even be tried, for the reason its destination gave. `false`: somebody else has changed the row. */
export async function expire(
	table: Table,
	{ key, destination, owed, etag }: Claimable,
	{ lastError, lastStatus }: DestinationState,
	now: Date,
): Promise<boolean> {
	const dead = giveUp(owed, owed.want, { lastError, lastStatus }, now);
	const done = await table.replace({ ...owedAddress(key, destination), values: owedValues(dead) }, etag);
	return done.outcome === "written";
}

function mark(owed: Owed, notice: Notice, delivery: Delivery, judged: Judged, now: Date): Owed {
	if (delivery.ok) return told(owed, notice.n, notice.finding.count, delivery.proof, now);
	const cause = { lastError: delivery.reason, lastStatus: delivery.status };
	return judged.kind === "retried" ? putOff(owed, judged.until, cause) : giveUp(owed, notice.n, cause, now);
}

function describe(lease: Lease, { id, finding, kinds }: Notice, delivery: Delivery, outcome: Post["outcome"]): Post {
	return {
		destination: lease.destination,
		noticeId: id,
		key: finding.key,
		deviceId: finding.device.id,
		deviceName: finding.device.name,
		kinds,
		severity: finding.severity,
		outcome,
		ambiguous: !delivery.ok && delivery.ambiguous,
		status: delivery.ok ? undefined : delivery.status,
		detail: delivery.ok ? delivery.proof : delivery.detail,
	};
}
