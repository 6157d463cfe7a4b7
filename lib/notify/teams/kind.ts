import * as z from "zod";
import { destinationKind, type Outside } from "../kind.ts";
import { teamsAuths, tokenScopeOf } from "./audience.ts";
import { readPeople } from "./mention.ts";
import { createTeams, type TeamsOptions } from "./teams.ts";
import { checkTeamsUrl } from "./url.ts";

const settings = {
	TEAMS_WEBHOOK_URL: z.string().optional().describe("Address of a Teams Workflows webhook; it is a secret. Empty = no messages to Teams."),
	TEAMS_HOST_SUFFIXES: z
		.string()
		.transform((text) => text.split(/[\s,]+/).filter((part) => part !== ""))
		.refine(
			(list) => list.every((suffix) => /^\.[a-z0-9-]+(\.[a-z0-9-]+)+$/.test(suffix)),
			"write ends of host names, each with a dot first",
		)
		.prefault("")
		.describe("More ends of host names that belong to Teams Workflows, for sovereign clouds, separated by commas."),
	TEAMS_BODY: z
		.enum(["message", "card"], { error: "write message or card" })
		.default("message")
		.describe("What the flow expects: `message` for flows from the template, `card` for a flow that posts `triggerBody()` itself."),
	TEAMS_MENTION: z
		.string()
		.transform((text, context) => {
			const people = readPeople(text);
			if (people !== undefined) return people;
			context.addIssue({ code: "custom", message: "write at most three, such as kim@contoso.example=Kim Lee, separated by commas" });
			return z.NEVER;
		})
		.prefault("")
		.describe(
			"People to mention in what is new, worse or back at high severity: `kim@contoso.example=Kim Lee`, at most three, with commas.",
		),
	TEAMS_AUTH: z
		.enum(teamsAuths, { error: `write ${teamsAuths.slice(0, -1).join(", ")} or ${teamsAuths.at(-1)}` })
		.default("url")
		.describe(
			"`url`: the address is the credential. `identity`: the app's identity signs in; `identity-gcc`, `-gcc-high`, `-dod`, `-china` elsewhere (docs/teams.md).",
		),
};

export const teams = destinationKind({
	name: "teams",
	audience: "chat",
	settings,
	address: "TEAMS_WEBHOOK_URL",
	secrets: ["TEAMS_WEBHOOK_URL"],
	// Who is on call for one channel is not for another.
	personal: ["TEAMS_MENTION"],
	example: {
		TEAMS_WEBHOOK_URL:
			"https://default0123456789abcdef0123456789abcd.ef.environment.api.powerplatform.com:443/powerautomate/automations/direct/workflows/0123456789abcdef0123456789abcdef/triggers/manual/paths/invoke?api-version=1&sp=%2Ftriggers%2Fmanual%2Frun&sv=1.0&sig=example",
	},
	arrival:
		"Look at the run history of the flow in Power Automate. No run: the address is of another flow, or the flow is off. BotNotInConversationRoster: the channel is private, so post as User, not as Flow bot. A run that failed otherwise: the channel is shared, or the owner's connection is broken. A run that succeeded: it posts somewhere else (docs/teams.md).",
	fixes: {
		rejected: "Make the flow as docs/teams.md says: it takes the body that is sent.",
		auth: "Copy the address of the flow's trigger again and set it. Where only your tenant may trigger the flow, TEAMS_AUTH says how the app signs in (docs/teams.md).",
		moved: "Look in Power Automate that the flow exists and is on; then set the address that it shows.",
	},
	check: ({ TEAMS_WEBHOOK_URL: url = "", TEAMS_HOST_SUFFIXES: suffixes, TEAMS_AUTH: auth }, { allowLoopback }) =>
		checkTeamsUrl(url, { suffixes, allowLoopback, signsIn: tokenScopeOf(auth) !== undefined }),
	create: (settings, outside) => createTeams(optionsOf(settings, outside)),
	trials: async () => {
		const { teamsTrials } = await import("./trials.ts");
		return (settings, outside) => teamsTrials(optionsOf(settings, outside));
	},
	page: async () => (await import("./page.ts")).cardPage,
});

type Values = { readonly [Name in keyof typeof settings]: z.output<(typeof settings)[Name]> };

function optionsOf(
	{ TEAMS_WEBHOOK_URL: url = "", TEAMS_BODY: body, TEAMS_MENTION: people, TEAMS_AUTH: auth }: Values,
	{ getToken, post, clock, knowledge }: Outside,
): TeamsOptions {
	const scope = tokenScopeOf(auth);
	const token = scope === undefined ? undefined : (signal: AbortSignal) => getToken(scope, signal);
	return { url, body, people, token, post, clock, knowledge };
}
