import type { HubAddress } from "./address.ts";

/** What a failure of the SDK means for the person at the keyboard. */
export type Trouble = "unauthorized" | "not-found" | "taken-over" | "too-many-readers" | "sign-in" | "unreachable" | "partition" | "other";

export function troubleOf(error: unknown): Trouble {
	switch (codeOf(error)) {
		case "UnauthorizedError":
			return "unauthorized";
		case "MessagingEntityNotFoundError":
			return "not-found";
		case "ReceiverDisconnectedError":
			return "taken-over";
		case "QuotaExceededError":
			return "too-many-readers";
		case "CredentialUnavailableError":
		case "AuthenticationRequiredError":
		case "AggregateAuthenticationError":
		case "AuthenticationError":
			return "sign-in";
		case "ArgumentOutOfRangeError":
			return "partition";
		case "ServiceCommunicationError":
		case "ServiceUnavailableError":
		case "OperationTimeoutError":
		case "ConnectionForcedError":
		case "InsufficientCreditError":
		case "ECONNREFUSED":
		case "ECONNRESET":
		case "ENOTFOUND":
		case "EAI_AGAIN":
		case "ETIMEDOUT":
			return "unreachable";
		// Codes are an open list of the SDK's; what is not named above is told by its name.
		default:
			return "other";
	}
}

/** One sentence: what is wrong and what to do. The SDK's own text is left out: it carries tracking ids and addresses. */
export function hubTrouble(error: unknown, { host, hub }: HubAddress, group?: string): string {
	const reader = group === undefined ? "" : ` or no consumer group ${group} in it`;
	switch (troubleOf(error)) {
		case "unauthorized":
			return group === undefined
				? `Your identity may not write to ${hub}: give it the role "Azure Event Hubs Data Sender" on the hub; a new role takes a few minutes.`
				: `Your identity may not read ${hub}: give it the role "Azure Event Hubs Data Receiver" on the hub; a new role takes a few minutes.`;
		case "not-found":
			return `There is no hub ${hub} in ${host}${reader}: check the names.`;
		case "taken-over":
			return `Somebody else reads with consumer group ${group ?? "$Default"} and does not share it: use another one (--consumer-group).`;
		case "too-many-readers":
			return `Consumer group ${group ?? "$Default"} has five readers already: use another one (--consumer-group).`;
		case "sign-in":
			return "Nobody is signed in to Azure on this machine: run `az login` first.";
		case "partition":
			return `${hub} has no such partition.`;
		case "unreachable":
			return `${host} cannot be reached: check the name, and that outgoing port ${host === "localhost" ? "of the emulator is right" : "5671 is open"}.`;
		case "other":
			return `${host}/${hub} failed: ${codeOf(error)}.`;
	}
}

/** The SDK sets `code` on its own errors and the system's code on those of the network; identity errors have only a name. */
function codeOf(error: unknown): string {
	if (!(error instanceof Error)) return "unknown error";
	// All addresses of a name were tried; one of them says why.
	if (error instanceof AggregateError && error.name === "AggregateError" && error.errors.length > 0) return codeOf(error.errors[0]);
	return "code" in error && typeof error.code === "string" ? error.code : error.name;
}
