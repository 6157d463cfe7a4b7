import { accessMissing } from "../../lib/app/hub-access.ts";
import { hubName, readHubNames } from "../../lib/app/hub-names.ts";

/** Which Event Hub, and how it is reached. */
export interface HubAddress {
	/** Full host name of the namespace; `localhost` for an emulator. */
	readonly host: string;
	readonly hub: string;
	/** Only for an emulator; the service is reached by identity. */
	readonly emulator: string | undefined;
}

/** Hubs of one namespace, at least one and each once. */
export type AddressResult =
	| { readonly ok: true; readonly addresses: readonly HubAddress[] }
	| { readonly ok: false; readonly mistakes: readonly string[] };

type Environment = Readonly<Record<string, string | undefined>>;

const namespace = /^[a-z][a-z0-9-]{4,48}[a-z0-9]$/i;
const fullHost = /^[a-z][a-z0-9-]{4,48}[a-z0-9]\.servicebus(\.[a-z]+)+$/i;
const local = /^(localhost|127\.0\.0\.1)$/i;

/**
 * `<namespace>/<hub>` as a person types it, or several hubs separated by commas. The emulator is `localhost`, so that a
 * variable left over from a test can never be taken for a real namespace, or the other way round.
 */
export function parseHub(text: string, environment: Environment): AddressResult {
	const [host = "", hubs = "", ...rest] = text.split("/");
	const names = hubs.split(",").map((name) => name.trim());
	if (rest.length > 0 || !names.every((name) => hubName.test(name))) {
		return wrong("the Event Hub: write <namespace>/<hub>, for instance contoso-security/defender; several hubs with commas between them");
	}
	if (local.test(host)) return emulator(names, environment);
	if (namespace.test(host)) return service(`${host}.servicebus.windows.net`, names);
	return fullHost.test(host) ? service(host, names) : wrong("the Event Hub: the part before the / is no name of a namespace");
}

/** The hubs that the function reads, from the function's own settings. */
export function hubsOfSettings(environment: Environment): AddressResult {
	const read = readHubNames(environment["EVENTHUB_NAME"]);
	const host = value(environment, "EventHub__fullyQualifiedNamespace");
	const mistakes = [...read.mistakes];
	if (host === "" && value(environment, "EventHub") === "") {
		mistakes.push(accessMissing);
	} else if (host !== "" && !fullHost.test(host)) {
		mistakes.push(
			"EventHub__fullyQualifiedNamespace: write only the host name, <namespace>.servicebus.windows.net, without sb:// or https://",
		);
	}
	if (mistakes.length > 0) return { ok: false, mistakes };
	return host === "" ? emulator(read.names, environment) : service(host, read.names);
}

function service(host: string, hubs: readonly string[]): AddressResult {
	return { ok: true, addresses: [...new Set(hubs)].map((hub) => ({ host: host.toLowerCase(), hub, emulator: undefined })) };
}

/** A connection string holds a key, so it comes from the environment, and the only one accepted opens nothing but an emulator. */
function emulator(hubs: readonly string[], environment: Environment): AddressResult {
	const connection = value(environment, "EventHub");
	if (connection === "") return wrong("EventHub: set it to the connection string of the emulator");
	if (
		!/^Endpoint=sb:\/\/(localhost|127\.0\.0\.1)(:\d+)?\/?;/i.test(connection) ||
		!/(^|;)UseDevelopmentEmulator=true(;|$)/i.test(connection)
	) {
		return wrong(
			"EventHub: connection strings are for an emulator on this machine (UseDevelopmentEmulator=true); for a real namespace remove it and set EventHub__fullyQualifiedNamespace: the tools sign in with your identity",
		);
	}
	return { ok: true, addresses: [...new Set(hubs)].map((hub) => ({ host: "localhost", hub, emulator: connection })) };
}

function wrong(mistake: string): AddressResult {
	return { ok: false, mistakes: [mistake] };
}

function value(environment: Environment, name: string): string {
	return environment[name]?.trim() ?? "";
}
