/** Why something outside of the process could not be used, as stable text for machines. */
export const troubleCauses = ["identity", "role", "certificate", "dns", "refused", "time-out", "missing", "unknown"] as const;

export type TroubleCause = (typeof troubleCauses)[number];

const mostCauses = 8;
const identityErrors = ["CredentialUnavailableError", "AuthenticationRequiredError", "AggregateAuthenticationError", "AuthenticationError"];
const certificateCode =
	/^(CERT_|ERR_TLS_CERT_|UNABLE_TO_(GET|VERIFY|DECRYPT|DECODE)_|SELF_SIGNED_CERT|DEPTH_ZERO_SELF_SIGNED|HOSTNAME_MISMATCH|INVALID_(CA|PURPOSE))/;

/**
 * The cause, from the codes and names that the system and the SDKs give, in the error and in what it was caused by. Their
 * texts are never read: they repeat addresses.
 */
export function causeOf(error: unknown): TroubleCause {
	if (error instanceof Error && "trouble" in error) return troubleCauses.find((cause) => cause === error.trouble) ?? "unknown";
	for (const marks of marksOf(error)) {
		if (marks.some((mark) => identityErrors.includes(mark))) return "identity";
	}
	for (const mark of marksOf(error).flat()) {
		const cause = causeOfMark(mark);
		if (cause !== undefined) return cause;
	}
	return "unknown";
}

/** An error in words of our own, which keeps the cause of one that repeats addresses. */
export function troubled(message: string, cause: TroubleCause): Error {
	return Object.assign(new Error(message), { trouble: cause });
}

function causeOfMark(mark: string): TroubleCause | undefined {
	if (certificateCode.test(mark)) return "certificate";
	switch (mark) {
		case "ENOTFOUND":
		case "EAI_AGAIN":
		case "EAI_NODATA":
		case "EAI_NONAME":
			return "dns";
		case "ECONNREFUSED":
		case "ECONNRESET":
		case "EHOSTUNREACH":
		case "ENETUNREACH":
		case "EPIPE":
			return "refused";
		case "ETIMEDOUT":
		case "ESOCKETTIMEDOUT":
		case "OverdueError":
		case "OperationTimeoutError":
		case "ServiceUnavailableError":
		case "TimeoutError":
			return "time-out";
		case "UnauthorizedError":
		case "AuthorizationPermissionMismatch":
		case "AuthorizationFailure":
		case "status 401":
		case "status 403":
			return "role";
		case "MessagingEntityNotFoundError":
		case "status 404":
			return "missing";
		// Codes of the SDKs are an open list; a code not handled above says nothing that we know.
		default:
			return undefined;
	}
}

/** Code, name and status of an error and of each of its causes. */
function marksOf(error: unknown): readonly (readonly string[])[] {
	const found: string[][] = [];
	const waiting: unknown[] = [error];
	while (waiting.length > 0 && found.length < mostCauses) {
		const one = waiting.shift();
		if (!(one instanceof Error)) continue;
		const code = "code" in one && typeof one.code === "string" ? [one.code] : [];
		const status = "statusCode" in one && typeof one.statusCode === "number" ? [`status ${one.statusCode}`] : [];
		found.push([...code, one.name, ...status]);
		if (one.cause !== undefined) waiting.push(one.cause);
		if ("errors" in one && Array.isArray(one.errors)) waiting.push(...(one.errors as readonly unknown[]));
	}
	return found;
}

/** One sentence for people about `who`, such as "The hub", without an address. */
export function troubleWords(error: unknown, who: string): string {
	return wordsOf(causeOf(error), who);
}

/** One sentence that says what is wrong and what to do; `who` begins it, such as "The hub". */
export function wordsOf(cause: TroubleCause, who: string): string {
	switch (cause) {
		case "identity":
			return `${who} cannot be used without signing in, and there is no identity: assign the managed identity to the app, and set AZURE_CLIENT_ID to its client id.`;
		case "role":
			return `${who} refuses the app's identity: its role is missing or a few minutes old.`;
		case "certificate":
			return `${who} shows a certificate that is not trusted: it has expired, or something on the way opens TLS.`;
		case "dns":
			return `${who} has a name that cannot be resolved: check it, and the private DNS zone of the network.`;
		case "refused":
			return `${who} takes no connection: check its network rules and the private endpoint.`;
		case "time-out":
			return `${who} did not answer in time.`;
		case "missing":
			return `${who} is not there: check its name.`;
		case "unknown":
			return `${who} failed for a reason that is not known here.`;
	}
}
