import type { Result } from "./check.ts";

/** What table and hub ask for. `unknown`: neither is named. */
export type Needed = "identity" | "nothing" | "unknown";

/** Can anybody sign in here? Roles are tried where they are needed, by the checks of table and hub. */
export async function checkSignIn(needed: Needed, getToken: () => Promise<unknown>): Promise<Result> {
	if (needed === "unknown") return { check: "sign-in", verdict: "skipped", says: "Not tried: neither table nor hub is named." };
	if (needed === "nothing") return { check: "sign-in", verdict: "ok", says: "Emulators only: nobody needs to sign in." };
	try {
		await getToken();
		return { check: "sign-in", verdict: "ok", says: "An identity is signed in." };
	} catch (error) {
		const name = error instanceof Error ? error.name : "unknown error";
		return {
			check: "sign-in",
			verdict: "failure",
			says: `Nobody is signed in to Azure on this machine (${name}).`,
			why: "Table and hub are reached with an identity; there are no keys.",
			fix: "Run `az login`, with an account of the tenant that holds the subscription.",
		};
	}
}
