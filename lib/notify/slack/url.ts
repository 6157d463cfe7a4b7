import { accepted, isLoopbackHost, refusedUrl, type UrlCheck } from "../http/url-check.ts";

const hosts = ["hooks.slack.com", "hooks.slack-gov.com"];

/** Checks the form of an incoming webhook's address. */
export function checkSlackUrl(text: string, { allowLoopback }: { readonly allowLoopback: boolean }): UrlCheck {
	if (!URL.canParse(text)) return refusedUrl("this is not an address; copy it from the Incoming Webhooks page of your Slack app");
	const url = new URL(text);
	if (url.username !== "" || url.password !== "") return refusedUrl("the address must not hold a user name or a password");
	if (allowLoopback && isLoopbackHost(url) && /^https?:$/.test(url.protocol)) return accepted();
	if (url.protocol !== "https:") return refusedUrl("the address must begin with https://");
	if (!hosts.includes(url.hostname) || url.port !== "") return refusedUrl(`the host must be ${hosts.join(" or ")}`);
	if (!/^\/services(\/[A-Za-z0-9]+){3}$/.test(url.pathname)) {
		return refusedUrl(
			"the path must be /services/ and three parts; copy the whole address from the Incoming Webhooks page of your Slack app",
		);
	}
	return accepted();
}
