import { argumentsOnly, commandText } from "./command-text.ts";
import { nameKind } from "./names.ts";
import { fromWords, noTrail, type Start } from "./start.ts";
import { isDecidingForTunnel } from "./surroundings.ts";
import type { Word } from "./words.ts";

const later = { ...noTrail, later: true };

/** What a registry value starts later; `undefined` where it holds no command. `key`, `name` and `data` as Windows shows them. */
export function registryValueStart(key: string, valueName: string, data: string): Start | undefined {
	if (data === "") return undefined;
	const name = valueName.toLowerCase();
	if (name === "appparameters") return argumentsOnly(data, new Map(), "nssm");
	if (name === "environment" || name === "appenvironmentextra" || name === "appenvironment") return withVariables(key, data);
	if (/\\(?:volatile )?environment$/i.test(key) && isDecidingForTunnel(valueName)) return variableStart(valueName, data)[0];
	const start = commandText(data, new Map(), later);
	if (name === "application" && /\\parameters$/i.test(key) && nameKind(start.image) !== undefined) {
		// A service manager keeps the arguments in another value: without any, it would have no use for cloudflared.
		return tunnelRun(start.image, data, new Map());
	}
	// The service's own key holds the program that it is made for, whatever its name is.
	const serviceKey = /\\services\\cloudflared$/i.test(key) && name === "imagepath";
	return serviceKey && nameKind(start.image) === undefined ? { ...start, argument0: "cloudflared" } : start;
}

/** A service's environment: its program reads the variables at each start. */
function withVariables(key: string, data: string): Start | undefined {
	const variables = new Map<string, Word>();
	for (const line of data.split(/[\0\r\n]|\\0|(?<=\S)\s+(?=TUNNEL_)/).slice(0, 100)) {
		const equals = line.indexOf("=");
		if (equals > 0) variables.set(line.slice(0, equals).trim(), { value: line.slice(equals + 1), start: 0, hidden: false });
	}
	const ours = /\\services\\cloudflared(?:\\|$)/i.test(key) || [...variables.keys()].some((one) => one.startsWith("TUNNEL_"));
	return ours ? tunnelRun("cloudflared", data, variables) : undefined;
}

/** A variable set for the device or a user: a cloudflared that is started later reads it. Empty for another program's. */
export function variableStart(name: string, value: string): readonly Start[] {
	if (!isDecidingForTunnel(name) || value === "") return [];
	const start = tunnelRun("cloudflared", value, new Map([[name.toUpperCase(), { value, start: 0, hidden: false }]]));
	return [{ ...start, trail: { ...start.trail, variable: true } }];
}

function tunnelRun(image: string, text: string, environment: ReadonlyMap<string, Word>): Start {
	const words = [image, "tunnel", "run"].map((value) => ({ value, start: 0, hidden: false }));
	return fromWords({ text, words }, image, environment, later);
}
