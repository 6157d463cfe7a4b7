import type { Flag, FlagKind } from "./flags.ts";

/** What one level of a command line says: `cloudflared`, `tunnel`, `run`, each with flags of its own. */
export interface ParsedLevel {
	/** By the flag's first name, every value in the order given; a switch without a value is "true". */
	readonly flags: ReadonlyMap<string, readonly string[]>;
	/** The spelling that was used, by the flag's first name. */
	readonly spelling: ReadonlyMap<string, string>;
	/** From the first argument on that is no flag. */
	readonly positionals: readonly string[];
	/** Prints usage, nothing runs. */
	readonly help: boolean;
	/** Prints the version, nothing runs; only the program itself has that flag. */
	readonly version: boolean;
}

export type LevelRead = ParsedLevel | { readonly mistake: string };

const help: Flag = { names: ["help", "h"], kind: "switch", variable: undefined, inConfig: false };
const version: Flag = { names: ["version", "v", "V"], kind: "switch", variable: undefined, inConfig: false };

/**
 * Reads the flags of one level as Go's flag package does: from left to right, up to the first argument that is not a
 * flag. If `known` is undefined, any flag is accepted: as a switch if it is last or another flag follows, otherwise
 * with its value.
 */
export function parseLevel(args: readonly string[], known: ReadonlyMap<string, Flag> | undefined, isProgram: boolean): LevelRead {
	// Most levels have no flags, and most lines of other programs end at the first one.
	let flags: Map<string, string[]> | undefined;
	let spelling: Map<string, string> | undefined;
	let at = 0;
	while (at < args.length) {
		const argument = args[at] ?? "";
		if (argument.length < 2 || !argument.startsWith("-")) break;
		at++;
		if (argument === "--") break;
		const written = argument.slice(argument.startsWith("--") ? 2 : 1);
		if (written.startsWith("-") || written.startsWith("=")) return { mistake: "bad flag syntax" };
		const equals = written.indexOf("=", 1);
		const name = equals === -1 ? written : written.slice(0, equals);
		const flag = known?.get(name) ?? builtIn(name, isProgram) ?? (known === undefined ? guess(name, args[at]) : undefined);
		if (flag === undefined) return { mistake: "flag provided but not defined" };
		let value = equals === -1 ? undefined : written.slice(equals + 1);
		if (value === undefined) value = flag.kind === "switch" ? "true" : args[at++];
		if (value === undefined) return { mistake: "flag needs an argument" };
		if (!fits(value, flag.kind)) return { mistake: "invalid value for flag" };
		const [first] = flag.names;
		flags ??= new Map();
		spelling ??= new Map();
		if ((spelling.get(first) ?? name) !== name) return { mistake: "cannot use two forms of the same flag" };
		spelling.set(first, name);
		const values = flags.get(first);
		if (values === undefined) flags.set(first, [value]);
		else values.push(value);
	}
	if (flags === undefined || spelling === undefined)
		return { flags: noFlags, spelling: noSpelling, positionals: args.slice(at), help: false, version: false };
	const given = flags;
	const isTrue = (name: string) => /^(?:1|t|true)$/i.test(given.get(name)?.at(-1) ?? "");
	return { flags, spelling, positionals: args.slice(at), help: isTrue("help"), version: isProgram && isTrue("version") };
}

const noFlags: ParsedLevel["flags"] = new Map();
const noSpelling: ParsedLevel["spelling"] = new Map();

function builtIn(name: string, isProgram: boolean): Flag | undefined {
	if (help.names.includes(name)) return help;
	return isProgram && version.names.includes(name) ? version : undefined;
}

function guess(name: string, next: string | undefined): Flag {
	const kind = next === undefined || next.startsWith("-") ? "switch" : "text";
	return { names: [name], kind, variable: undefined, inConfig: false };
}

/** Go's own readings: strconv.ParseBool, strconv.ParseInt with any base, time.ParseDuration. */
export function fits(value: string, kind: FlagKind): boolean {
	switch (kind) {
		case "text":
		case "list":
			return true;
		case "switch":
			return /^(?:1|t|T|true|TRUE|True|0|f|F|false|FALSE|False)$/.test(value);
		case "number":
			return /^[+-]?(?:0[xX]_?[0-9a-fA-F_]+|0[oO]?[0-7_]*|0[bB][01_]+|[1-9][0-9_]*)$/.test(value);
		case "duration":
			return /^[+-]?(?:0|(?:(?:\d+(?:\.\d*)?|\.\d+)(?:ns|us|µs|μs|ms|s|m|h))+)$/.test(value);
	}
}
