import { commandsIn } from "../../sighting/command-line.ts";
import type { Invocation } from "../../sighting/invocation.ts";
import type { Mode } from "../../sighting/sighting.ts";
import { findTunnels, readTunnelId } from "./token.ts";

interface CloudflaredInvocation extends Invocation {
	readonly credentialsFile: string;
	readonly config: string;
	/** NAME or UUID after `run`, or the value of `--name`. */
	readonly tunnelName: string;
}

const aliases: Readonly<Record<string, string>> = {
	"cred-file": "credentials-file",
	"tunnel-host": "hostname",
	listener: "url",
	n: "name",
	p: "protocol",
	f: "features",
};
/** Flags that stand alone; every other one takes the next word when it has no `=`. */
const switches = new Set(
	"hello-world bastion socks5 ssh-server no-autoupdate is-autoupdated no-prechecks post-quantum pq no-update-service version v help h beta force f no-tls-verify no-chunked-encoding http2-origin".split(
		" ",
	),
);
const variables: Readonly<Record<string, string>> = {
	TUNNEL_TOKEN: "token",
	TUNNEL_TOKEN_FILE: "token-file",
	TUNNEL_CRED_FILE: "credentials-file",
	TUNNEL_CRED_CONTENTS: "credentials-contents",
	TUNNEL_URL: "url",
	TUNNEL_HOSTNAME: "hostname",
	TUNNEL_NAME: "name",
	TUNNEL_HELLO_WORLD: "hello-world",
	TUNNEL_BASTION: "bastion",
	TUNNEL_SOCKS: "socks5",
	TUNNEL_UNIX_SOCKET: "unix-socket",
};
/** Where secrets and logs lie, what is reachable, how it hides, who may look at it. */
const tellingFlags =
	"config origincert credentials-file token-file no-autoupdate protocol region edge metrics logfile log-directory pidfile label tag bastion socks5 ssh-server no-tls-verify lb-pool post-quantum".split(
		" ",
	);
const topCommands = new Set("tunnel service access forward login tail management update version proxy-dns help".split(" "));
const tunnelChores = new Set("login create list ready info route vnet ingress delete cleanup token diag".split(" "));
const cloudflaredName = /(?:^|[\\/])[^\\/]*cloudflared[^\\/]*$/i;

interface Arguments {
	/** Positional words, from the first command on. */
	readonly commands: readonly string[];
	readonly flags: ReadonlyMap<string, string>;
	/** Something other than the program stands before the first command. */
	readonly led: boolean;
}

/** Reads a command line; `undefined` when nothing in it starts cloudflared. Never throws; bounded by `commandsIn`. */
export function readInvocation(commandLine: string): CloudflaredInvocation | undefined {
	const environment = new Map<string, string>();
	let best: CloudflaredInvocation | undefined;
	for (const { words, nested } of commandsIn(commandLine)) {
		keepAssignments(words, environment);
		const invocation = readCommand(words, nested, environment);
		if (best === undefined || best.mode === "unknown" || best.mode === "service-mode") best = invocation ?? best;
	}
	return best;
}

function readCommand(
	words: readonly string[],
	nested: boolean,
	environment: ReadonlyMap<string, string>,
): CloudflaredInvocation | undefined {
	const program = words.findIndex((word) => cloudflaredName.test(word) && !word.startsWith("-"));
	const named = program !== -1;
	const bare = topCommands.has((words[0] ?? "").toLowerCase());
	const { commands, flags, led } = readArguments(words.slice(named ? program + 1 : bare ? 0 : 1));
	const all = new Map([...environment, ...flags]);
	const mode = modeOf(commands, flags, all, named);
	// A name among the arguments of another program starts nothing: `net start cloudflared`, `msiexec /i cloudflared.msi`.
	if (mode === undefined || (mode === "service-mode" && program > 0)) return undefined;
	const installed = mode === "service-install" ? commands[2] : undefined;
	const tunnelName = flags.get("name") ?? (commands[1]?.toLowerCase() === "run" ? commands[2] : undefined) ?? all.get("name") ?? "";
	return {
		mode: mode === "service-mode" && led ? "unknown" : mode,
		nested: nested || led || program > 0,
		exposes: mode === "access-client" ? [] : exposed(all, mode),
		hostname: flags.get("hostname") ?? all.get("hostname") ?? "",
		token: flags.get("token") ?? installed ?? all.get("token") ?? "",
		tokenFile: all.get("token-file") ?? "",
		credentialsFile: all.get("credentials-file") ?? "",
		config: flags.get("config") ?? "",
		flags: tellingFlags.filter((flag) => flags.has(flag)),
		tunnelName,
		tunnelId: readTunnelId(tunnelName) ?? "",
	};
}

