import type { TokenCredential } from "@azure/identity";
import type { GetToken } from "../notify/kind.ts";
import { within } from "./deadline.ts";
import { signIn } from "./sign-in.ts";

/** The identity's own endpoint answers within milliseconds, or not at all. */
const tokenMs = 8_000;

/** Tokens of the app's identity. The SDK keeps each until shortly before it ends, and is loaded at the first use. */
export function createGetToken(): GetToken {
	let credential: Promise<TokenCredential> | undefined;
	return async (scope, signal) => {
		credential ??= import("@azure/identity").then(({ DefaultAzureCredential }) => signIn(DefaultAzureCredential));
		const asked = (await credential).getToken(scope, { abortSignal: signal });
		const given = await within(tokenMs, "the identity's endpoint", asked);
		if (given === null) throw new Error("the identity gave no token");
		return given.token;
	};
}
