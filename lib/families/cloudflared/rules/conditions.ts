import type { Column } from "../../../defender/tables.ts";
import {
	all,
	any,
	type Condition,
	contains,
	endsWith,
	equals,
	firstWords,
	has,
	hasAll,
	hasFlag,
	hasWords,
	not,
	oneOf,
	startsWith,
} from "../../../detect/condition.ts";
import { hasFlagsBeforeTunnel } from "../flags-before-tunnel.ts";

/** Conditions that several companion rules share. The base rules stand on their own, as published. */

/** A file name or text that calls the program by its own name. */
export function namedCloudflared(column: Column): Condition {
	return has(column, "cloudflared");
}

/** The two words with which every named tunnel is run. */
export function runsTunnel(commandLine: Column): Condition {
	return hasAll(commandLine, "tunnel", "run");
}

/** Another program: neither named cloudflared nor a tool with such command lines of its own. */
export function runsTunnelUnnamed(commandLine: Column, fileName: Column): Condition {
	return all(runsTunnel(commandLine), not(namedCloudflared(fileName)), not(buildScript(commandLine, fileName)));
}

/** `--url` alone is any program's flag: it must be cloudflared, or have its subcommand. */
export const aboutTunnel: Condition = any(namedCloudflared("FileName"), hasWords("ProcessCommandLine", "tunnel"));

/** `tunnel run` with `--url` belongs to a named tunnel, not to a quick one. */
export const runsNamedTunnel: Condition = firstWords("ProcessCommandLine", "tunnel", "run");

/**
 * A developer's program with a script called tunnel: `npm run tunnel -- --token abc`. A renamed cloudflared has it as its
 * subcommand, right behind the program or behind flags that are cloudflared's own.
 */
export function buildScript(commandLine: Column, fileName: Column): Condition {
	const names = ["node", "npm", "npx", "yarn", "pnpm", "bun", "kubectl"];
	return all(
		oneOf(fileName, ...names.flatMap((name) => [name, `${name}.exe`])),
		not(firstWords(commandLine, "tunnel")),
		not(hasFlagsBeforeTunnel(commandLine)),
	);
}

/** Programs that take the words tunnel and run, or a flag --config, for something else; a renamed cloudflared has its subcommand first. */
export function anotherTool(commandLine: Column, fileName: Column): Condition {
	return any(
		all(
			oneOf(fileName, ...executables(toolsWithArguments)),
			not(firstWords(commandLine, "tunnel")),
			not(hasFlagsBeforeTunnel(commandLine)),
		),
		all(
			oneOf(fileName, ...executables(toolsWithTunnel)),
			// On Windows the same name makes services, whose command follows.
			not(any(contains(commandLine, "binpath="), contains(commandLine, "command="))),
			not(firstWords(commandLine, "tunnel", "run")),
			not(hasFlagsBeforeTunnel(commandLine)),
		),
	);
}

/** Their arguments name scripts, services and targets of any name. */
const toolsWithArguments =
	"go make gmake gradle mvn python python3 pythonw ruby perl php java dotnet cargo docker docker-compose podman nerdctl vagrant ansible-playbook terraform ngrok ssh autossh plink tsh gcloud az aws git".split(
		" ",
	);
/** With a subcommand tunnel of their own. */
const toolsWithTunnel = "lt code code-insiders code-tunnel devtunnel minikube saucectl sc wstunnel".split(" ");

function executables(names: readonly string[]): readonly string[] {
	return names.flatMap((name) => [name, `${name}.exe`]);
}

/** Where people open addresses that others sent them. */
export function browser(fileName: Column): Condition {
	return oneOf(fileName, ...executables(browsers));
}

const browsers = [
	..."chrome msedge firefox safari opera brave vivaldi chromium chromium-browser iexplore arc msedgewebview2 google-chrome".split(" "),
	"google chrome",
	"google chrome helper",
	"com.apple.webkit.networking",
];

/**
 * A program that only starts cloudflared, such as `cmd /c cloudflared tunnel …`: the name is in its command line, but
 * no subcommand follows the program itself. So a renamed cloudflared cannot pass for such a program with a label or a
 * path that contains the name.
 */
export function startsCloudflared(...subcommands: readonly Condition[]): Condition {
	return all(namedCloudflared("ProcessCommandLine"), any(equals("FileName", ""), not(any(...subcommands))));
}

/** Some sensors' rows name no process; that is no sign of a renamed one. */
export const knownProcess: Condition = not(equals("InitiatingProcessFileName", ""));

