import { worst } from "../detect/severity-scale.ts";
import { type Actor, type Answered, type AnswerKind, actorName, type Resolution, withAnswer } from "../findings/answered.ts";
import type { Finding } from "../findings/finding.ts";
import { defaultPolicy, keptChanges } from "../findings/policy.ts";
import { longestSilenceMs, longestSilenceOf, type Silence, scopeOf, silenceNow } from "../findings/silence.ts";
import { type Redacted, redactedText } from "../secrets/redacted.ts";
import { proposalOf } from "./proposal.ts";
import { type Refusal, refused } from "./refusal.ts";

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

/** What a person wants said about a finding. */
export interface AnswerRequest extends Actor {
	readonly kind: AnswerKind;
	/** Last moment of a silence; 24 hours from now where it does not say. */
	readonly until?: Date;
	/** How a closed finding turned out. */
	readonly as?: Resolution;
	readonly note?: Redacted;
	/** Which form of the page it came from. */
	readonly form?: string;
}

export type Answer =
	| {
			readonly ok: true;
			readonly finding: Finding;
			readonly line: Answered;
			/** The notice for those told earlier; absent if only the audit trail grows. */
			readonly notice?: "answered" | "escalated";
	  }
	| { readonly ok: false; readonly refusal: Refusal };

/** From the page, per finding. */
const answersAnHour = 10;

/**
 * What an answer makes of a finding, or why it is refused. The same for the page and the command line. It never stops
 * recording, counting or judging, and it approves nothing.
 */
export function answer(finding: Finding, request: AnswerRequest, now: Date): Answer {
	const refusal = whyNot(finding, request, now);
	if (refusal !== undefined) return { ok: false, refusal };
	const n = finding.want + 1;
	const line = lineOf(request, n, now);
	const { kind } = request;
	switch (kind) {
		case "acknowledge":
			// Somebody is on it already: the note is kept, and nobody hears the same again.
			if (isAcknowledged(finding, now)) return noted(finding, { ...line, n: finding.want });
			return said(finding, line, acknowledged(finding, request, now));
		case "propose":
			return said(finding, line, isAcknowledged(finding, now) ? {} : acknowledged(finding, request, now));
		case "silence":
			return said(finding, { ...line, until: untilOf(request, now) }, silenced(finding, request, now));
		case "lift":
			return lift(finding, line, now);
		case "not-ours":
			return escalate(finding, line, now);
		case "close": {
			const { ack: _ack, silence: _silence, confirmedAt: _confirmedAt, ...rest } = finding;
			return said({ ...rest, deferredTo: undefined }, line, { status: "closed" });
		}
	}
}

/** Is someone on it? */
function isAcknowledged({ ack }: Pick<Finding, "ack">, now: Date): boolean {
	return ack !== undefined && ack.until > now;
}

/** An answer without its words. */
type Asked = Pick<AnswerRequest, "kind" | "how" | "verified" | "until">;

function whyNot(finding: Finding, request: AnswerRequest, now: Date): Refusal | undefined {
	const { how, by, form } = request;
	if (!/\p{L}/u.test(by)) return refused("no-name");
	if (form !== undefined && finding.history?.some((one) => one.form === form)) return refused("used");
	if (finding.want === 0) return refused("nothing-told");
	if (finding.status === "closed") return refused("closed");
	if (how === "page" && recent(finding, now) >= answersAnHour) return refused("too-many");
	if (request.kind === "acknowledge" && request.note === undefined && isAcknowledged(finding, now)) return refused("acknowledged");
	return whyNever(finding, request, now);
}

/** Does the page offer this answer? Neither a message nor the form offers what would be refused whoever asks. */
export function isOffered(kind: AnswerKind, finding: Finding, verified: boolean, now: Date): boolean {
	return whyNever(finding, { kind, how: "page", verified }, now) === undefined;
}

/** Why the finding takes no such answer, whoever gives it. */
function whyNever(finding: Finding, request: Asked, now: Date): Refusal | undefined {
	const { kind, how, verified } = request;
	const unproven = how === "page" && !verified;
	switch (kind) {
		case "acknowledge":
			return undefined;
		case "silence":
			return whyNoSilence(finding, request, unproven, now);
		case "lift":
			return silenceNow(finding, now) === undefined ? refused("not-silenced") : undefined;
		case "not-ours":
			return finding.confirmedAt === undefined ? undefined : refused("confirmed");
		case "propose": {
			if (unproven) return refused("needs-sign-in");
			const proposal = proposalOf(finding);
			return proposal.ok ? undefined : refused("no-proposal", proposal.why);
		}
		case "close":
			return unproven ? refused("needs-sign-in") : undefined;
	}
}

/** A name that anyone can type silences for a day at most, nothing critical, and not day after day. */
const longestUnprovenMs = dayMs;
const unprovenInARow = 2;

