import type { Answered } from "../../findings/answered.ts";
import { findingId } from "../../findings/finding.ts";
import type { Notice } from "../../outbox/delivery.ts";
import type { Portal } from "../portal.ts";
import { type Inert, idText, inert, inertText, joined, shortWords } from "../text.ts";
import { didWords, soWords, whoWords } from "./answer-words.ts";
import { findingTitle } from "./finding-title.ts";
import { isTold, note, row, type Story, strong } from "./story.ts";
import { clock, clockOn, utc } from "./time.ts";

/** The answers that a message tells and nothing else; `undefined` when it tells more than that. */
export function onlyAnswers({ kinds, answers }: Pick<Notice, "kinds" | "answers">): readonly [...Answered[], Answered] | undefined {
	const last = answers?.at(-1);
	if (last === undefined || kinds.some((kind) => kind !== "answered")) return undefined;
	return [...(answers?.slice(0, -1) ?? []), last];
}

/** A short follow-up: what somebody said, and what follows from it. People know the finding already. */
export function answerStory({ id, n, finding, now }: Notice, answers: readonly [...Answered[], Answered], portal: Portal): Story {
	const [last = answers[0]] = answers.slice(-1);
	const earlier = answers.slice(0, -1);
	const noteRow = last.note === undefined ? undefined : row(inertText`Note`, strong(shortWords(inert(last.note, 240))));
	return {
		id,
		severity: "info",
		kind: inertText`Answer, notice ${n}`,
		when: utc(last.at),
		moment: last.at,
		age: inertText``,
		title: findingTitle(finding),
		verdict: { word: inertText`${didWords(last)}.`, reason: inertText`By ${whoWords(last)} at ${clock(last.at)}. ${soWords(last)}` },
		happened: inertText``,
		news: [],
		rows: [
			noteRow,
			...earlier.map((one) => row(clockOn(one.at, last.at), strong(didWords(one)), note(inertText`by ${whoWords(one)}`))),
		].filter(isTold),
		commandLine: inertText``,
		why: inertText``,
		steps: [],
		details: [],
		links: { device: portal.device(finding.device, finding.firstSeen, now), hunt: undefined, file: undefined },
		footer: joined([inertText`Finding ${idText(findingId(finding))}`, inertText`notice ${n}`], inertText` · `),
	};
}

/**
 * "Acknowledged by Kim Lee (unverified) at 20:44 UTC.": a line beside other news.
 * @param head the moment that the card is dated by.
 */
export function answerLine(one: Answered, head: Date): Inert {
	return inertText`${didWords(one)} by ${whoWords(one)} at ${clockOn(one.at, head)}.`;
}
