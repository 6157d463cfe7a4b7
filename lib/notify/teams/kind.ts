import * as z from "zod";
import { destinationKind } from "../kind.ts";
import { cardPage } from "./page.ts";
import { createTeams } from "./teams.ts";
import { checkTeamsUrl } from "./url.ts";

export const teams = destinationKind({
	name: "teams",
	audience: "chat",
	settings: {
		TEAMS_WEBHOOK_URL: z
			.string()
			.optional()
			.describe("Address of a Teams Workflows webhook; it is a secret. Empty = no messages to Teams."),
		TEAMS_HOST_SUFFIXES: z
			.string()
			.transform((text) => text.split(/[\s,]+/).filter((part) => part !== ""))
			.refine(
				(list) => list.every((suffix) => /^\.[a-z0-9-]+(\.[a-z0-9-]+)+$/.test(suffix)),
				"write ends of host names, each with a dot first",
			)
			.prefault("")
			.describe("More ends of host names that belong to Teams Workflows, for sovereign clouds, separated by commas."),
	},
	address: "TEAMS_WEBHOOK_URL",
	secrets: ["TEAMS_WEBHOOK_URL"],
	example: {
		TEAMS_WEBHOOK_URL:
			"https://default0123456789abcdef0123456789abcd.ef.environment.api.powerplatform.com:443/powerautomate/automations/direct/workflows/0123456789abcdef0123456789abcdef/triggers/manual/paths/invoke?api-version=1&sp=%2Ftriggers%2Fmanual%2Frun&sv=1.0&sig=example",
	},
	fixes: {
		rejected: "Make the flow from the template in docs/deploy.md: it takes the body that is sent.",
		moved: "Look in Power Automate that the flow exists and is on; then set the address that it shows.",
	},
	check: ({ TEAMS_WEBHOOK_URL: url = "", TEAMS_HOST_SUFFIXES: suffixes }, { allowLoopback }) =>
		checkTeamsUrl(url, { suffixes, allowLoopback }),
	create: ({ TEAMS_WEBHOOK_URL: url = "" }, { post, clock, knowledge }) => createTeams({ url, post, clock, knowledge }),
	page: cardPage,
});
