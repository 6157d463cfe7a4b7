import type { Environment, Result } from "./check.ts";

const timeoutMs = 15_000;

/** As App Service would write it for somebody who is signed in; this one, nobody has signed in. */
const forged = { "x-ms-client-principal": Buffer.from('{"auth_typ":"aad","claims":[]}').toString("base64") };

/** What the page that says who asks makes of a request. */
type Seen = "nobody" | "believed" | "sent to sign in" | "forbidden" | { readonly trouble: string };

/**
 * Does the deployed app believe an identity that anyone can write into a request? Tried with `ACTIONS=entra` only, at a
 * page that reads and changes nothing. The settings themselves have their own check.
 */
export async function checkIdentity(environment: Environment): Promise<readonly Result[]> {
	if (environment["ACTIONS"]?.trim() !== "entra") return [];
	const url = addressOf(environment);
	if (url === undefined)
		return [untried("nobody says where the app is", "Set ACTIONS_URL to https:// and the host of the app, then run doctor again.")];
	// Whoever is refused with nothing forged learns nothing from being refused again.
	const plain = await ask(url, "GET", {});
	if (plain === "forbidden") {
		return [
			untried(
				"the app refuses this machine",
				"Run doctor from an address that may reach the page (template parameter siteAllowedAddresses).",
			),
		];
	}
	const seen = [plain, await ask(url, "GET", forged), await ask(url, "POST", forged)];
	if (seen.includes("believed")) return [believed];
	const trouble = seen.find((one) => typeof one === "object");
	if (trouble !== undefined) return [untried(trouble.trouble, "Check ACTIONS_URL, and that the app runs with ACTIONS = entra.")];
	return [{ check: "identity", verdict: "ok", says: "A forged identity is not believed." }];
}

function addressOf({ ACTIONS_URL, WEBSITE_HOSTNAME }: Environment): URL | undefined {
	const host = WEBSITE_HOSTNAME?.trim();
	const origin = ACTIONS_URL?.trim() || (host ? `https://${host}` : "");
	const url = URL.parse("/api/answer/sign-in-check", origin);
	return url ?? undefined;
}

async function ask(url: URL, method: "GET" | "POST", headers: Readonly<Record<string, string>>): Promise<Seen> {
	try {
		const response = await fetch(url, { method, headers, redirect: "manual", signal: AbortSignal.timeout(timeoutMs) });
		const text = await response.text();
		if (text.includes("identity: believed")) return "believed";
		if (response.status === 200 && text.includes("identity: none")) return "nobody";
		if (response.status === 403) return "forbidden";
		if ([301, 302, 303, 307, 308, 401].includes(response.status)) return "sent to sign in";
		return { trouble: `its page does not say who asks (${response.status})` };
	} catch (error) {
		// A message of fetch holds the address; the kind of failure is enough.
		return { trouble: `the app does not answer (${error instanceof Error ? error.name : "unknown error"})` };
	}
}

const why = "Anyone who can forge an identity answers in the name of others, and can silence or close findings.";

const believed: Result = {
	check: "identity",
	verdict: "failure",
	says: "The app believes a forged identity.",
	why,
	fix: "Switch on the sign-in of App Service (template parameter signInClientId), let nothing reach the app around it, and set ACTIONS to link until doctor finds nothing wrong.",
};

function untried(says: string, fix: string): Result {
	return { check: "identity", verdict: "warning", says: `Not tried with a forged identity: ${says}.`, why, fix };
}
