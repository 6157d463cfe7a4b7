import type { AnyNotice } from "../../outbox/delivery.ts";
import { rooms, type Story, summaryOf } from "../story/story.ts";
import { type TellContext, tell } from "../story/tell.ts";
import type { Inert } from "../text.ts";
import { cardOf } from "./card.ts";
import type { AdaptiveCard } from "./elements.ts";
import type { OnCall } from "./mention.ts";

/** The flow bot refuses a message whose stored form passes 28 KiB, after the flow has answered 202. */
export const maxWireBytes = 20_480;

export interface TeamsMessage {
	readonly type: "message";
	/** Plain text for the toast. */
	readonly summary: Inert;
	readonly attachments: readonly [
		{
			readonly contentType: "application/vnd.microsoft.card.adaptive";
			/** Must be there and null: the flow's schema asks for it. */
			readonly contentUrl: null;
			readonly content: AdaptiveCard;
		},
	];
}

/**
 * The fullest message that surely fits: long fields shrink first, then details go, then the rows that say least. Its
 * smallest form mentions nobody, and neither does any where a route says so.
 */
export function teamsMessage(notice: AnyNotice, knowledge: TellContext, people: readonly OnCall[] = []): TeamsMessage {
	const mentioned = notice.type === "finding" && notice.mention === false ? [] : people;
	for (const room of [rooms.full, rooms.tight, rooms.small]) {
		const message = envelope(tell(notice, knowledge, room), mentioned);
		if (wireBytes(message) <= maxWireBytes) return message;
	}
	return leastMessage(notice, knowledge);
}

/** The smallest message, which Teams always accepts: severity, device, owner, what to do. Also the retry after a refusal. */
export function leastMessage(notice: AnyNotice, knowledge: TellContext): TeamsMessage {
	return envelope(tell(notice, knowledge, rooms.least));
}

/** Size where it is largest on its way: somewhere in the flow each character beyond ASCII is written as `\uXXXX`. */
export function wireBytes(message: TeamsMessage): number {
	const json = JSON.stringify(message);
	let beyondAscii = 0;
	for (let at = 0; at < json.length; at++) if (json.charCodeAt(at) > 0x7f) beyondAscii++;
	return json.length + beyondAscii * ("\\uXXXX".length - 1);
}

/** One card, as the body of a post. */
export function envelope(story: Story, people: readonly OnCall[] = []): TeamsMessage {
	return {
		type: "message",
		summary: summaryOf(story),
		attachments: [{ contentType: "application/vnd.microsoft.card.adaptive", contentUrl: null, content: cardOf(story, people) }],
	};
}