function whyNoSilence(finding: Finding, request: Asked, unproven: boolean, now: Date): Refusal | undefined {
	if (finding.confirmedAt !== undefined) return refused("confirmed");
	const ms = untilOf(request, now).getTime() - now.getTime();
	if (!(ms > 0)) return refused("past");
	if (ms > longestSilenceMs) return refused("too-long");
	const longest = longestSilenceOf(finding);
	if (longest === 0) return refused("indistinct");
	if (ms > longest) return refused("too-long-unseen");
	if (!unproven) return undefined;
	if (ms > longestUnprovenMs) return refused("needs-sign-in");
	if (finding.severity === "critical") return refused("critical");
	const silences = (finding.history ?? []).filter(({ kind }) => kind === "silence").slice(-unprovenInARow);
	const inARow = silences.filter((one) => one.how === "page" && !one.verified).length;
	return inARow >= unprovenInARow ? refused("in-a-row") : undefined;
}

function untilOf({ until }: Pick<AnswerRequest, "until">, now: Date): Date {
	return until ?? new Date(now.getTime() + dayMs);
}

function recent({ history = [] }: Finding, now: Date): number {
	return history.filter(({ how, at }) => how === "page" && now.getTime() - at.getTime() < hourMs).length;
}

function lineOf({ kind, by, how, verified, as, note, form }: AnswerRequest, n: number, now: Date): Answered {
	return {
		...{ kind, by, how, verified, at: now, n },
		...(as === undefined ? {} : { as }),
		...(note === undefined ? {} : { note }),
		...(form === undefined ? {} : { form }),
	};
}

/** Only the audit trail grows. */
function noted(finding: Finding, line: Answered): Answer {
	return { ok: true, line, finding: { ...finding, history: withAnswer(finding.history, line) } };
}

/** Told to those who were told of the finding, as its next notice. */
function said(finding: Finding, line: Answered, change: Partial<Finding>, notice: "answered" | "escalated" = "answered"): Answer {
	const reasons = { ...finding.reasons, ...change.reasons, [notice]: line.n };
	return { ok: true, line, notice, finding: { ...finding, ...change, want: line.n, reasons, history: withAnswer(finding.history, line) } };
}

function acknowledged(finding: Finding, { by, how, verified }: Actor, now: Date): Partial<Finding> {
	const until = new Date(now.getTime() + dayMs);
	const { nextNoticeAt } = finding;
	return {
		ack: { by, how, verified, at: now, until },
		nextNoticeAt: nextNoticeAt !== undefined && nextNoticeAt > until ? nextNoticeAt : until,
	};
}

function silenced(finding: Finding, request: AnswerRequest, now: Date): Partial<Finding> {
	const { by, how, verified, note } = request;
	const scope = scopeOf(finding).map(({ id }) => id);
	return {
		silence: {
			...{ by, how, verified, at: now, until: untilOf(request, now), severity: finding.severity },
			scope,
			// Also of one that is over and that nobody was told the end of yet.
			held: finding.silence?.held ?? 0,
			...(note === undefined ? {} : { note }),
		},
		// What did not stand on the page is news again, though it was told before: another user of weeks ago speaks once more.
		sigs: finding.sigs.filter((id) => scope.includes(id)),
		// As many of these facts speak at once as after a quiet period; the others wait for its end, so that no flood gets through.
		changesLeft: Math.max(finding.changesLeft, defaultPolicy.changesPerPeriod),
	};
}

/** The silence ends now; what it held is told in the same message. */
function lift(finding: Finding, line: Answered, now: Date): Answer {
	const { silence, ...rest } = finding;
	const held = silenceNow(finding, now)?.held ?? 0;
	const withHeld = { ...line, held };
	if (silence === undefined || held === 0) return said(rest, withHeld, {});
	return said(rest, withHeld, tellHeld(rest, silence, line.n, now));
}

/** Events that a silence held back, as notice `n`: an ordinary reminder, so the quiet period starts again. */
export function tellHeld(
	finding: Finding,
	silence: Silence,
	n: number,
	now: Date,
): Pick<Finding, "changes" | "reasons" | "countAtNotice" | "nextNoticeAt"> {
	const text = redactedText`the silence by ${actorName(silence)} ended; events during it: ${silence.held}`;
	const quietUntil = new Date(now.getTime() + finding.quietMs);
	return {
		changes: [...finding.changes, { n, kind: "still" as const, text }].slice(-keptChanges),
		reasons: { ...finding.reasons, still: n },
		countAtNotice: finding.count,
		nextNoticeAt: finding.nextNoticeAt !== undefined && finding.nextNoticeAt > quietUntil ? finding.nextNoticeAt : quietUntil,
	};
}

/** A person says that the tunnel is not ours. It does not change the verdict: what people say is stored beside it. */
function escalate(finding: Finding, line: Answered, now: Date): Answer {
	const { silence: _, routed, ...others } = finding;
	// Whoever was kept from it hears of it now.
	const rest = routed === undefined ? others : { ...others, routed: { ...routed, keeps: [] } };
	const severity = worst([finding.severity, "high"]);
	const quietMs = defaultPolicy.quietMs;
	const nextNoticeAt = new Date(now.getTime() + quietMs);
	return said(rest, line, { confirmedAt: now, severity, noticeSeverity: severity, quietMs, nextNoticeAt }, "escalated");
}
