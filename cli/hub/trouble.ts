import { causeOf } from "../../lib/store/trouble.ts";
import type { HubAddress } from "./address.ts";
import { nameText } from "./name-text.ts";

/** What a failure of the SDK means for the person at the keyboard. */
export type Trouble =
	| "unauthorized"
	| "not-found"
	| "taken-over"
	| "too-many-readers"
	| "sign-in"
	| "certificate"
	| "unresolved"
	| "unreachable"
	| "partition"
	| "other";

/** Classifies an error of the Event Hubs SDK, the network or the sign-in by its code, never by its text. Never throws. */
export function troubleOf(error: unknown): Trouble {
	const cause = causeOf(error);
	if (cause === "certificate") return cause;
	if (cause === "dns") return "unresolved";
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
		case "ETIMEDOUT":
			return "unreachable";
		// The SDK's codes are an open list; a code not handled above is shown by its name.
		default:
			return "other";
	}
}

export interface HubWords {
	readonly says: string;
	readonly fix: string;
}

/**
 * What is wrong and what to do. The SDK's own text is left out: it carries tracking ids and addresses. Without a group
 * it was about writing.
 */
export function hubWords(error: unknown, address: HubAddress, named?: string): HubWords {
	const [host, hub] = [nameText(address.host), nameText(address.hub)];
	const group = named === undefined ? undefined : nameText(named);
	const reader = group ?? "$Default";
	switch (troubleOf(error)) {
		case "unauthorized":
			return {
				says: `Your identity may not ${group === undefined ? "write to" : "read"} ${hub}`,
				fix: `give it the role "Azure Event Hubs Data ${group === undefined ? "Sender" : "Receiver"}" on the hub; a new role takes a few minutes.`,
			};
		case "not-found":
			return {
				says: `There is no hub ${hub} in ${host}${group === undefined ? "" : `, or no consumer group ${group} in it`}`,
				fix: "check the names.",
			};
		case "taken-over":
			return {
				says: `Somebody else reads with consumer group ${reader} and does not share it`,
				fix: "use another one (--consumer-group).",
			};
		case "too-many-readers":
			return { says: `Consumer group ${reader} has five readers already`, fix: "use another one (--consumer-group)." };
		case "sign-in":
			return { says: "Nobody is signed in to Azure on this machine", fix: "run `az login` first." };
		case "partition":
			return { says: `${hub} has no such partition`, fix: "partitions are counted from 0." };
		case "certificate":
			return {
				says: `${host} shows a certificate that is not trusted here`,
				fix: "if a proxy on the way opens TLS, give Node its certificate with NODE_EXTRA_CA_CERTS, or let this host pass.",
			};
		case "unresolved":
			return {
				says: `The name ${host} cannot be resolved from here`,
				fix: "check the name, and in a private network its private DNS zone.",
			};
		case "unreachable":
			return {
				says: `${host} cannot be reached`,
				fix:
					address.host === "localhost"
						? "start the emulator, or correct its port in EventHub."
						: "check the name, and that outgoing port 5671 is open.",
			};
		case "other":
			return {
				says: `${host}/${hub} failed with ${codeOf(error)}`,
				fix: "try again; if it stays, look up this name in the Event Hubs documentation.",
			};
	}
}

/** `hubWords` as one sentence. Leave out `group` when the error came from writing. */
export function hubTrouble(error: unknown, address: HubAddress, group?: string): string {
	const { says, fix } = hubWords(error, address, group);
	return `${says}: ${fix}`;
}

/** The SDK sets `code` on its own errors and the system's code on those of the network; identity errors have only a name. */
function codeOf(error: unknown): string {
	if (!(error instanceof Error)) return "unknown error";
	// All addresses of a name were tried; one of them says why.
	if (error instanceof AggregateError && error.name === "AggregateError" && error.errors.length > 0) return codeOf(error.errors[0]);
	return "code" in error && typeof error.code === "string" ? error.code : error.name;
}
