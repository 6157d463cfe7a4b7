import type { Severity } from "../detect/severity-scale.ts";
import type { Answered } from "../findings/answered.ts";
import type { ApprovedFirst, Finding } from "../findings/finding.ts";
import type { NoticeKind } from "../findings/notice-kind.ts";
import type { Redacted } from "../secrets/redacted.ts";
import type { ProblemCode } from "./problem-code.ts";

/** About one finding: rendered at the moment of sending, so an outage ends in one message with true counters. */
export interface Notice {
	readonly type: "finding";
	/** `cf-<12 hex>-<n>` */
	readonly id: string;
	readonly n: number;
	readonly finding: Finding;
	/** What this message tells, strongest first; never empty. */
	readonly kinds: readonly NoticeKind[];
	/** Records since the last notice this destination got. */
	readonly moreSinceLast: number;
	/** What people have said since then, oldest first; absent when nobody has. */
	readonly answers?: readonly Answered[];
	/** Since when it is owed; the same in every attempt. */
	readonly wantedAt: Date;
	/** The route wants nobody mentioned. */
	readonly mention?: false;
	readonly now: Date;
}

/** One message that stands for the notices of many findings. */
interface GatheredNotice {
	/** `cf-<type>-<12 hex>`, from the ids of the notices it stands for. */
	readonly id: string;
	/** How many findings it tells. */
	readonly count: number;
	readonly bySeverity: Readonly<Record<Severity, number>>;
	/** Since when the oldest of them was owed. */
	readonly since: Date;
	readonly now: Date;
}

/** About many findings at once, when single messages would bury the people who read them. Every member counts as told. */
export interface StormNotice extends GatheredNotice {
	readonly type: "storm";
	/** The ten worst, worst first. */
	readonly worst: readonly Finding[];
}

/** Severe findings that found no place of their own in time: one message that names every one of them. Each counts as told. */
export interface WaveNotice extends GatheredNotice {
	readonly type: "wave";
	/** All of them, the most urgent first. */
	readonly findings: readonly Finding[];
	/** Names of the destinations where each has a notice of its own. */
	readonly singly: readonly string[];
}

/** Once a day, for those who asked for it: what was counted and deliberately not told. */
export interface DigestNotice {
	readonly type: "digest";
	/** `cf-digest-<yyyymmdd>` */
	readonly id: string;
	readonly from: Date;
	readonly to: Date;
	/** Findings seen again without a message, the busiest first, at most ten. */
	readonly held: readonly { readonly finding: Finding; readonly more: number }[];
	/** How many findings were held in all. */
	readonly heldCount: number;
	/** Findings of which this destination was never told, because a route or its least severity kept them; at most ten. Absent = none. */
	readonly kept?: readonly { readonly finding: Finding }[];
	/** How many there were in all; absent = none. */
	readonly keptCount?: number;
	/** Findings on which only approved tunnels were seen. */
	readonly approvedCount: number;
	/** Approved tunnels that a device showed for the first time, the newest first, at most ten. */
	readonly approvedFirsts: readonly (ApprovedFirst & { readonly finding: Finding })[];
	/** How many there were in all. */
	readonly approvedFirstCount: number;
	/** Notices given up. */
	readonly deadCount: number;
	/** Messages of the hub that were skipped and then read again. */
	readonly rereadCount: number;
	/** What people said and which silences ended, oldest first, at most ten; absent when nothing was. */
	readonly answers?: readonly { readonly finding: Finding; readonly line: Answered }[];
	/** Findings of which a silence held back records; absent = none. */
	readonly silencedCount?: number;
	/** Ids of active rules that no finding has; a rule that never fires may be one that cannot. */
	readonly idleRules: readonly string[];
	/** The weekly drill, if there was one in this time. */
	readonly drill: DrillResult | undefined;
	readonly now: Date;
}

/** Result of the weekly drill; a successful one is reported nowhere else. */
export interface DrillResult {
	readonly begunAt: Date;
	/** Hubs it was sent through, and those of which it came out. */
	readonly hubs: number;
	readonly arrived: number;
	/** From the sending to the end of detection, in the slowest hub that it came out of. */
	readonly slowestMs: number;
}

/** The check-in after a quiet week; hosts switch idle chat connections off. */
export interface HeartbeatNotice {
	readonly type: "heartbeat";
	/** `cf-heartbeat-<yyyymmdd>` */
	readonly id: string;
	/** Last successful message to this destination; `undefined` when there was none yet. */
	readonly lastMessageAt: Date | undefined;
	/** Open findings now. */
	readonly openCount: number;
	/** Newest event of the stream that was read; `undefined` when that is not known. */
	readonly newestEventAt: Date | undefined;
	readonly now: Date;
}

/** The watch itself is in trouble, or no longer is: what an alarm says, told where people read along. */
export interface OperationsNotice {
	readonly type: "operations";
	/** The incident's name; with `-over` when it ends. */
	readonly id: string;
	/** `cf-ops-<code>-<when it began>`, with a hash of the subject where there is one: the same at its beginning and its end. */
	readonly incident: string;
	readonly phase: "begun" | "over";
	readonly code: ProblemCode;
	/** The hub or destination it is about; empty where it is about the whole. */
	readonly subject: Redacted;
	readonly what: Redacted;
	readonly todo: Redacted;
	readonly since: Date;
	/** When it was true last; `undefined` while it stands. */
	readonly endedAt: Date | undefined;
	readonly now: Date;
}

export type AnyNotice = Notice | StormNotice | WaveNotice | DigestNotice | HeartbeatNotice | OperationsNotice;

/** What a receiver gets that takes every finding by itself, at once. */
export type SingleNotice = Notice | OperationsNotice;

/** Closed list; each is a metric label. */
export const failureReasons = ["rateLimited", "server", "network", "timeout", "rejected", "auth", "moved", "gone"] as const;

export type FailureReason = (typeof failureReasons)[number];

/** Outcome of one attempt at one destination. `detail` is ours: no URL, no token, nothing of the answer's text. */
export type Delivery =
	| { readonly ok: true; readonly proof: "queued" | "confirmed" }
	| {
			readonly ok: false;
			readonly reason: FailureReason;
			/** row: only this notice waits. destination: everything waits. down: probes only. dead: it does not want this notice. */
			readonly scope: "row" | "destination" | "down" | "dead";
			/** What the far end asked for; `undefined` = our own backoff. */
			readonly retryAfterMs: number | undefined;
			/** May have arrived all the same: its answer was lost. */
			readonly ambiguous: boolean;
			readonly status: number | undefined;
			readonly detail: string;
	  };

/** How long one attempt may take, over connect, headers and body. */
export const sendMs = 15_000;

/** One place that notices go to. Never throws for an expected outcome. */
export interface Destination {
	/** Part of a row key and of every log line. */
	readonly name: string;
	/** It takes any number at once (a terminal): no pace, and no storm notices. */
	readonly unlimited?: true;
	/** It keeps an incident for each finding, and hears when one is closed because nothing was seen any more. */
	readonly resolves?: true;
	/** A person reads along: one after the other, the most urgent first. */
	readonly inOrder?: true;
	send(notice: AnyNotice, signal: AbortSignal): Promise<Delivery>;
}
