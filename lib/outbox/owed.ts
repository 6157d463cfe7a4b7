import { isWorse, type Severity, worst } from "../detect/severity-scale.ts";
import { speaks } from "../findings/count-sightings.ts";
import type { Finding } from "../findings/finding.ts";
import { type NoticeKind, noticeKinds } from "../findings/notice-kind.ts";
import type { Sighting } from "../sighting/sighting.ts";
import type { FailureReason } from "./delivery.ts";

/** `first`: told singly and before the others. */
export type Lane = "first" | "rest";

/**
 * What one destination is owed about one finding: notice `want`, of which it got `sent`.
 *
 *   done, dead ─ raise ─► due ─ claim ─► leased ─┬─ told ───► done (due again if more was wanted meanwhile)
 *                          ▲                     ├─ put off ─► due, later
 *                          └── lease ran out ────┤
 *                                                └─ give up ─► dead: left by the next notice, or by a person
 *                                                              (due again if more was wanted meanwhile)
 */
export interface Owed {
	readonly state: "due" | "leased" | "done" | "dead";
	readonly want: number;
	readonly sent: number;
	/** The finding's counter when notice `want` was wanted. */
	readonly count: number;
	/** The same when it was last told here. */
	readonly countSent: number;
	readonly severity: Severity;
	readonly lane: Lane;
	/** Among equals of severity the higher one goes first; see `rankOf`. */
	readonly rank: number;
	/** While leased: when what was wanted since the claim is due. */
	readonly dueAt: Date | undefined;
	/** Since when the oldest unsent notice is owed; a *worse* begins it anew, with three days of its own. */
	readonly wantedAt: Date;
	readonly attempt: number;
	readonly leaseId: string;
	readonly leaseUntil: Date | undefined;
	/** When it was last claimed, by the server's clock. */
	readonly triedAt: Date | undefined;
	/** Who ended the last lease: an answer that was lost is recognised by it. */
	readonly settledBy: string;
	readonly lastStatus: number | undefined;
	readonly lastError: FailureReason | "unreadable" | undefined;
	readonly sentAt: Date | undefined;
	readonly proof: "queued" | "confirmed" | undefined;
}

/** What is owed, strongest first: each reason whose last notice was not sent yet. It only grows until a send succeeds. */
export function kindsOwed(finding: Pick<Finding, "reasons" | "want">, sent: number): readonly NoticeKind[] {
	return noticeKinds.filter((kind) => {
		const n = finding.reasons[kind] ?? 0;
		return sent < n && n <= finding.want;
	});
}

/** Foreign accounts, remote administration, servers and anything severe must not wait behind the rest. */
export function laneOf(sightings: readonly Sighting[]): Lane {
	const urgent = sightings
		.filter(speaks)
		.some((sighting) => isWorse(sighting.severity, "medium") || isForeign(sighting) || isServer(sighting) || exposesLogon(sighting));
	return urgent ? "first" : "rest";
}

/** 1: a foreign account with a way in, or on a server. A flood of findings that are merely as severe must not bury it. */
export function rankOf(sightings: readonly Sighting[]): number {
	return sightings.filter(speaks).some((sighting) => isForeign(sighting) && (isServer(sighting) || exposesLogon(sighting))) ? 1 : 0;
}

function isForeign({ ownership }: Sighting): boolean {
	return ownership.verdict === "not-ours";
}

function isServer({ device }: Sighting): boolean {
	return device.facts?.kind === "server";
}

function exposesLogon({ exposes }: Sighting): boolean {
	return exposes.some((target) => target.class === "rdp" || target.class === "ssh" || target.class === "smb");
}

export interface Demand {
	readonly reason: NoticeKind | "later";
	readonly finding: Finding;
	readonly lane: Lane;
	readonly rank: number;
	readonly dueAt: Date;
}

/** Does the reason overtake a notice that waits for its next attempt, with three days of its own? */
const presses: Readonly<Record<NoticeKind | "later", boolean>> = {
	new: false,
	back: false,
	worse: true,
	changed: false,
	still: false,
	later: false,
};

