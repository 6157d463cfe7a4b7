import { type Redacted, redactedText } from "../secrets/redacted.ts";

/** What a person can say about a finding. */
export const answerKinds = ["acknowledge", "silence", "lift", "not-ours", "propose", "close"] as const;

export type AnswerKind = (typeof answerKinds)[number];

/** How a closed finding turned out. */
export const resolutions = ["cleaned", "false-positive", "test"] as const;

export type Resolution = (typeof resolutions)[number];

/** Who answered. */
export interface Actor {
	/** As they typed it, or as the sign-in knows them. */
	readonly by: Redacted;
	readonly how: "page" | "cli";
	/** A sign-in proved it; otherwise anyone could have typed the name. */
	readonly verified: boolean;
}

/** "Kim Lee", or "Kim Lee (unverified)": a name that anyone could have typed is never told without that. */
export function actorName({ by, verified }: Pick<Actor, "by" | "verified">): Redacted {
	return verified ? by : redactedText`${by} (unverified)`;
}

/** One line of a finding's audit trail. */
export interface Answered extends Omit<Actor, "how"> {
	/** `ended`: a silence ran out or was broken by a stronger fact; Tunnelwatch itself writes it. */
	readonly kind: AnswerKind | "ended";
	readonly how: Actor["how"] | "tunnelwatch";
	readonly at: Date;
	/** Number of the notice that tells it. */
	readonly n: number;
	/** Last moment of a silence. */
	readonly until?: Date;
	readonly as?: Resolution;
	readonly note?: Redacted;
	/** Which form of the page it came from: the same form sent again is recognised. */
	readonly form?: string;
	/** Records held back by the silence that ended. */
	readonly held?: number;
}

/** "Someone is on it": no reminder until then. */
export interface Acknowledgement extends Actor {
	readonly at: Date;
	readonly until: Date;
}

/** So many lines of the audit trail are kept, the newest. */
const keptAnswers = 20;

/** Appends a line to the audit trail and drops the oldest beyond 20. */
export function withAnswer(history: readonly Answered[] | undefined, line: Answered): readonly Answered[] {
	return [...(history ?? []), line].slice(-keptAnswers);
}
