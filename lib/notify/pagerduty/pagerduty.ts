import type { Delivery, Destination } from "../../outbox/delivery.ts";
import type { PostFunction } from "../http/answer.ts";
import { classify, type Quirk } from "../http/classify.ts";
import type { TellContext } from "../story/tell.ts";
import { pagerdutyEvents } from "./event.ts";

/** Sends events to PagerDuty's Events API v2. The key stands in the body, so bodies are as secret as addresses elsewhere. */
export function createPagerduty({
	url,
	routingKey,
	post,
	knowledge,
	clock,
}: {
	readonly url: string;
	readonly routingKey: string;
	readonly post: PostFunction;
	readonly knowledge: TellContext;
	readonly clock: () => Date;
}): Pick<Destination, "send"> {
	return {
		send: async (notice, signal) => {
			let delivery: Delivery = { ok: true, proof: "confirmed" };
			// Sent again from the start when one does not arrive: the same event twice changes nothing there.
			for (const event of pagerdutyEvents(notice, knowledge)) {
				const body = JSON.stringify({ routing_key: routingKey, ...event });
				const headers = { "content-type": "application/json; charset=utf-8" };
				delivery = classify(await post({ url, headers, body, signal }), clock(), keyQuirk);
				if (!delivery.ok) return delivery;
			}
			return delivery;
		},
	};
}

/** A wrong key is a 400, like a wrong event; but then no event will ever pass. */
function keyQuirk(status: number, body: string): Quirk | undefined {
	if (status !== 400 || !/routing[_ ]key/i.test(body)) return undefined;
	return { reason: "auth", scope: "down", detail: "PagerDuty does not know the integration key (400)." };
}
