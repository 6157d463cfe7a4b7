import * as z from "zod";
import type { DestinationKind } from "../kind.ts";
import { createPortal } from "../portal.ts";
import type { PortalSettings } from "../portal-settings.ts";
import { createTeams } from "./teams.ts";
import { checkTeamsUrl } from "./url.ts";

export const teamsSettings = {
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
};

export const teams: DestinationKind<z.output<z.ZodObject<typeof teamsSettings>> & PortalSettings> = {
	name: "teams",
	create: ({ TEAMS_WEBHOOK_URL: url, TEAMS_HOST_SUFFIXES: suffixes, PORTAL_URL }, { post, clock, rules, allowLoopback }) => {
		if (url === undefined) return { state: "off" };
		const check = checkTeamsUrl(url, { suffixes, allowLoopback });
		if (!check.ok) return { state: "wrong", mistake: `TEAMS_WEBHOOK_URL: ${check.problem}` };
		return {
			state: "ready",
			destination: createTeams({ url, post, clock, knowledge: { rules, portal: createPortal(PORTAL_URL) } }),
			warning: check.warning === undefined ? undefined : `TEAMS_WEBHOOK_URL: ${check.warning}`,
		};
	},
};
