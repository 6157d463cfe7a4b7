import type { DefaultAzureCredential, TokenCredential } from "@azure/identity";

/**
 * One try and one more: the SDK's own five take 17 seconds, longer than any deadline around them, and an app without an
 * identity would look like one whose table is slow.
 */
const retryOptions = { maxRetries: 1, retryDelayInMs: 200 };

/**
 * Signs in as the app's identity, or as the person at the keyboard.
 *
 * @param Credential the SDK's class: some callers load the SDK only when they need it.
 * @param clientId of a user-assigned identity; what AZURE_CLIENT_ID says if absent.
 */
export function signIn(Credential: typeof DefaultAzureCredential, clientId?: string): TokenCredential {
	return new Credential({ retryOptions, ...(clientId ? { managedIdentityClientId: clientId } : {}) });
}
