import type { Finding } from "../findings/finding.ts";
import { findingAddress, readFinding } from "../findings/finding-row.ts";
import type { Table } from "../store/table.ts";
import { backoffMs, giveUpAfterMs } from "./backoff.ts";
import { type AnyNotice, type Delivery, type Destination, type Notice, sendMs } from "./delivery.ts";
import type { DestinationState } from "./destination-state.ts";
import { type Lease, type OpenOwed, settle, takeLease } from "./lease.ts";
import { type Failed, giveUp, leaseMs, type Owed, putOff, told } from "./owed.ts";
import { owedWrites } from "./owed-row.ts";
import type { Post } from "./post.ts";
import { render } from "./render.ts";

export interface SendDeps {
	readonly table: Table;
	readonly clock: () => Date;
	readonly random: () => number;
	readonly sleep: (ms: number) => Promise<void>;
	readonly newId: () => string;
	/** A signal that fires after so many milliseconds. */
	readonly deadline: (ms: number) => AbortSignal;
}

/** With less of the lease left than this, no message is begun: no other instance may send it at the same time. */
const neededMs = sendMs + 15_000;

/** One message, and for each notice it stands for the number and the finding's counter that it tells. */
export interface Composed<N extends AnyNotice> {
	readonly notice: N;
	/** `undefined`: it does not tell this one, whose lease has been ended. */
	tells(member: OpenOwed): { readonly n: number; readonly count: number } | undefined;
}

/** What the sender needs to know of where it sends to. */
export interface Receiver {
	readonly destination: Destination;
	state(): DestinationState;
	readonly serverClock: () => Date;
}

/** What came of one message. */
export interface Sent<N extends AnyNotice> {
	readonly notice: N;
	readonly delivery: Delivery;
	/** What became of each notice it stands for. */
	readonly outcomes: ReadonlyMap<OpenOwed, Post["outcome"]>;
	/** Their lease was lost before the outcome was written: somebody may have sent them again. */
	readonly lost: readonly OpenOwed[];
}

/**
 * Claim, make the message, send, mark: the one way in which notices leave, one at a time or many in one message. The
 * message is made after the claim, from what is known then. `undefined`: nothing was sent.
 */
export async function sendClaimed<N extends AnyNotice>(
	deps: SendDeps,
	{ destination, state, serverClock }: Receiver,
	rows: readonly OpenOwed[],
	compose: (lease: Lease) => Promise<Composed<N> | undefined>,
): Promise<Sent<N> | undefined> {
	const claimedAt = deps.clock();
	const lease = await takeLease(deps.table, rows, deps.newId(), serverClock());
	if (lease.members.length === 0) return undefined;
	const message = await compose(lease);
	if (message === undefined || deps.clock().getTime() - claimedAt.getTime() > leaseMs - neededMs) return undefined;

	const delivery = await attempt(destination, message.notice, deps.deadline(sendMs));
	const members = lease.members.filter((member) => message.tells(member) !== undefined);
	const stands = members.length > 1;
	const outcomes = new Map(members.map((member) => [member, outcomeOf(member.owed, delivery, stands, state(), deps.clock())]));
	const until = new Date(serverClock().getTime() + waitAfter(delivery, members[0]?.owed.attempt ?? 1, deps.random));
	const change = (owed: Owed, member: OpenOwed): Owed => {
		const { n, count } = message.tells(member) ?? { n: owed.sent, count: owed.countSent };
		if (delivery.ok) return told(owed, n, count, delivery.proof, deps.clock());
		const cause = causeOf(owed, delivery, stands, state(), serverClock());
		// What was wanted meanwhile says something else, and does not wait for what was refused.
		const isSuperseded = delivery.scope === "dead" && owed.want > n;
		return outcomes.get(member) === "dead" || isSuperseded ? giveUp(owed, n, cause, deps.clock()) : putOff(owed, until, cause);
	};
	const note = () => settle(deps.table, { ...lease, members }, change);
	const lost = await (delivery.ok ? insist(deps, new Date(claimedAt.getTime() + leaseMs), note) : note());
	return { notice: message.notice, delivery, outcomes, lost };
}

/** So long an instance stays with a message that arrived and cannot be noted: it would be sent again. */
const insistMs = 20_000;
const firstPauseMs = 500;
const longestPauseMs = 4_000;

/** Tries again when the table is out of reach, at most until `ends`. Settling the same lease twice does no harm. */
async function insist<T>({ clock, sleep }: Pick<SendDeps, "clock" | "sleep">, ends: Date, note: () => Promise<T>): Promise<T> {
	const until = Math.min(ends.getTime(), clock().getTime() + insistMs);
	for (let pauseMs = firstPauseMs; ; pauseMs = Math.min(2 * pauseMs, longestPauseMs)) {
		try {
			return await note();
		} catch (error) {
			if (clock().getTime() + pauseMs >= until) throw error;
			await sleep(pauseMs);
		}
	}
}