/** The mode, or `undefined` for another program that happens to have such words: what is not named cloudflared must show more. */
function modeOf(
	commands: readonly string[],
	flags: ReadonlyMap<string, string>,
	all: ReadonlyMap<string, string>,
	named: boolean,
): Mode | undefined {
	const [command = "", verb = ""] = commands.map((word) => word.toLowerCase());
	const quick = all.has("url") || all.has("hello-world") || all.has("unix-socket") || all.has("socks5") || all.has("bastion");
	switch (command) {
		case "tunnel":
			if (verb === "run") return runMode(commands, flags, all);
			if (tunnelChores.has(verb)) return named ? "maintenance" : undefined;
			if (flags.has("token")) return "named-token";
			if (flags.has("name")) return named || flags.has("url") ? "adhoc-named" : undefined;
			if (quick) return "quick";
			return named ? "unknown" : undefined;
		case "service":
			if (verb === "install") return named || findTunnels(commands[2] ?? "").length > 0 ? "service-install" : undefined;
			if (!named) return undefined;
			return verb === "uninstall" ? "service-uninstall" : "unknown";
		case "access":
		case "forward":
			return named || (/^(?:tcp|rdp|ssh|smb)$/.test(verb) && flags.has("hostname")) ? "access-client" : undefined;
		case "":
			if (!named) return undefined;
			if (quick) return "quick";
			if (["version", "v", "help", "h"].some((flag) => flags.has(flag))) return "maintenance";
			return "service-mode";
		default:
			if (!named) return undefined;
			return topCommands.has(command) ? "maintenance" : "unknown";
	}
}

/** In cloudflared's own order of priority: token, token file, then what names the tunnel. */
function runMode(commands: readonly string[], flags: ReadonlyMap<string, string>, all: ReadonlyMap<string, string>): Mode {
	if (flags.has("token")) return "named-token";
	if (flags.has("token-file")) return "named-token-file";
	if (all.has("token") || all.has("token-file")) return "named-env";
	const credentials = ["credentials-file", "credentials-contents", "config"].some((flag) => all.has(flag));
	return credentials || commands.length > 2 ? "named-credentials" : "named-env";
}

function exposed(all: ReadonlyMap<string, string>, mode: Mode): readonly string[] {
	if (mode === "service-install" || mode === "service-uninstall" || mode === "maintenance") return [];
	const found = [all.get("url"), all.get("unix-socket") === undefined ? undefined : `unix:${all.get("unix-socket")}`];
	for (const [flag, name] of [
		["hello-world", "hello_world"],
		["bastion", "bastion"],
		["socks5", "socks-proxy"],
	] as const) {
		if (all.has(flag) && all.get(flag) !== "false") found.push(name);
	}
	return found.filter((target) => target !== undefined).filter((target) => target !== "");
}

/** One dash equals two; a value follows after a space or `=`. Anything may stand between the words of a command. */
function readArguments(words: readonly string[]): Arguments {
	const commands: string[] = [];
	const flags = new Map<string, string>();
	let led = false;
	const parts = words.flatMap((word) => (/^(?:tunnel|service|access|-)[^=]*,/i.test(word) ? word.split(",") : [word]));
	for (let at = 0; at < parts.length; at++) {
		const word = parts[at] ?? "";
		const flag = /^--?([A-Za-z][\w-]*)(?:=(.*))?$/s.exec(word);
		if (flag === null) {
			if (commands.length > 0 || topCommands.has(word.toLowerCase())) commands.push(word);
			else led = true;
			continue;
		}
		const written = flag[1] ?? "";
		const name = written === "T" ? "hostname" : (aliases[written.toLowerCase()] ?? written.toLowerCase());
		if (flag[2] !== undefined) flags.set(name, flag[2]);
		else if (switches.has(name)) flags.set(name, "");
		else {
			flags.set(name, parts[at + 1] ?? "");
			// What a launcher's own flag takes is not a value when it starts a command: `bash -c tunnel`.
			if (!topCommands.has((parts[at + 1] ?? "").toLowerCase())) at++;
		}
	}
	return { commands, flags, led };
}

/** `set NAME=value`, `export NAME=value`, `$env:NAME = 'value'`, `setx NAME value`, `-e NAME=value`. */
function keepAssignments(words: readonly string[], environment: Map<string, string>): void {
	words.forEach((word, at) => {
		const match = /(?:^|[:="'])(TUNNEL_[A-Z0-9_]{2,40})(?:[=,](\S*))?$/i.exec(word.slice(0, 8_192));
		const flag = match === null ? undefined : variables[(match[1] ?? "").toUpperCase()];
		if (match === null || flag === undefined) return;
		const following = words[at + 1] === "=" ? words[at + 2] : words[at + 1];
		environment.set(flag, match[2] ?? following ?? "");
	});
}
