import { isWorse, type Severity, worst } from "../detect/severity-scale.ts";
import { type Redacted, redactedText } from "../secrets/redacted.ts";
import type { Sighting } from "../sighting/sighting.ts";
import { actorName, withAnswer } from "./answered.ts";
import { speaks, tally, unseen } from "./count-sightings.ts";
import { isToldDeed } from "./deed.ts";
import type { Change, Finding } from "./finding.ts";
import type { NoticeKind } from "./notice-kind.ts";
import { isStrong, type Signature, signatures } from "./signature.ts";
import { covers, type Silence, scopeFacts, silenceNow } from "./silence.ts";

/** When to speak again. */
export interface Policy {
	/** How long a device stays quiet after a notice. */
	readonly quietMs: number;
	/** The quiet period doubles with each repeat up to this. */
	readonly maxQuietMs: number;
	/** Notices about new evidence within one quiet period; later ones wait for its end. */
	readonly changesPerPeriod: number;
}

export const defaultPolicy: Policy = { quietMs: 24 * 3_600_000, maxQuietMs: 7 * 24 * 3_600_000, changesPerPeriod: 3 };

/** What sightings bring about; the other two reasons are a person's. */
type Spoken = Exclude<NoticeKind, "escalated" | "answered">;

/** Why something is told, or is not. `later` is a *changed* that waits for the end of the quiet period. */
export type Reason = Spoken | "later" | "held" | "repeat";

export type Decision =
	/** Every sighting had been counted before: nothing to write. */
	| { readonly reason: "repeat" }
	| { readonly reason: "held"; readonly finding: Finding; readonly fresh: number }
	| { readonly reason: Spoken | "later"; readonly finding: Finding; readonly fresh: number; readonly dueAt: Date };

const keptSignatures = 100;
/** Strong facts of one finding that are told at once. Accounts can be forged by the hundred; further ones wait like cheap facts. */
const mostStrong = 20;
export const keptChanges = 10;

/**
 * Counts the sightings of one device and decides whether to send a notice.
 *
 *   nothing told yet ─ new ─► quiet ─ worse ──────────────────────────► quiet, 24 h again
 *   closed ────────── back ─►   │ ├─ changed (3 a period, then later) ─► quiet, 24 h again
 *                               │ │  (a strong fact: at once, and it takes none of the 3)
 *                               │ └─ still (quiet period is over) ─────► quiet, twice as long
 *                               └─── held: counted, told with the next notice
 *
 * During a silence, sightings that it covers are held and all others follow the drawing. A strong fact or a worse
 * severity ends the silence.
 */
export function decide(finding: Finding | undefined, sightings: readonly Sighting[], now: Date, policy: Policy): Decision {
	const [first, ...others] = unseen(finding, sightings);
	if (first === undefined) return { reason: "repeat" };
	const fresh = [first, ...others] as const;
	const silence = silenceNow(finding, now);
	const { held = [], speaking = [] } = Object.groupBy(fresh.filter(speaks), (one) =>
		silence !== undefined && covers(silence, one) ? "held" : "speaking",
	);
	const counted = knowing(holdBack(tally(finding, fresh, now), silence, held.length), finding, speaking);
	const news = whatIsNew(finding, speaking, silence);
	const reason = reasonToSpeak(finding, news, now);
	if (reason === "held") return { reason, finding: counted, fresh: fresh.length };
	const quiet = quietPeriod(counted, reason, news, now, policy);
	const told = tell(counted, reason, news, quiet.change);
	const isStronger = news.strong || (reason !== "later" && effects[reason].endsAnswers);
	return { reason, fresh: fresh.length, dueAt: quiet.dueAt, finding: isStronger ? endAnswers(told, reason, now) : told };
}

function holdBack(finding: Finding, silence: Silence | undefined, held: number): Finding {
	return silence === undefined || held === 0 ? finding : { ...finding, silence: { ...silence, held: silence.held + held } };
}

/** What people said was about something weaker: the silence ends and the message says whose it was. */
function endAnswers({ ack, ...finding }: Finding, reason: Spoken | "later", now: Date): Finding {
	// A strong fact does not mean that nobody is working on it.
	const kept = ack !== undefined && reason === "changed" ? { ack } : {};
	const silence = silenceNow(finding, now);
	if (silence === undefined) return { ...finding, ...kept };
	const { silence: _, ...rest } = finding;
	const kind = reason === "later" ? "changed" : reason;
	const text = redactedText`this ends the silence by ${actorName(silence)}; events held back: ${silence.held}`;
	const { by, verified, until, held } = silence;
	return {
		...rest,
		...kept,
		changes: [...rest.changes, { n: rest.want, kind, text }].slice(-keptChanges),
		history: withAnswer(rest.history, { kind: "ended", by, verified, how: "tunnelwatch", at: now, n: rest.want, until, held }),
	};
}

/** Another row of a start that is told: what it shows beside is no news, now or in later rows. */
function isRepeated(finding: Finding | undefined, sighting: Sighting): boolean {
	return finding !== undefined && finding.want > 0 && isToldDeed(finding.deeds, sighting);
}

function knowing(counted: Finding, before: Finding | undefined, speaking: readonly Sighting[]): Finding {
	const repeated = speaking.filter((one) => isRepeated(before, one)).flatMap(signatures);
	const cheap = repeated.filter(({ strong }) => !strong).map(({ id }) => id);
	return cheap.length === 0 ? counted : { ...counted, sigs: newest([...new Set([...counted.sigs, ...cheap])]) };
}

interface News {
	/** Of the sightings that may speak; `undefined` when none may. */
	readonly severity: Severity | undefined;
	readonly signatures: readonly Signature[];
	/** Another account, remote administration, another name, a worse verdict: no budget of cheap facts holds it back. */
	readonly strong: boolean;
}

