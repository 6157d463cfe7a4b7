import { type FailureReason, failureReasons } from "../outbox/delivery.ts";
import { type ProblemCode, problemCodes } from "../outbox/problem-code.ts";
import { type TroubleCause, troubleCauses } from "../store/trouble.ts";

/** Why something outside of the process could not be used, or how a destination refused a message. */
export const problemCauses: readonly (TroubleCause | FailureReason)[] = [...troubleCauses, ...failureReasons];

/** One thing that is wrong now. */
export interface Problem {
	readonly code: ProblemCode;
	/** The destination it is about; empty where it is about the whole. */
	readonly subject: string;
	readonly since: Date;
	/** One sentence for people; holds no value of a setting and no text from a device. */
	readonly what: string;
	readonly do: string;
	/** Why, where it is known: for machines. */
	readonly cause?: TroubleCause | FailureReason | undefined;
}

/** These are told, and leave health green. */
const minor: readonly ProblemCode[] = ["quarantine"];

/** True if the problem turns health red. */
export function isSerious({ code }: Problem): boolean {
	return !minor.includes(code);
}

/** Effects of each cause, which say nothing new as long as the cause stands. */
const effects: Readonly<Partial<Record<ProblemCode, readonly ProblemCode[]>>> = {
	"table-down": problemCodes.filter((code) => code !== "table-down" && code !== "settings-wrong"),
	"hub-unreachable": ["events-unread", "events-late", "stream-silent", "drill-missing"],
	"events-unread": ["events-late", "stream-silent", "gap-open", "drill-missing"],
	"events-lost": ["gap-open"],
};
/** Effects of a destination that is down, on that destination. */
const destinationEffects: readonly ProblemCode[] = ["notice-late", "notice-dead"];

/** One cause, one alarm: without what another problem brings about. */
export function withoutEffects<P extends Problem>(problems: readonly P[]): readonly P[] {
	return problems.filter((one) => {
		const isEffect = problems.some((cause) => effects[cause.code]?.includes(one.code));
		const isOfDestination = problems.some(
			(cause) => cause.code === "destination-down" && cause.subject === one.subject && destinationEffects.includes(one.code),
		);
		return !isEffect && !isOfDestination;
	});
}

/** Minutes are lost on the way to an alarm: a code stays for so long after its last minute. */
const keepMs = 15 * 60_000;

/** A problem as it is remembered from minute to minute. */
export interface StandingProblem extends Problem {
	readonly lastTrue: Date;
}

/** Level, not edge: what is wrong now and what was within the last quarter of an hour, with the first minute of each. */
export function standing(known: readonly StandingProblem[], problems: readonly Problem[], now: Date): readonly StandingProblem[] {
	const before = new Map(known.map((one) => [nameOf(one), one]));
	const current = problems.map((one) => ({ ...one, since: before.get(nameOf(one))?.since ?? one.since, lastTrue: now }));
	const names = new Set(current.map(nameOf));
	const fading = known.filter((one) => !names.has(nameOf(one)) && Math.abs(now.getTime() - one.lastTrue.getTime()) < keepMs);
	return [...current, ...fading];
}

/** `code` or `code:subject`: what alarms are split by. */
export function nameOf({ code, subject }: Pick<Problem, "code" | "subject">): string {
	return subject === "" ? code : `${code}:${subject}`;
}
