import * as z from "zod";
import { destinationKind } from "../kind.ts";
import { createSlack } from "./slack.ts";
import { checkSlackUrl } from "./url.ts";

export const slack = destinationKind({
	name: "slack",
	audience: "chat",
	settings: {
		SLACK_WEBHOOK_URL: z.string().optional().describe("Address of a Slack incoming webhook; it is a secret. Empty = no messages to Slack."),
	},
	address: "SLACK_WEBHOOK_URL",
	secrets: ["SLACK_WEBHOOK_URL"],
	example: { SLACK_WEBHOOK_URL: "https://hooks.slack.com/services/T0example/B0example/example" },
	fixes: {
		auth: "An administrator of the workspace has switched webhooks off, or the channel does not take them: make a new webhook and set its address.",
		moved: "The channel or the Slack app is gone: make a new webhook in your Slack app and set its address.",
		gone: "The channel is archived: make a webhook for another channel and set its address.",
	},
	check: ({ SLACK_WEBHOOK_URL: url = "" }, place) => checkSlackUrl(url, place),
	create: ({ SLACK_WEBHOOK_URL: url = "" }, { post, clock, knowledge }) => createSlack({ url, post, clock, knowledge }),
	page: async () => (await import("./page.ts")).blocksPage,
});
