/** Which Event Hub, and how it is reached. */
export interface HubAddress {
	/** Full host name of the namespace; `localhost` for an emulator. */
	readonly host: string;
	readonly hub: string;
	/** Only for an emulator; the service is reached by identity. */
	readonly emulator: string | undefined;
}

export type AddressResult =
	| { readonly ok: true; readonly address: HubAddress }
	| { readonly ok: false; readonly mistakes: readonly string[] };

type Environment = Readonly<Record<string, string | undefined>>;

const namespace = /^[a-z][a-z0-9-]{4,48}[a-z0-9]$/i;
const fullHost = /^[a-z][a-z0-9-]{4,48}[a-z0-9]\.servicebus(\.[a-z]+)+$/i;
const hubName = /^[a-z0-9]([a-z0-9._-]{0,254}[a-z0-9])?$/i;
const local = /^(localhost|127\.0\.0\.1)$/i;

/**
 * `<namespace>/<hub>` as a person types it. The emulator is named by `localhost`, so that a variable which is still set
 * from a test can never stand in for a real namespace, or the other way round.
 */
export function parseHub(text: string, environment: Environment): AddressResult {
	const [host = "", hub = "", ...rest] = text.split("/");
	if (rest.length > 0 || !hubName.test(hub)) {
		return wrong("the Event Hub: write <namespace>/<hub>, for instance contoso-security/defender");
	}
	if (local.test(host)) return emulator(hub, environment);
	if (namespace.test(host)) return service(`${host}.servicebus.windows.net`, hub);
	return fullHost.test(host) ? service(host, hub) : wrong("the Event Hub: the part before the / is no name of a namespace");
}

/** The hub that the function reads, from the function's own settings. */
export function hubOfSettings(environment: Environment): AddressResult {
	const hub = value(environment, "EVENTHUB_NAME");
	const host = value(environment, "EventHub__fullyQualifiedNamespace");
	const mistakes: string[] = [];
	if (hub === "") mistakes.push("EVENTHUB_NAME: set it to the name of the Event Hub that the Defender export writes to");
	else if (!hubName.test(hub)) mistakes.push("EVENTHUB_NAME: write only the name of the hub, without the namespace");
	if (host === "" && value(environment, "EventHub") === "") {
		mistakes.push("EventHub__fullyQualifiedNamespace: set it to <namespace>.servicebus.windows.net");
	} else if (host !== "" && !fullHost.test(host)) {
		mistakes.push(
			"EventHub__fullyQualifiedNamespace: write only the host name, <namespace>.servicebus.windows.net, without sb:// or https://",
		);
	}
	if (mistakes.length > 0) return { ok: false, mistakes };
	return host === "" ? emulator(hub, environment) : service(host, hub);
}

function service(host: string, hub: string): AddressResult {
	return { ok: true, address: { host: host.toLowerCase(), hub, emulator: undefined } };
}

/** A connection string holds a key, so it comes from the environment, and the only one accepted opens nothing but an emulator. */
function emulator(hub: string, environment: Environment): AddressResult {
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
	return { ok: true, address: { host: "localhost", hub, emulator: connection } };
}

function wrong(mistake: string): AddressResult {
	return { ok: false, mistakes: [mistake] };
}

function value(environment: Environment, name: string): string {
	return environment[name]?.trim() ?? "";
}
