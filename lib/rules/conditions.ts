import type { Column } from "../defender/tables.ts";
import { all, any, type Condition, contains, endsWith, equals, has, hasAll, hasFlag, not, oneOf, startsWith } from "../detect/condition.ts";

/** Conditions that several companion rules share. The base rules stand on their own, as published. */

/** A file name or text that calls the program by its own name. */
export function namedCloudflared(column: Column): Condition {
	return has(column, "cloudflared");
}

/** The two words with which every named tunnel is run. */
export function runsTunnel(commandLine: Column): Condition {
	return hasAll(commandLine, "tunnel", "run");
}

/** Somebody else does it: neither cloudflared by its name nor a tool that has such command lines of its own. */
export function runsTunnelUnnamed(commandLine: Column, fileName: Column): Condition {
	return all(runsTunnel(commandLine), not(namedCloudflared(fileName)), not(buildTool(fileName)));
}

/** `--url` alone is any program's flag: it must be cloudflared, or speak of a tunnel. */
export const aboutTunnel: Condition = any(namedCloudflared("FileName"), has("ProcessCommandLine", "tunnel"));

/** Programs of developers whose own command lines have the words tunnel, run and --token. */
function buildTool(fileName: Column): Condition {
	const names = ["node", "npm", "npx", "yarn", "pnpm", "bun", "kubectl"];
	return oneOf(fileName, ...names.flatMap((name) => [name, `${name}.exe`]));
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
	any(namedCloudflared("AdditionalFields"), namedCloudflared("FileName")),
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

const accessProtocols = ["tcp", "rdp", "ssh", "smb"];

/** `access rdp --hostname …`. `-T` is too short for the prefilter, so there the subcommand must follow directly. */
export const accessClient: Condition = all(
	has("ProcessCommandLine", "access"),
	any(...accessProtocols.map((protocol) => has("ProcessCommandLine", protocol))),
	any(
		hasFlag("ProcessCommandLine", "hostname", "tunnel-host"),
		all(
			hasFlag("ProcessCommandLine", "T"),
			any(...accessProtocols.map((protocol) => contains("ProcessCommandLine", `access ${protocol}`))),
		),
	),
);
