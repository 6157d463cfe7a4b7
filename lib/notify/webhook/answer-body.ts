import type { Answered, AnswerKind } from "../../findings/answered.ts";
import type { Notice } from "../../outbox/delivery.ts";

const types = {
	acknowledge: "finding.acknowledged",
	silence: "finding.silenced",
	lift: "finding.unsilenced",
	"not-ours": "finding.escalated",
	propose: "approval.proposed",
	close: "finding.closed",
} as const satisfies Record<AnswerKind, string>;

export type AnswerType = (typeof types)[AnswerKind];

/** The type of an event that tells what a person said; `undefined` when it tells something else. */
export function answerType({ kinds, answers = [] }: Pick<Notice, "kinds" | "answers">): AnswerType | undefined {
	if (kinds.includes("escalated")) return types["not-ours"];
	if (kinds.some((kind) => kind !== "answered")) return undefined;
	const kind = answers.findLast((one) => one.kind !== "ended")?.kind;
	return kind === undefined || kind === "ended" ? undefined : types[kind];
}

/** One line of the audit trail. */
export function answerData({ kind, by, how, verified, at, n, until, as, note, held }: Answered): object {
	return { answer: kind, by, how, verified, at, notice: n, until, as, note, held };
}

/** What people have said since the last message, and what holds now. */
export function answersData({ finding, answers = [], now }: Notice): object {
	const { ack, silence } = finding;
	return {
		...(answers.length === 0 ? {} : { answers: answers.map(answerData) }),
		...(ack === undefined || ack.until <= now
			? {}
			: { acknowledged: { by: ack.by, verified: ack.verified, at: ack.at, until: ack.until } }),
		...(silence === undefined || silence.until <= now
			? {}
			: { silenced: { by: silence.by, verified: silence.verified, at: silence.at, until: silence.until, held: silence.held } }),
	};
}
