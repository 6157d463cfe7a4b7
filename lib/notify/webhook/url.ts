import { accepted, isLoopbackHost, refusedUrl, type UrlCheck } from "../http/url-check.ts";
import { isAllowedAddress } from "./address.ts";

/** Checks the form of a webhook address. Host names are checked again when they are resolved, for each POST. */
export function checkWebhookUrl(
	text: string,
	{ allowPrivate, allowLoopback }: { readonly allowPrivate: boolean; readonly allowLoopback: boolean },
): UrlCheck {
	if (!URL.canParse(text)) return refusedUrl("this is not an address; write https://host/path");
	const url = new URL(text);
	if (url.username !== "" || url.password !== "") {
		return refusedUrl("the address must not hold a user name or a password; send a key with WEBHOOK_HEADER instead");
	}
	if (allowLoopback && isLoopbackHost(url) && /^https?:$/.test(url.protocol)) return accepted();
	if (url.protocol !== "https:") return refusedUrl("the address must begin with https://");
	const literal = /^\[(.*)\]$/.exec(url.hostname)?.[1] ?? (/^[\d.]+$/.test(url.hostname) ? url.hostname : undefined);
	if (literal !== undefined && !isAllowedAddress(literal, { allowPrivate })) {
		return refusedUrl("this is a private or reserved address; for a receiver in your own network set WEBHOOK_ALLOW_PRIVATE to true");
	}
	return accepted();
}