/**
 * One notice to one destination, about its finding as it is now.
 * @param known as it has just been recorded; otherwise it is read.
 */
export function sendOne(deps: SendDeps, receiver: Receiver, row: OpenOwed, known?: Finding): Promise<Sent<Notice> | undefined> {
	const serverNow = receiver.serverClock;
	return sendClaimed(deps, receiver, [row], async (lease) => {
		const [member] = lease.members;
		// As it was recorded, unless more was wanted before the claim.
		const isCurrent = known !== undefined && known.want === member?.owed.want;
		const found = member === undefined || isCurrent ? undefined : await deps.table.get(findingAddress(member.key));
		const stored = isCurrent ? { finding: known } : found === undefined ? undefined : readFinding(found);
		const finding = stored?.finding;
		if (member === undefined || finding === undefined) {
			const unreadable = { lastError: "unreadable", lastStatus: undefined } as const;
			// What a later version wrote waits for it; what is lost or damaged is given up, visibly.
			const waits = stored?.finding === undefined && stored?.unreadable === "newer";
			const again = new Date(serverNow().getTime() + backoffMs(member?.owed.attempt ?? 1, deps.random));
			await settle(deps.table, lease, (owed, { owed: claimed }) =>
				waits && !isTooOld(owed, deps.clock()) ? putOff(owed, again, unreadable) : giveUp(owed, claimed.want, unreadable, deps.clock()),
			);
			return undefined;
		}
		const notice = render(finding, member.owed, deps.clock());
		if (notice !== undefined) return { notice, tells: () => ({ n: notice.n, count: finding.count }) };
		await settle(deps.table, lease, (owed) => told(owed, owed.sent, owed.countSent, owed.proof ?? "queued", owed.sentAt ?? deps.clock()));
		return undefined;
	});
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

/**
 * Sent, tried again later, or given up: after 72 hours, or when its destination refuses it and nothing else. A message
 * that stands for many does not say which of them was refused, so they get another chance one by one.
 */
function outcomeOf(owed: Owed, delivery: Delivery, stands: boolean, state: DestinationState, now: Date): Post["outcome"] {
	if (delivery.ok) return "sent";
	if (isTooOld(owed, now)) return "dead";
	return delivery.scope === "dead" && !stands && wasRefusedAlone(owed, state) ? "dead" : "retried";
}

/** Refused before, while the destination was well, and it has taken another one since. */
function wasRefusedAlone({ refusedAt }: Owed, { lastOk, recoveredAt }: DestinationState): boolean {
	return countsAsRefused(refusedAt, recoveredAt) && lastOk !== undefined && refusedAt !== undefined && lastOk > refusedAt;
}

/** What an unwell destination refused says nothing about the notice. */
function countsAsRefused(refusedAt: Date | undefined, recoveredAt: Date | undefined): boolean {
	return refusedAt !== undefined && (recoveredAt === undefined || refusedAt > recoveredAt);
}

function causeOf(
	{ refusedAt }: Owed,
	{ reason, status, scope }: Extract<Delivery, { ok: false }>,
	stands: boolean,
	{ recoveredAt }: DestinationState,
	serverNow: Date,
): Failed {
	const cause = { lastError: reason, lastStatus: status };
	if (scope !== "dead" || stands) return cause;
	return { ...cause, refusedAt: countsAsRefused(refusedAt, recoveredAt) ? refusedAt : serverNow };
}

/** Our own schedule, or longer if the far end asked for it. */
function waitAfter(delivery: Delivery, attempts: number, random: () => number): number {
	return Math.max(backoffMs(attempts, random), delivery.ok ? 0 : (delivery.retryAfterMs ?? 0));
}

/** True once a notice has been wanted for 72 h, however often it was tried. */
export function isTooOld({ wantedAt }: Pick<Owed, "wantedAt">, now: Date): boolean {
	return now.getTime() - wantedAt.getTime() >= giveUpAfterMs;
}

/** Gives up a notice that could not even be tried, for the reason its destination gave. `false`: the row was changed concurrently. */
export async function expire(table: Table, row: OpenOwed, { lastError, lastStatus }: DestinationState, now: Date): Promise<boolean> {
	const dead = giveUp(row.owed, row.owed.want, { lastError, lastStatus }, now);
	return (await table.transact(owedWrites(row, row.key, row.destination, dead))).outcome === "written";
}
