import type { Finding, NoticeKind } from "./finding.ts";

/** What is sent: rendered from the finding at the moment of sending, so an outage ends in one message with true counters. */
export interface Notice {
	/** `cf-<12 hex>-<n>` */
	readonly id: string;
	readonly n: number;
	readonly finding: Finding;
	/** What this message tells, strongest first; never empty. */
	readonly kinds: readonly NoticeKind[];
	/** Records since the last notice this destination got. */
	readonly moreSinceLast: number;
	readonly now: Date;
}

/** Closed list; each is a metric label. */
export type FailureReason = "rateLimited" | "server" | "network" | "timeout" | "rejected" | "auth" | "moved" | "gone";

/** Outcome of one attempt at one destination. `detail` is ours: no URL, no token, nothing of the answer's text. */
export type Delivery =
	| { readonly ok: true; readonly proof: "queued" | "confirmed" }
	| {
			readonly ok: false;
			readonly reason: FailureReason;
			/** row: only this notice waits. destination: everything waits. down: hourly probes. dead: given up for this notice. */
			readonly scope: "row" | "destination" | "down" | "dead";
			/** What the far end asked for; `undefined` = our own backoff. */
			readonly retryAfterMs: number | undefined;
			/** May have arrived all the same: its answer was lost. */
			readonly ambiguous: boolean;
			readonly status: number | undefined;
			readonly detail: string;
	  };

/** One place that notices go to. Never throws for an expected outcome. */
export interface Destination {
	/** `teams`, `webhook` or `console`; part of a row key and of every log line. */
	readonly name: string;
	send(notice: Notice, signal: AbortSignal): Promise<Delivery>;
}
