import { randomBytes } from "node:crypto";
import { isOffered } from "../actions/answer.ts";
import { createAnswerPage, type PageRequest } from "../actions/handle-answer.ts";
import { signLink } from "../actions/link.ts";
import type { PageResponse } from "../actions/page-response.ts";
import type { AnswersOf } from "../notify/story/tell.ts";
import type { Table } from "../store/table.ts";
import { world } from "./compose.ts";
import type { Settings } from "./settings.ts";

const dayMs = 86_400_000;
/** At least: a notice may be three days on its way, and its link is of use after that. */
const shortestLinkDays = 8;

type AnswerSettings = Pick<
	Settings,
	"ACTIONS" | "ACTIONS_KEY" | "ACTIONS_URL" | "ACTIONS_TENANT" | "ACTIONS_RESPONDERS" | "FALLBACK" | "QUIET_MAX_DAYS"
>;

/** Where the page lives. Never taken from a request, which its sender can forge. */
function originOf({ ACTIONS_URL }: AnswerSettings, host: string | undefined): string {
	// Browsers write it in lower case, whatever the platform does.
	return ACTIONS_URL ?? `https://${(host ?? "localhost").toLowerCase()}`;
}

/** Makes the links of one destination's messages; `undefined` while answers are off. */
export function answersOf(settings: AnswerSettings, host: string | undefined): ((destination: string) => AnswersOf) | undefined {
	const { ACTIONS, ACTIONS_KEY: keys } = settings;
	if (ACTIONS === "off" || keys === undefined) return undefined;
	const origin = originOf(settings, host);
	// Till a day after the next reminder, at the latest that there can be.
	const lifeMs = Math.max(shortestLinkDays, settings.QUIET_MAX_DAYS + 1) * dayMs;
	return (destination) =>
		({ finding, n, wantedAt, now }, opens) => {
			if (!isOffered(opens, finding, ACTIONS === "entra", now)) return undefined;
			// Not from the moment of the attempt: a message keeps its bytes, however often it is tried.
			const expires = new Date(wantedAt.getTime() + lifeMs);
			return `${origin}/api/answer/${signLink(keys, { key: finding.key, n, destination, opens, expires })}`;
		};
}

/** The page that takes answers. */
export function createAnswers(
	settings: AnswerSettings,
	table: Table,
	host: string | undefined,
): (request: PageRequest) => Promise<PageResponse> {
	const { ACTIONS, ACTIONS_KEY: keys, ACTIONS_TENANT: tenantId, ACTIONS_RESPONDERS: responders, FALLBACK: fallback } = settings;
	if (ACTIONS === "off" || keys === undefined) throw new Error("answers are off");
	return createAnswerPage({
		...world,
		table,
		fallback,
		keys,
		bytes: (count) => randomBytes(count),
		origin: originOf(settings, host),
		...(ACTIONS === "entra" && tenantId !== undefined ? { signIn: { tenantId, responders } } : {}),
	});
}
