import type { Delivery, Destination } from "../../outbox/delivery.ts";
import { causeOf } from "../../store/trouble.ts";
import type { HttpAnswer, PostFunction } from "../http/answer.ts";
import { classify, type FindQuirk } from "../http/classify.ts";
import type { TellContext } from "../story/tell.ts";
import { leastMessage, type TeamsMessage, teamsMessage } from "./envelope.ts";
import { isWorthMention, type OnCall } from "./mention.ts";

export interface TeamsOptions {
	readonly url: string;
	/** A flow from the template takes a message with the card attached; one that posts `triggerBody()` takes the bare card. */
	readonly body: "message" | "card";
	/** Who is mentioned in what is urgent. */
	readonly people: readonly OnCall[];
	/** Token for a flow that only identities of its tenant may trigger; absent = the address is the credential. */
	readonly token: ((signal: AbortSignal) => Promise<string>) | undefined;
	readonly post: PostFunction;
	readonly knowledge: TellContext;
	readonly clock: () => Date;
}

/** Posts cards to a Teams Workflows webhook. */
export function createTeams(options: TeamsOptions): Pick<Destination, "send"> {
	const { knowledge, people } = options;
	const send = createFlow(options);
	return {
		send: async (notice, signal) => {
			const message = teamsMessage(notice, knowledge, isWorthMention(notice) ? people : []);
			const mentions = message.attachments[0].content.msteams.entities !== undefined;
			const first = await send(message, signal);
			const second = mentions && mayBeTheMention(first) ? await send(teamsMessage(notice, knowledge), signal) : first;
			return isAboutTheCard(second.delivery) ? (await send(leastMessage(notice, knowledge), signal)).delivery : second.delivery;
		},
	};
}

interface Sent {
	readonly delivery: Delivery;
	/** `undefined`: nothing was posted. */
	readonly answer: HttpAnswer | undefined;
}

/** Posts one message in the form that the flow takes. Never rejects. */
export function createFlow({ url, body, token, post, clock }: Omit<TeamsOptions, "people" | "knowledge">) {
	const quirk = flowQuirk(token !== undefined);
	return async (message: TeamsMessage, signal: AbortSignal): Promise<Sent> => {
		const signedIn = await signInHeaders(token, signal);
		if ("failed" in signedIn) return { answer: undefined, delivery: signedIn.failed };
		const headers = { "content-type": "application/json; charset=utf-8", ...signedIn.headers };
		const text = JSON.stringify(body === "card" ? message.attachments[0].content : message);
		const answer = await post({ url, headers, body: text, signal });
		return { answer, delivery: classify(answer, clock(), quirk) };
	};
}

/** A token that cannot be had is an expected outcome; the error's own text names hosts, so only its kind is told. */
async function signInHeaders(
	token: TeamsOptions["token"],
	signal: AbortSignal,
): Promise<{ readonly headers: Readonly<Record<string, string>> } | { readonly failed: Delivery }> {
	if (token === undefined) return { headers: {} };
	try {
		return { headers: { authorization: `Bearer ${await token(signal)}` } };
	} catch (error) {
		const detail = `The app's identity got no token for the flow (${causeOf(error)}). Check that the identity is assigned and AZURE_CLIENT_ID names it.`;
		const failed = {
			ok: false,
			reason: "auth",
			scope: "destination",
			retryAfterMs: undefined,
			ambiguous: false,
			status: undefined,
		} as const;
		return { failed: { ...failed, detail } };
	}
}

/** A flow that is switched off answers 400, as if the message were wrong. */
function flowQuirk(signsIn: boolean): FindQuirk {
	return (_status, body) => {
		if (body.includes("WorkflowTriggerIsNotEnabled"))
			return { reason: "moved", scope: "down", detail: "The flow is switched off. Turn it on in Power Automate." };
		if (body.includes("DirectApiAuthorizationRequired")) {
			const detail = signsIn
				? "The flow refuses this identity (DirectApiAuthorizationRequired). Add the object id of the app's identity under Who can trigger the flow."
				: "The flow wants a sign-in (DirectApiAuthorizationRequired). Set TEAMS_AUTH to identity, or let anyone trigger the flow and copy its new address.";
			return { reason: "auth", scope: "down", detail };
		}
		return undefined;
	};
}

/** A flow refuses a person that it does not find, or says so in the text of a 200. */
function mayBeTheMention({ answer, delivery }: Sent): boolean {
	if (delivery.ok || delivery.scope === "destination" || delivery.scope === "down" || answer?.kind !== "answered") return false;
	return answer.status === 400 || (answer.status >= 200 && answer.status < 300);
}

/** The receiver has read the card and did not take it: a smaller and plainer one may still pass. */
function isAboutTheCard(delivery: Delivery): boolean {
	return !delivery.ok && delivery.scope === "dead" && (delivery.status === 400 || delivery.status === 413);
}
