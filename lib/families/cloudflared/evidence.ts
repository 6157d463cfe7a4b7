import type { Command } from "./command.ts";
import { readTunnelId } from "./token.ts";
import { readToken } from "./token-reading.ts";
import type { Runs } from "./what-runs.ts";
import type { Word } from "./words.ts";

/**
 * How strongly the arguments suggest that a program under another name is cloudflared. `strong`: hardly any other
 * program takes them · `leading`: cloudflared's flags before its own word `tunnel` · `weak`: other tools have such
 * words too.
 */
export type Evidence = "strong" | "leading" | "weak" | "none";

/** Flags that hardly any other program has. */
const own = new Set(
	(
		"origincert autoupdate-freq no-autoupdate is-autoupdated no-prechecks edge-ip-version edge-bind-address ha-connections lb-pool " +
		"quick-service credentials-contents transport-loglevel proto-loglevel management-hostname management-diagnostics service-op-ip " +
		"max-edge-addr-retries metrics-update-freq use-reconnect-token dial-edge-timeout heartbeat-count icmpv4-src icmpv6-src " +
		"dns-resolver-addrs max-active-flows proxy-no-happy-eyeballs proxy-keepalive-connections proxy-keepalive-timeout " +
		"proxy-tcp-keepalive proxy-expect-continue-timeout proxy-dns proxy-dns-port proxy-dns-address proxy-dns-upstream " +
		"proxy-dns-bootstrap proxy-dns-max-upstream-conns quic-disable-pmtu-discovery quic-connection-level-flow-control-limit " +
		"quic-stream-level-flow-control-limit s3-url-host no-chunked-encoding http2-origin origin-ca-pool origin-server-name " +
		"hello-world cred-file credentials-file token-file post-quantum"
	).split(" "),
);
/** Variables that only cloudflared reads. */
const ownVariable =
	/^TUNNEL_(?:TOKEN|TOKEN_FILE|CRED_FILE|CRED_CONTENTS|URL|NAME|EDGE|CACERT|ORIGIN_CERT|HELLO_WORLD|BASTION|SOCKS|UNIX_SOCKET|HOSTNAME)$/;

/** Targets that no web server has. */
const farTarget = /^(?:rdp|ssh|smb|tcp|unix|unix\+tls|vnc):/i;

/** Only argument positions count, and only if the whole list parses into something that runs. */
export function evidenceOf(command: Command, runs: Runs, args: readonly Word[], variables: Iterable<string>): Evidence {
	if (tokenInPlace(args)) return "strong";
	const oldBastion =
		command.path[0] === "tunnel" && command.outcome === "command" && runs.kind === "nothing" && command.positionals.length === 0;
	if ((runs.kind === "nothing" && !oldBastion) || runs.kind === "help" || runs.kind === "service-mode") return "none";
	for (const { spelling } of command.levels) for (const name of spelling.values()) if (own.has(name)) return "strong";
	if (command.path[0] === "tunnel" && [...variables].some((name) => ownVariable.test(name))) return "strong";
	const opens =
		runs.kind === "quick" || runs.kind === "adhoc" || runs.kind === "token" || runs.kind === "token-file" || runs.kind === "credentials";
	if (opens && command.levels.some(({ flags }) => flags.get("url")?.some((url) => farTarget.test(url)) === true)) return "strong";
	if (runs.kind === "credentials" && readTunnelId(runs.tunnel?.value ?? "") !== undefined) return "strong";
	const [program] = command.levels;
	if (command.path[0] === "tunnel" && program !== undefined && program.flags.size > 0) return "leading";
	const isPlainUrl =
		command.path.length === 0 || command.path[0] === "update" || command.path[0] === "login" || command.path[0] === "version";
	return isPlainUrl ? "none" : "weak";
}

/** A readable token behind `run --token` or `service install`. */
function tokenInPlace(args: readonly Word[]): boolean {
	// Nearly no line has a word as long as a token.
	if (!args.some(isLong)) return false;
	const install = args.findIndex(({ value }, at) => value === "install" && args[at - 1]?.value === "service");
	if (install !== -1) return args.slice(install + 1).some((word) => isReadable(word));
	if (!args.some(({ value }) => value === "run") || !args.some(({ value }) => value === "tunnel")) return false;
	return args.some((word, at) => {
		const glued = /^--?token=(.*)$/s.exec(word.value)?.[1];
		if (glued !== undefined) return isReadable({ ...word, value: glued });
		const next = args[at + 1];
		return /^--?token$/.test(word.value) && next !== undefined && isReadable(next);
	});
}

function isLong({ value }: Word): boolean {
	return value.length > 60;
}

function isReadable(word: Word): boolean {
	return isLong(word) && readToken(word, false).tunnel !== undefined;
}
