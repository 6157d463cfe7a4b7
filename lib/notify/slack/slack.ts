import type { Delivery, Destination } from "../../outbox/delivery.ts";
import type { PostFunction } from "../http/answer.ts";
import { classify, type Quirk } from "../http/classify.ts";
import { rooms } from "../story/story.ts";
import { type TellContext, tell } from "../story/tell.ts";
import { type SlackMessage, slackMessage } from "./message.ts";

/** Posts to an incoming webhook. Nothing comes back that a later message could refer to, so each notice is a message of its own. */
export function createSlack({
	url,
	post,
	knowledge,
	clock,
}: {
	readonly url: string;
	readonly post: PostFunction;
	readonly knowledge: TellContext;
	readonly clock: () => Date;
}): Pick<Destination, "send"> {
	const send = async (message: SlackMessage, signal: AbortSignal): Promise<Delivery> => {
		const headers = { "content-type": "application/json; charset=utf-8" };
		return classify(await post({ url, headers, body: JSON.stringify(message), signal }), clock(), slackQuirk);
	};
	return {
		send: async (notice, signal) => {
			const first = await send(slackMessage(tell(notice, knowledge)), signal);
			// Slack has read the blocks and did not take them: fewer and plainer ones may still pass.
			const isAboutBlocks = !first.ok && first.scope === "dead" && (first.status === 400 || first.status === 413);
			return isAboutBlocks ? send(slackMessage(tell(notice, knowledge, rooms.least)), signal) : first;
		},
	};
}

/** Slack answers in plain words. A workspace that forbids webhooks was seen to say so with status 500. */
function slackQuirk(_status: number, body: string): Quirk | undefined {
	switch (body.trim()) {
		case "action_prohibited":
		case "posting_to_general_channel_denied":
			return { reason: "auth", scope: "down", detail: "The workspace does not allow this webhook to post." };
		case "channel_not_found":
		case "no_service":
		case "no_team":
			return { reason: "moved", scope: "down", detail: "The channel or the webhook no longer exists." };
		case "channel_is_archived":
			return { reason: "gone", scope: "down", detail: "The channel is archived." };
		default:
			return undefined;
	}
}