/** One more notice is wanted. */
export function raise(owed: Owed | undefined, { reason, finding, lane, rank, dueAt }: Demand): Owed {
	const severity = finding.noticeSeverity ?? finding.severity;
	if (owed === undefined || owed.state === "done" || owed.state === "dead") {
		return {
			...(owed ?? nothingYet),
			state: "due",
			want: finding.want,
			count: finding.count,
			severity,
			lane,
			rank,
			dueAt,
			wantedAt: dueAt,
			attempt: 0,
		};
	}
	const raised: Owed = {
		...owed,
		want: finding.want,
		count: finding.count,
		severity: worst([owed.severity, severity]),
		lane: owed.lane === "first" ? "first" : lane,
		rank: Math.max(owed.rank, rank),
		wantedAt: presses[reason] ? dueAt : earlier(owed.wantedAt, dueAt),
	};
	// A row that waits for its next attempt keeps waiting, unless the reason is pressing.
	if (owed.state === "leased" || presses[reason] || owed.attempt === 0) return { ...raised, dueAt: earlier(owed.dueAt, dueAt) };
	return raised;
}

const nothingYet = {
	sent: 0,
	countSent: 0,
	leaseId: "",
	leaseUntil: undefined,
	triedAt: undefined,
	settledBy: "",
	lastStatus: undefined,
	lastError: undefined,
	sentAt: undefined,
	proof: undefined,
} as const;

/** Longer than any attempt: a message that is being sent must not be sent by somebody else meanwhile. */
export const leaseMs = 90_000;

export function claim(owed: Owed, leaseId: string, serverNow: Date): Owed {
	const leaseUntil = new Date(serverNow.getTime() + leaseMs);
	return { ...owed, state: "leased", dueAt: undefined, attempt: owed.attempt + 1, leaseId, leaseUntil, triedAt: serverNow };
}

/** Notice `n` arrived, with the finding's counter at `count`. */
export function told(owed: Owed, n: number, count: number, proof: "queued" | "confirmed", now: Date): Owed {
	const ended: Owed = {
		...settled(owed),
		sent: n,
		countSent: count,
		sentAt: now,
		proof,
		attempt: 0,
		lastError: undefined,
		lastStatus: undefined,
	};
	return owed.want > n ? dueAgain(ended, now) : { ...ended, state: "done" };
}

/** What was wanted while notice n was on its way begins from the start. */
function dueAgain(owed: Owed, now: Date): Owed {
	const dueAt = owed.dueAt ?? now;
	return { ...owed, state: "due", dueAt, wantedAt: dueAt, attempt: 0 };
}

type Cause = Pick<Owed, "lastError" | "lastStatus">;

export function putOff(owed: Owed, until: Date, cause: Cause): Owed {
	return { ...settled(owed), ...cause, state: "due", dueAt: until };
}

/** Notice `n` will not arrive; a newer one, wanted meanwhile, says something else and has its own chance. */
export function giveUp(owed: Owed, n: number, cause: Cause, now: Date): Owed {
	const ended: Owed = { ...settled(owed), ...cause };
	return owed.want > n ? dueAgain(ended, now) : { ...ended, state: "dead", dueAt: undefined };
}

/** A person wants it tried again: from the start, with three more days. */
export function revive(owed: Owed, now: Date): Owed {
	return { ...owed, state: "due", dueAt: now, wantedAt: now, attempt: 0 };
}

function settled(owed: Owed): Owed {
	return { ...owed, leaseId: "", leaseUntil: undefined, settledBy: owed.leaseId };
}

/**
 * May it be claimed? Due by our own clock; a lease ends by the server's, which all instances share. What failed before
 * its destination recovered does not wait for its own turn.
 */
export function isClaimable(owed: Owed, now: Date, serverNow: Date, recoveredAt: Date | undefined): boolean {
	switch (owed.state) {
		case "due": {
			const failedBefore = owed.attempt > 0 && recoveredAt !== undefined && owed.triedAt !== undefined && owed.triedAt < recoveredAt;
			return failedBefore || owed.dueAt === undefined || owed.dueAt <= now;
		}
		case "leased":
			return owed.leaseUntil === undefined || owed.leaseUntil < serverNow;
		case "done":
		case "dead":
			return false;
	}
}

function earlier(a: Date | undefined, b: Date): Date {
	return a !== undefined && a < b ? a : b;
}
