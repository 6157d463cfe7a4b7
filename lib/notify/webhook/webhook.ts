import type { Destination, SingleNotice } from "../../outbox/delivery.ts";
import type { PostFunction, PostRequest } from "../http/answer.ts";
import { classify } from "../http/classify.ts";
import type { TellContext } from "../story/tell.ts";
import { findingEvent } from "./finding-body.ts";
import { ocsfEvent } from "./ocsf.ts";
import { signatureHeader } from "./sign.ts";

export interface WebhookOptions {
	readonly url: string;
	/** Signed with each; unsigned when there is none. */
	readonly keys: readonly Buffer[];
	readonly format: "finding" | "ocsf";
	/** One more header, for a bearer token or an API key. */
	readonly header: { readonly name: string; readonly value: string } | undefined;
	readonly allowAddress: NonNullable<PostRequest["allowAddress"]>;
	readonly post: PostFunction;
	readonly knowledge: TellContext;
	readonly clock: () => Date;
}

/** Posts to any receiver, as the Standard Webhooks specification says. */
export function createWebhook({
	url,
	keys,
	format,
	header,
	allowAddress,
	post,
	knowledge,
	clock,
}: WebhookOptions): Pick<Destination, "send"> {
	const render = (notice: SingleNotice): object => (format === "ocsf" ? ocsfEvent(notice, knowledge) : findingEvent(notice, knowledge));
	return {
		send: async (notice, signal) => {
			// Gathered and routine messages are for chats: `unlimited` keeps them away from here.
			if (notice.type !== "finding" && notice.type !== "operations") throw new Error(`a webhook takes no message of type ${notice.type}`);
			const body = JSON.stringify(render(notice));
			const seconds = Math.floor(clock().getTime() / 1000);
			const headers = {
				"content-type": "application/json; charset=utf-8",
				"webhook-id": notice.id,
				"webhook-timestamp": String(seconds),
				...(keys.length === 0 ? {} : { "webhook-signature": signatureHeader(keys, notice.id, seconds, body) }),
				...(header === undefined ? {} : { [header.name]: header.value }),
			};
			return classify(await post({ url, headers, body, signal, allowAddress }), clock());
		},
	};
}
