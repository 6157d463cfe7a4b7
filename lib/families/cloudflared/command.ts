import { flagsOf, type Level } from "./flags.ts";
import { type ParsedLevel, parseLevel } from "./parse-level.ts";

/** The arguments of cloudflared, read level by level as its command-line library does. */
export type Command =
	/** Usage text, nothing runs. The levels read so far stay: what stands in them may still say who tried what. */
	| { readonly outcome: "mistake"; readonly path: readonly string[]; readonly levels: readonly ParsedLevel[]; readonly mistake: string }
	| { readonly outcome: "help" | "version"; readonly path: readonly string[]; readonly levels: readonly ParsedLevel[] }
	/** The innermost command found, by its first name: `["tunnel", "run"]`; empty for the program's own action. */
	| {
			readonly outcome: "command";
			readonly path: readonly string[];
			readonly levels: readonly ParsedLevel[];
			readonly positionals: readonly string[];
	  };

interface Node {
	readonly level: Level;
	/** Without one of its commands it only prints help. */
	readonly needsCommand?: true;
	readonly commands?: ReadonlyMap<string, Node>;
	readonly aliases?: ReadonlyMap<string, string>;
}

const leaf: Node = { level: "any" };
const leaves = (...names: readonly string[]): readonly (readonly [string, Node])[] => names.map((name) => [name, leaf]);

const access: Node = {
	level: "none",
	needsCommand: true,
	commands: new Map(leaves("login", "curl", "token", "tcp", "ssh-config", "ssh-gen")),
	aliases: new Map([
		["rdp", "tcp"],
		["ssh", "tcp"],
		["smb", "tcp"],
	]),
};

/** Every command of cloudflared 2026.8.2. Groups that only hold others are read as one: what is under them starts nothing. */
const program: Node = {
	level: "program",
	commands: new Map<string, Node>([
		[
			"tunnel",
			{
				level: "tunnel",
				commands: new Map<string, Node>([
					["run", { level: "run" }],
					...leaves("login", "create", "route", "vnet", "list", "ready", "info", "ingress", "delete", "cleanup", "token", "diag"),
				]),
			},
		],
		["access", access],
		[
			"service",
			{
				level: "none",
				needsCommand: true,
				commands: new Map<string, Node>([
					["install", { level: "service install" }],
					["uninstall", leaf],
				]),
			},
		],
		["management", { level: "any", needsCommand: true, commands: new Map(leaves("token")) }],
		["update", { level: "update" }],
		...leaves("login", "version", "tail", "proxy-dns", "db-connect"),
	]),
	aliases: new Map([["forward", "access"]]),
};

/** Reads the arguments behind the program's name. Bounded by their number; names are case-sensitive. */
export function readCommand(args: readonly string[]): Command {
	const path: string[] = [];
	const levels: ParsedLevel[] = [];
	let node = program;
	let rest = args;
	for (;;) {
		const read = parseLevel(rest, flagsOf(node.level), node === program);
		if ("mistake" in read) return { outcome: "mistake", path, levels, mistake: read.mistake };
		levels.push(read);
		if (read.help) return { outcome: "help", path, levels };
		if (read.version) return { outcome: "version", path, levels };
		const [word] = read.positionals;
		const next = word === undefined ? undefined : commandNamed(node, word);
		if (next === "help") return { outcome: "help", path, levels };
		if (next === undefined) {
			return node.needsCommand === true
				? { outcome: "help", path, levels }
				: { outcome: "command", path, levels, positionals: read.positionals };
		}
		path.push(next.name);
		node = next.node;
		rest = read.positionals.slice(1);
	}
}

/** Whatever else stands there, it does nothing with such a first argument, which neither is nor sets anything it knows. */
export function refusesFirst(argument: string): boolean {
	const read = parseLevel([argument], flagsOf(program.level), true);
	// Its value could be the next argument.
	if ("mistake" in read) return read.mistake !== "flag needs an argument";
	const [word] = read.positionals;
	return word !== undefined && commandNamed(program, word) === undefined;
}

function commandNamed(node: Node, word: string): { readonly name: string; readonly node: Node } | "help" | undefined {
	if (node.commands === undefined) return undefined;
	if (word === "help" || word === "h") return "help";
	const name = node.aliases?.get(word) ?? word;
	const found = node.commands.get(name);
	return found === undefined ? undefined : { name, node: found };
}
