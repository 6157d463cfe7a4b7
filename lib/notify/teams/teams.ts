import type { Delivery, Destination } from "../../outbox/delivery.ts";
import type { PostFunction } from "../http/answer.ts";
import { classify, type Quirk } from "../http/classify.ts";
import type { TellContext } from "../story/tell.ts";
import { leastMessage, type TeamsMessage, teamsMessage } from "./envelope.ts";

/** Posts cards to a Teams Workflows webhook. */
export function createTeams({
	url,
	body,
	post,
	knowledge,
	clock,
}: {
	readonly url: string;
	/** A flow from the template takes a message with the card attached; one that posts `triggerBody()` takes the bare card. */
	readonly body: "message" | "card";
	readonly post: PostFunction;
	readonly knowledge: TellContext;
	readonly clock: () => Date;
}): Pick<Destination, "send"> {
	const send = async (message: TeamsMessage, signal: AbortSignal): Promise<Delivery> => {
		const headers = { "content-type": "application/json; charset=utf-8" };
		return classify(
			await post({ url, headers, body: JSON.stringify(body === "card" ? message.attachments[0].content : message), signal }),
			clock(),
			flowQuirk,
		);
	};
	return {
		send: async (notice, signal) => {
			const first = await send(teamsMessage(notice, knowledge), signal);
			return isAboutTheCard(first) ? send(leastMessage(notice, knowledge), signal) : first;
		},
	};
}

/** A flow that is switched off answers 400, as if the message were wrong. */
function flowQuirk(_status: number, body: string): Quirk | undefined {
	if (!body.includes("WorkflowTriggerIsNotEnabled")) return undefined;
	return { reason: "moved", scope: "down", detail: "The flow is switched off. Turn it on in Power Automate." };
}

/** The receiver has read the card and did not take it: a smaller and plainer one may still pass. */
function isAboutTheCard(delivery: Delivery): boolean {
	return !delivery.ok && delivery.scope === "dead" && (delivery.status === 400 || delivery.status === 413);
}
