import { type Severity, worst } from "../detect/severity-scale.ts";
import type { Finding } from "../findings/finding.ts";
import { type NoticeKind, noticeKinds } from "../findings/notice-kind.ts";
import type { FailureReason } from "./delivery.ts";
import { mostUrgent, type Urgency } from "./urgency.ts";

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
	readonly urgency: Urgency;
	/** By the server's clock; `atOnce` unless it was promised for later or waits for its next attempt. While leased: when what was wanted since the claim is due. */
	readonly dueAt: Date | undefined;
	/** Since when the oldest unsent notice is owed; a more urgent one restarts the three days. */
	readonly wantedAt: Date;
	readonly attempt: number;
	readonly leaseId: string;
	readonly leaseUntil: Date | undefined;
	/** When it was last claimed, by the server's clock. */
	readonly triedAt: Date | undefined;
	/** When its destination first refused this very notice, by the server's clock. */
	readonly refusedAt: Date | undefined;
	/** Number of the notice that the fallback was given in its place; 0 = none. */
	readonly fellBack: number;
	/** Who ended the last lease: an answer that was lost is recognised by it. */
	readonly settledBy: string;
	readonly lastStatus: number | undefined;
	readonly lastError: FailureReason | "unreadable" | undefined;
	readonly sentAt: Date | undefined;
	readonly proof: "queued" | "confirmed" | undefined;
	/** Name of the route's line that led the newest notice here; absent = no line did. */
	readonly route?: string | undefined;
	/** The message is to mention nobody. */
	readonly mention?: false | undefined;
}

/** Due whatever a clock says: one that runs ahead must not delay what others would send. */
export const atOnce = new Date(0);

/** What is owed, strongest first: each reason whose last notice was not sent yet. It only grows until a send succeeds. */
export function kindsOwed(finding: Pick<Finding, "reasons" | "want">, sent: number): readonly NoticeKind[] {
	return noticeKinds.filter((kind) => {
		const n = finding.reasons[kind] ?? 0;
		return sent < n && n <= finding.want;
	});
}

interface ReasonTraits {
	/** It overtakes a notice that waits for its next attempt, with three days of its own. */
	readonly presses: boolean;
	/** It was promised for a certain time and waits until then. */
	readonly waits: boolean;
}

const traits: Readonly<Record<NoticeKind | "later", ReasonTraits>> = {
	escalated: { presses: true, waits: false },
	new: { presses: false, waits: false },
	back: { presses: false, waits: false },
	worse: { presses: true, waits: false },
	changed: { presses: false, waits: false },
	still: { presses: false, waits: false },
	answered: { presses: false, waits: false },
	later: { presses: false, waits: true },
};

export interface Demand {
	readonly reason: NoticeKind | "later";
	readonly finding: Finding;
	readonly urgency: Urgency;
	/** By the clock of the instance that wants it. */
	readonly dueAt: Date;
	/** What led it here; absent: what led an earlier one here still counts. */
	readonly route?: { readonly line: string | undefined; readonly mention?: false };
}

/** One more notice is wanted. */
export function raise(before: Owed | undefined, { reason, finding, urgency, dueAt: wantedAt, route }: Demand): Owed {
	const owed = before === undefined || route === undefined ? before : { ...before, route: route.line, mention: route.mention };
	const { presses, waits } = traits[reason];
	const dueAt = waits ? wantedAt : atOnce;
	const severity = finding.noticeSeverity ?? finding.severity;
	const { want, count } = finding;
	if (owed === undefined || owed.state === "done" || owed.state === "dead") {
		const first = { ...nothingYet, ...(route?.line === undefined ? {} : { route: route.line, mention: route.mention }) };
		return { ...(owed ?? first), refusedAt: undefined, state: "due", want, count, severity, urgency, dueAt, wantedAt, attempt: 0 };
	}
	const raised: Owed = {
		...owed,
		want,
		count,
		severity: worst([owed.severity, severity]),
		urgency: mostUrgent(owed.urgency, urgency),
		wantedAt: presses ? wantedAt : earlier(owed.wantedAt, wantedAt),
	};
	// A row that waits for its next attempt keeps waiting, unless the reason is pressing.
	if (owed.state === "leased" || presses || owed.attempt === 0) return { ...raised, dueAt: earlier(owed.dueAt, dueAt) };
	return raised;
}

const nothingYet = {
	sent: 0,
	countSent: 0,
	leaseId: "",
	leaseUntil: undefined,
	triedAt: undefined,
	refusedAt: undefined,
	fellBack: 0,
	settledBy: "",
	lastStatus: undefined,
	lastError: undefined,
	sentAt: undefined,
	proof: undefined,
} as const;

/** Longer than any attempt, so that no other instance sends the same message meanwhile. */
export const leaseMs = 90_000;

/** Starts an attempt: counts it and leases the row to `leaseId` for 90 s of the table's clock. */
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
		refusedAt: undefined,
		lastError: undefined,
		lastStatus: undefined,
	};
	return owed.want > n ? dueAgain(ended, now) : { ...ended, state: "done" };
}

/** What was wanted while notice n was on its way begins from the start. */
function dueAgain(owed: Owed, now: Date): Owed {
	return { ...owed, state: "due", dueAt: owed.dueAt ?? atOnce, wantedAt: laterOf(owed.dueAt, now), attempt: 0, refusedAt: undefined };
}

/** Why an attempt failed. */
export type Failed = Pick<Owed, "lastError" | "lastStatus"> & Partial<Pick<Owed, "refusedAt">>;

/** Ends an attempt that failed and makes the notice due again at `until`; the attempts so far stay counted. */
export function putOff(owed: Owed, until: Date, cause: Failed): Owed {
	return { ...settled(owed), ...cause, state: "due", dueAt: until };
}

/** Notice `n` will not arrive; a newer one, wanted meanwhile, says something else and has its own chance. */
export function giveUp(owed: Owed, n: number, cause: Failed, now: Date): Owed {
	const ended: Owed = { ...settled(owed), ...cause };
	return owed.want > n ? dueAgain(ended, now) : { ...ended, state: "dead", dueAt: undefined };
}

/** A person wants it tried again: from the start, with three more days. */
export function revive(owed: Owed, now: Date): Owed {
	return { ...owed, state: "due", dueAt: atOnce, wantedAt: now, attempt: 0, refusedAt: undefined };
}

function settled(owed: Owed): Owed {
	return { ...owed, leaseId: "", leaseUntil: undefined, settledBy: owed.leaseId };
}

/**
 * May it be claimed? All times are the server's, which all instances share. What failed before its destination recovered
 * does not wait for its own turn.
 */
export function isClaimable(owed: Owed, serverNow: Date, recoveredAt: Date | undefined): boolean {
	switch (owed.state) {
		case "due": {
			const failedBefore = owed.attempt > 0 && recoveredAt !== undefined && owed.triedAt !== undefined && owed.triedAt < recoveredAt;
			return failedBefore || owed.dueAt === undefined || owed.dueAt <= serverNow;
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

function laterOf(a: Date | undefined, b: Date): Date {
	return a !== undefined && a > b ? a : b;
}
