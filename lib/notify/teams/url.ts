import { accepted, isLoopbackHost, refusedUrl, type UrlCheck } from "../http/url-check.ts";

const workflows = ".environment.api.powerplatform.com";
const logicApps = ".logic.azure.com";
const howTo =
	"In Teams open Workflows, choose the template that posts to a channel when a webhook request is received, let anyone trigger it, and copy its address.";

interface UrlOptions {
	/** Ends of more host names that belong to Workflows. */
	readonly suffixes: readonly string[];
	readonly allowLoopback: boolean;
	/** The app's identity signs in, so the address must not be a credential too. */
	readonly signsIn?: boolean;
}

/** Checks the form of a Teams Workflows address before anything is sent there. */
export function checkTeamsUrl(text: string, { suffixes, allowLoopback, signsIn = false }: UrlOptions): UrlCheck {
	if (!URL.canParse(text)) return refusedUrl(`this is not an address. ${howTo}`);
	const url = new URL(text);
	if (allowLoopback && isLoopbackHost(url) && /^https?:$/.test(url.protocol)) return accepted();
	const host = url.hostname;
	if (host.endsWith(".webhook.office.com") || host === "outlook.office.com") {
		return refusedUrl(`Office 365 connectors are retired and deliver nothing any more. ${howTo}`);
	}
	if (url.protocol !== "https:") return refusedUrl("the address must begin with https://");
	if (url.username !== "" || url.password !== "") return refusedUrl("the address must not hold a user name or a password");
	if (![workflows, logicApps, ...suffixes].some((suffix) => host.endsWith(suffix))) {
		return refusedUrl(
			`this host does not belong to Teams Workflows. ${howTo} In another cloud, add the end of its host name to TEAMS_HOST_SUFFIXES.`,
		);
	}
	if (!(url.pathname.includes("/workflows/") && url.pathname.includes("/triggers/"))) {
		return refusedUrl(`the path is not that of a flow's trigger; copy the whole address. ${howTo}`);
	}
	const isSigned = url.searchParams.has("sig");
	if (signsIn && isSigned) {
		return refusedUrl(
			'with TEAMS_AUTH the address must not have a signature (sig=…), or anyone who knows it can post: set "Who can trigger the flow" to people in your tenant or to named ones, and copy the new address.',
		);
	}
	if (!signsIn && !url.searchParams.get("sig")) {
		return refusedUrl(
			'the signature (sig=…) is missing: copy the whole address, and set "Who can trigger the flow" to Anyone. If only your tenant may trigger it, set TEAMS_AUTH to identity.',
		);
	}
	return accepted(
		host.endsWith(logicApps)
			? "addresses on logic.azure.com stopped working at the end of November 2025; open the flow and copy its new address"
			: undefined,
	);
}