/** Where the installers put it. Text, not truth: intruders use the installer too. */
export function inStandardFolder(path: Column): Condition {
	return any(contains(path, ":\\Program Files\\cloudflared\\"), contains(path, ":\\Program Files (x86)\\cloudflared\\"));
}

/** A scheme or port of remote administration, as the target of a tunnel names it. */
export function remoteAdminTarget(commandLine: Column): Condition {
	const schemes = ["rdp://", "ssh://", "smb://", "vnc://"].map((scheme) => contains(commandLine, scheme));
	const ports = [22, 135, 139, 445, 3389, 5900, 5985, 5986].map((port) => has(commandLine, `:${port}`));
	return any(...schemes, ...ports);
}

/** Loopback, and the networks that are not routed on the internet. */
export function privateAddress(column: Column): Condition {
	const class16To31 = Array.from({ length: 16 }, (_, index) => `172.${16 + index}.`);
	const networks = ["127.", "10.", "192.168.", ...class16To31, "::ffff:127.", "::ffff:10.", "::ffff:192.168.", "fc", "fd", "fe80:"];
	return any(equals(column, "::1"), ...networks.map((network) => startsWith(column, network)));
}

/** Where cloudflared connects to, as published by Cloudflare: IPv4 as /24, IPv6 as /48. */
export function edgeAddress(column: Column): Condition {
	const networks = [
		"198.41.192.",
		"198.41.200.",
		"198.41.218.",
		"198.41.219.",
		"162.159.234.",
		"172.64.234.",
		"2606:4700:a0:",
		"2606:4700:a1:",
		"2606:4700:a8:",
		"2606:4700:a9:",
		"2606:4700:f6:",
		"2a06:98c1:4d:",
	];
	return any(...networks.map((network) => startsWith(column, network)));
}

/** The service's key, whose name is fixed in the program: a renamed binary uses it too. */
export const serviceOfCloudflared: Condition = endsWith("RegistryKey", "\\Services\\Cloudflared");

/** cloudflared registers its event source under its fixed name, whatever its file is called. */
export const eventSourceOfCloudflared: Condition = endsWith("RegistryKey", "\\EventLog\\Application\\Cloudflared");

/** Where releases are downloaded from. */
export function releasesPage(column: Column): Condition {
	return contains(column, "cloudflare/cloudflared/releases");
}

/** Only cloudflared has business there, whatever it is called. */
export const quickTunnelRequest: Condition = any(
	has("RemoteUrl", "api.trycloudflare.com"),
	has("AdditionalFields", "api.trycloudflare.com"),
);

export const serviceInstalled: Condition = all(
	equals("ActionType", "ServiceInstalled"),
	any(namedCloudflared("AdditionalFields"), namedCloudflared("FileName"), runsTunnel("AdditionalFields")),
);

export const scriptRan: Condition = oneOf("ActionType", "PowerShellCommand", "ScriptContent");

/** Certificate, settings, token or credentials in one of the folders where cloudflared keeps them. */
export const stateOfTunnel: Condition = all(
	any(
		contains("FolderPath", "\\.cloudflared\\"),
		contains("FolderPath", "/.cloudflared/"),
		contains("FolderPath", "\\ProgramData\\cloudflared\\"),
		contains("FolderPath", "/etc/cloudflared/"),
		contains("FolderPath", "/com.cloudflare.cloudflared/"),
	),
	any(oneOf("FileName", "cert.pem", "config.yml", "config.yaml", "token"), endsWith("FileName", ".json")),
);

const accessCommands = ["access", "forward"].flatMap((command) => ["tcp", "rdp", "ssh", "smb"].map((protocol) => [command, protocol]));

/** The client end, whose `--url` is a listener. Only right behind the program: elsewhere the words may be a label. */
export const accessCommand: Condition = any(...accessCommands.map((words) => firstWords("ProcessCommandLine", ...words)));

/** `access rdp --hostname …`. `-T` is too short for the prefilter, so there the words must have one blank between them. */
export const accessClient: Condition = all(
	any(...accessCommands.map((words) => hasWords("ProcessCommandLine", ...words))),
	any(
		hasFlag("ProcessCommandLine", "hostname", "tunnel-host"),
		all(hasFlag("ProcessCommandLine", "T"), any(...accessCommands.map((words) => contains("ProcessCommandLine", words.join(" "))))),
	),
);
