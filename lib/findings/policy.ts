import { isWorse, type Severity, worst } from "../detect/severity-scale.ts";
import type { Redacted } from "../secrets/redacted.ts";
import type { Sighting } from "../sighting/sighting.ts";
import { speaks, tally, unseen } from "./count-sightings.ts";
import type { Change, Finding } from "./finding.ts";
import type { NoticeKind } from "./notice-kind.ts";
import { isStrong, type Signature, signatures } from "./signature.ts";

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

/** Why something is told, or is not. `later` is a *changed* that waits for the end of the quiet period. */
export type Reason = NoticeKind | "later" | "held" | "repeat";

export type Decision =
	/** Every sighting had been counted before: nothing to write. */
	| { readonly reason: "repeat" }
	| { readonly reason: "held"; readonly finding: Finding; readonly fresh: number }
	| { readonly reason: NoticeKind | "later"; readonly finding: Finding; readonly fresh: number; readonly dueAt: Date };

const keptSignatures = 100;
/** Strong facts of one finding that are told at once. Accounts can be forged by the hundred; further ones wait like cheap facts. */
const mostStrong = 20;
const keptChanges = 10;

/**
 * Counts the sightings of one device and says whether to speak.
 *
 *   nothing told yet ─ new ─► quiet ─ worse ──────────────────────────► quiet, 24 h again
 *   closed ────────── back ─►   │ ├─ changed (3 a period, then later) ─► quiet, 24 h again
 *                               │ │  (a strong fact: at once, and it takes none of the 3)
 *                               │ └─ still (quiet period is over) ─────► quiet, twice as long
 *                               └─── held: counted, told with the next notice
 */
export function decide(finding: Finding | undefined, sightings: readonly Sighting[], now: Date, policy: Policy): Decision {
	const [first, ...others] = unseen(finding, sightings);
	if (first === undefined) return { reason: "repeat" };
	const fresh = [first, ...others] as const;
	const counted = tally(finding, fresh, now);
	const news = whatIsNew(finding, fresh.filter(speaks));
	const reason = reasonToSpeak(finding, news, now);
	if (reason === "held") return { reason, finding: counted, fresh: fresh.length };
	const quiet = quietPeriod(counted, reason, news, now, policy);
	return { reason, fresh: fresh.length, dueAt: quiet.dueAt, finding: tell(counted, reason, news, quiet.change) };
}

interface News {
	/** Of the sightings that may speak; `undefined` when none may. */
	readonly severity: Severity | undefined;
	readonly signatures: readonly Signature[];
	/** Another account, remote administration, another name, a worse verdict: no budget of cheap facts holds it back. */
	readonly strong: boolean;
}

function whatIsNew(finding: Finding | undefined, speaking: readonly Sighting[]): News {
	const known = new Set(finding?.sigs);
	const found = new Map(speaking.flatMap(signatures).map((one) => [one.id, one]));
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
	reason: NoticeKind | "later",
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
const effects: Readonly<Record<NoticeKind, { readonly startsOver: boolean; readonly listsFacts: boolean }>> = {
	// Everything about a new finding is new, so nothing is listed as changed.
	new: { startsOver: true, listsFacts: false },
	back: { startsOver: true, listsFacts: true },
	worse: { startsOver: false, listsFacts: true },
	changed: { startsOver: false, listsFacts: true },
	still: { startsOver: false, listsFacts: true },
};

function tell(finding: Finding, reason: NoticeKind | "later", news: News, quiet: Quiet): Finding {
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

function changesToTell({ noticeSeverity }: Finding, kind: NoticeKind, n: number, news: News): readonly Change[] {
	if (!effects[kind].listsFacts) return [];
	// Severities are our own words, so the text holds no secret.
	const rise = kind === "worse" ? [`severity rose from ${noticeSeverity} to ${news.severity}` as Redacted] : [];
	return [...rise, ...news.signatures.map((one) => one.text)].map((text) => ({ n, kind, text }));
}

function after(moment: Date, ms: number): Date {
	return new Date(moment.getTime() + ms);
}
