import type { Lookup, Sources } from "./what-runs.ts";

/** What a tunnel serves, as far as its own sources say: `url` with its target, or one of the kinds without. */
export interface Origin {
	readonly kind: "ingress" | "hello-world" | "bastion" | "url" | "unix-socket" | "none";
	readonly target: string;
	/** A proxy into the whole network stands behind a TCP target, or behind whatever target the account sets. */
	readonly socks: boolean;
}

/** A host and port without a scheme means http. */
function isOverTcp(target: string): boolean {
	return !/^(?:https?|hello|unix)/i.test(target) && target.includes("://");
}

/** The order of cloudflared's ingress/ingress.go. For a tunnel by token the account's remote configuration replaces all of it. */
export function originOf(lookup: Lookup, { ingress }: Sources): Origin {
	const found = (kind: Origin["kind"], target = ""): Origin => ({
		kind,
		target,
		socks: lookup("socks5") !== undefined && (kind === "none" || (kind === "url" && isOverTcp(target))),
	});
	if (ingress !== undefined) return found("ingress", ingress);
	if (lookup("hello-world") !== undefined) return found("hello-world");
	if (lookup("bastion") !== undefined) return found("bastion");
	const url = lookup("url");
	if (url !== undefined) return found("url", url.value);
	const socket = lookup("unix-socket");
	return socket === undefined ? found("none") : found("unix-socket", socket.value);
}
