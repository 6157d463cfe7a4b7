import type { AnswerKind } from "../../findings/answered.ts";
import { silenceNow } from "../../findings/silence.ts";
import type { AnyNotice, Notice } from "../../outbox/delivery.ts";
import type { Portal } from "../portal.ts";
import type { FindRule } from "../rule-facts.ts";
import { type Inert, inertText } from "../text.ts";
import { findingStory } from "./finding-story.ts";
import { operationsStory } from "./operations-story.ts";
import { type Room, rooms, type Story } from "./story.ts";
import { digestStory, heartbeatStory, stormStory } from "./watch-story.ts";
import { waveStory } from "./wave-story.ts";

/** The link of a page on which this notice can be answered; `undefined` where the page would refuse this answer. */
export type AnswersOf = (notice: Notice, opens: AnswerKind) => string | undefined;

export interface TellContext {
	readonly rules: FindRule;
	readonly portal: Portal;
	/** Absent while answers are off. */
	readonly answers?: AnswersOf | undefined;
	/** What is read or drawn when a person likes, and not as it arrives: how soon people are told means nothing then. */
	readonly isReplay?: boolean;
}

/** What people are told about any notice. */
export function tell(notice: AnyNotice, knowledge: TellContext, room: Room = rooms.full): Story {
	const { portal, answers } = knowledge;
	switch (notice.type) {
		case "finding":
			return withAnswers(findingStory(notice, room, knowledge), notice, answers);
		case "storm":
			return stormStory(notice, portal);
		case "wave":
			return waveStory(notice, portal, room);
		case "digest":
			return digestStory(notice);
		case "heartbeat":
			return heartbeatStory(notice);
		case "operations":
			return operationsStory(notice);
	}
}

/** Buttons for people who read along; a finding that is closed takes no answer. */
function withAnswers(story: Story, notice: Notice, answers: AnswersOf | undefined): Story {
	const { finding, kinds, now } = notice;
	if (answers === undefined || finding.status === "closed") return story;
	const isFollowUp = kinds.every((kind) => kind === "answered");
	const isSilenced = silenceNow(finding, now) !== undefined;
	const button = (label: Inert, opens: AnswerKind) => {
		const url = answers(notice, opens);
		return url === undefined ? [] : [{ label, url }];
	};
	const offered = [
		...(isFollowUp ? [] : button(inertText`Acknowledge`, "acknowledge")),
		...(isSilenced ? button(inertText`Lift silence`, "lift") : isFollowUp ? [] : button(inertText`Silence`, "silence")),
	];
	return { ...story, links: { ...story.links, answers: offered } };
}
