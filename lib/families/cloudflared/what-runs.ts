import type { Command } from "./command.ts";
import { allFlags } from "./flags.ts";
import { fits } from "./parse-level.ts";

/** Where a value came from; what is not on the command line can be seen only where something shows it. */
export type ValueFrom = "arguments" | "environment" | "config";

export interface Found {
	readonly value: string;
	readonly from: ValueFrom;
}

/** What the process would read besides its arguments, as far as it is visible. Absent members say nothing. */
export interface Sources {
	readonly environment: ReadonlyMap<string, string>;
	/** Top-level keys of the config file. */
	readonly config: ReadonlyMap<string, string>;
	/** `--config` names a file that is known not to be there: nothing runs. */
	readonly configMissing?: boolean;
	/** The first `service:` of the config's `ingress:`; it is served before anything that a flag names. */
	readonly ingress?: string | undefined;
}

/** The one thing that a command line of cloudflared starts. */
export type Runs =
	| { readonly kind: "token"; readonly token: Found }
	| { readonly kind: "token-file"; readonly file: Found }
	| {
			readonly kind: "credentials";
			/** Name or UUID. */
			readonly tunnel: Found | undefined;
			readonly file: Found | undefined;
			readonly contents: Found | undefined;
	  }
	/** `run`, and nothing visible says which tunnel. */
	| { readonly kind: "run-unnamed" }
	| { readonly kind: "adhoc"; readonly name: Found }
	| { readonly kind: "quick"; readonly service: string }
	| { readonly kind: "service-mode" }
	| { readonly kind: "service-install"; readonly token: string | undefined }
	/** A command that opens no way in, by its name: `access tcp`, `tunnel login`. */
	| { readonly kind: "command"; readonly name: string }
	| { readonly kind: "help" }
	| { readonly kind: "nothing"; readonly why: string };

export const defaultQuickService = "https://api.trycloudflare.com";

/** Reads one value as the program does: the innermost level that has it on the command line, then the variable, then the config. */
export type Lookup = (name: string) => Found | undefined;

/** Looks a flag up in these sources, by its main name. The lookup returns `undefined` if none of them sets it. */
export function lookupIn({ levels }: Command, sources: Sources): Lookup {
	const onlyArguments = sources.environment.size === 0 && sources.config.size === 0;
	if (onlyArguments && levels.every(({ flags }) => flags.size === 0)) return nothingSet;
	return (name) => {
		let values: readonly string[] | undefined;
		for (let at = levels.length - 1; at >= 0 && values === undefined; at--) values = levels[at]?.flags.get(name);
		if (values === undefined && onlyArguments) return undefined;
		const flag = allFlags.get(name);
		if (values !== undefined) return { value: flag?.kind === "list" ? values.join(",") : (values.at(-1) ?? ""), from: "arguments" };
		const variable = flag?.variable === undefined ? undefined : sources.environment.get(flag.variable);
		// A text variable that exists but is empty blocks the config file; an empty switch counts as absent.
		if (variable !== undefined && (variable !== "" || flag?.kind !== "switch")) return { value: variable, from: "environment" };
		const key = flag?.inConfig === true ? flag.names.find((one) => sources.config.has(one)) : undefined;
		return key === undefined ? undefined : { value: sources.config.get(key) ?? "", from: "config" };
	};
}

/** Where no source sets anything. */
export const nothingSet: Lookup = () => undefined;

/** What cloudflared 2026.8.2 starts for these arguments, given these sources; others can still overrule all but a `run --token`. */
export function whatRuns(command: Command, sources: Sources): Runs {
	if (command.outcome === "mistake") return { kind: "nothing", why: command.mistake };
	if (command.outcome !== "command") return { kind: "help" };
	if (sources.configMissing === true) return { kind: "nothing", why: "the config file is not there" };
	const lookup = lookupIn(command, sources);
	const wrong = wrongVariable(command, sources);
	switch (command.path.join(" ")) {
		case "tunnel run":
			return wrong ?? runOf(command.positionals, lookup, sources);
		case "tunnel":
			return wrong ?? tunnelOf(lookup, sources);
		case "":
			return wrong ?? (isBare(command, sources) ? { kind: "service-mode" } : tunnelOf(lookup, sources));
		case "service install":
			return { kind: "service-install", token: command.positionals[0] };
		case "proxy-dns":
		case "db-connect":
			return { kind: "nothing", why: "no longer supported" };
		default:
			return { kind: "command", name: command.path.join(" ") };
	}
}

/** `runCommand`: token, token file, then what names the tunnel. An empty value on the command line hides the sources behind it. */
function runOf(positionals: readonly string[], lookup: Lookup, sources: Sources): Runs {
	if (positionals.length > 1) return { kind: "nothing", why: "run accepts only one argument" };
	const token = lookup("token");
	if (token !== undefined && token.value !== "") return { kind: "token", token };
	const file = lookup("token-file");
	if (file !== undefined && file.value !== "") return { kind: "token-file", file };
	const [name] = positionals;
	const inConfig = sources.config.get("tunnel");
	const credentials = { file: lookup("credentials-file"), contents: lookup("credentials-contents") };
	if (name !== undefined) return { kind: "credentials", tunnel: { value: name, from: "arguments" }, ...credentials };
	if (inConfig !== undefined) return { kind: "credentials", tunnel: { value: inConfig, from: "config" }, ...credentials };
	return credentials.file === undefined && credentials.contents === undefined
		? { kind: "run-unnamed" }
		: { kind: "credentials", tunnel: undefined, ...credentials };
}

/** `TunnelCommand`: a name, then a quick tunnel, else an error. A flag counts as set even with `=false`. */
function tunnelOf(lookup: Lookup, sources: Sources): Runs {
	const name = lookup("name");
	if (name !== undefined && name.value !== "") return { kind: "adhoc", name };
	const service = lookup("quick-service")?.value ?? defaultQuickService;
	if (service !== "" && (lookup("url") !== undefined || lookup("hello-world") !== undefined)) return { kind: "quick", service };
	if (sources.config.has("tunnel")) return { kind: "nothing", why: "use `cloudflared tunnel run`" };
	return { kind: "nothing", why: "no valid additional argument" };
}

/** No argument at all, and no flag in the config that no variable overrides: then it only serves Access forwarders. */
function isBare(command: Command & { readonly outcome: "command" }, sources: Sources): boolean {
	if (command.positionals.length > 0 || command.levels.some((level) => level.flags.size > 0)) return false;
	return ![...sources.config.keys()].some((key) => {
		const flag = allFlags.get(key);
		if (flag === undefined || !flag.inConfig || isRunOnly(key)) return false;
		return flag.variable === undefined || !sources.environment.has(flag.variable);
	});
}

function isRunOnly(key: string): boolean {
	return key === "token" || key === "token-file" || key === "credentials-contents" || key === "features" || key === "F";
}

/** A variable of the wrong type stops the program as a wrong flag does. */
function wrongVariable(command: Command, { environment }: Sources): Runs | undefined {
	if (environment.size === 0) return undefined;
	const run = command.path.join(" ") === "tunnel run";
	for (const [name, value] of environment) {
		if (value === "") continue;
		const flag = [...allFlags.values()].find((one) => one.variable === name);
		if (flag === undefined || fits(value, flag.kind) || (!run && isRunOnly(flag.names[0]))) continue;
		return { kind: "nothing", why: "invalid value in the environment" };
	}
	return undefined;
}