/** Beside a silence, the very target and the like count as facts too: its scope names them. */
function whatIsNew(finding: Finding | undefined, speaking: readonly Sighting[], silence: Silence | undefined): News {
	const known = new Set([...(finding?.sigs ?? []), ...(silence?.scope ?? [])]);
	const facts = silence === undefined ? signatures : scopeFacts;
	const shown = speaking.flatMap((one) => facts(one).filter(({ strong }) => strong || !isRepeated(finding, one)));
	const found = new Map(shown.map((one) => [one.id, one]));
	const fresh = [...found.values()].filter((one) => !known.has(one.id));
	const told = finding?.sigs.filter(isStrong).length ?? 0;
	return {
		severity: speaking.length === 0 ? undefined : worst(speaking.map((one) => one.severity)),
		signatures: fresh,
		strong: told < mostStrong && fresh.some((one) => one.strong),
	};
}

/** The first line that fits. Repeats never extend a quiet period, and a stronger sighting is never absorbed. */
function reasonToSpeak(finding: Finding | undefined, news: News, now: Date): Exclude<Reason, "repeat"> {
	if (news.severity === undefined) return "held";
	if (finding === undefined || finding.want === 0) return "new";
	if (finding.status === "closed") return "back";
	if (finding.noticeSeverity === undefined || isWorse(news.severity, finding.noticeSeverity)) return "worse";
	if (news.strong || (news.signatures.length > 0 && finding.changesLeft > 0)) return "changed";
	if (finding.nextNoticeAt === undefined || finding.nextNoticeAt <= now) return "still";
	return news.signatures.length > 0 ? "later" : "held";
}

type Quiet = Pick<Finding, "quietMs" | "nextNoticeAt" | "deferredTo" | "changesLeft">;

/** When to tell it, and how long the device is quiet afterwards. */
function quietPeriod(
	finding: Finding,
	reason: Spoken | "later",
	{ strong }: News,
	now: Date,
	policy: Policy,
): { dueAt: Date; change: Quiet } {
	const { deferredTo, nextNoticeAt } = finding;
	const again = (quietMs: number, changesLeft: number) => ({
		dueAt: now,
		change: { quietMs, changesLeft, deferredTo, nextNoticeAt: after(now, quietMs) },
	});
	switch (reason) {
		case "new":
		case "back":
		case "worse":
			return again(policy.quietMs, policy.changesPerPeriod);
		case "changed":
			return again(policy.quietMs, strong ? finding.changesLeft : finding.changesLeft - 1);
		case "still":
			return again(Math.min(2 * finding.quietMs, policy.maxQuietMs), policy.changesPerPeriod);
		case "later": {
			const { quietMs } = policy;
			const { changesLeft } = finding;
			// A promise already made is kept, with more to tell.
			if (deferredTo !== undefined && deferredTo > now) {
				return { dueAt: deferredTo, change: { quietMs, changesLeft, deferredTo, nextNoticeAt } };
			}
			const dueAt = nextNoticeAt ?? now;
			return { dueAt, change: { quietMs, changesLeft, deferredTo: dueAt, nextNoticeAt: after(dueAt, quietMs) } };
		}
	}
}

/** What telling a reason means for the finding. */
const effects: Readonly<
	Record<
		Spoken,
		{
			readonly startsOver: boolean;
			readonly listsFacts: boolean;
			/** It is about more than what people have answered so far. */
			readonly endsAnswers: boolean;
		}
	>
> = {
	// Everything about a new finding is new, so nothing is listed as changed.
	new: { startsOver: true, listsFacts: false, endsAnswers: false },
	back: { startsOver: true, listsFacts: true, endsAnswers: true },
	worse: { startsOver: false, listsFacts: true, endsAnswers: true },
	changed: { startsOver: false, listsFacts: true, endsAnswers: false },
	still: { startsOver: false, listsFacts: true, endsAnswers: false },
};

function tell(finding: Finding, reason: Spoken | "later", news: News, quiet: Quiet): Finding {
	const kind = reason === "later" ? "changed" : reason;
	const n = finding.want + 1;
	const told = effects[kind].startsOver || finding.noticeSeverity === undefined ? [] : [finding.noticeSeverity];
	const noticeSeverity = worst([...told, ...(news.severity === undefined ? [] : [news.severity])]);
	return {
		...finding,
		...quiet,
		status: "open",
		want: n,
		countAtNotice: finding.count,
		reasons: { ...finding.reasons, [kind]: n },
		noticeSeverity,
		sigs: newest([...finding.sigs, ...news.signatures.map((one) => one.id)]),
		changes: [...finding.changes, ...changesToTell(finding, kind, n, news)].slice(-keptChanges),
	};
}

/** Cheap facts never push out strong ones: a hundred hashes must not make an account news again. */
function newest(ids: readonly string[]): readonly string[] {
	const strong = ids.filter(isStrong).slice(-keptSignatures / 2);
	const cheap = ids.filter((id) => !isStrong(id)).slice(strong.length - keptSignatures);
	return [...strong, ...cheap];
}

function changesToTell({ noticeSeverity }: Finding, kind: Spoken, n: number, news: News): readonly Change[] {
	if (!effects[kind].listsFacts) return [];
	// Severities are our own words, so the text holds no secret.
	const rise = kind === "worse" ? [`severity rose from ${noticeSeverity} to ${news.severity}` as Redacted] : [];
	return [...rise, ...news.signatures.map((one) => one.text)].map((text) => ({ n, kind, text }));
}

function after(moment: Date, ms: number): Date {
	return new Date(moment.getTime() + ms);
}
