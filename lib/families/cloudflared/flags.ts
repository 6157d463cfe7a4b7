/** How a flag reads its value: `list` flags add up, of all others the last one counts. */
export type FlagKind = "text" | "switch" | "list" | "number" | "duration";

export interface Flag {
	/** Its name and its other spellings; two spellings of one flag in one level are an error. */
	readonly names: readonly [string, ...string[]];
	readonly kind: FlagKind;
	/** The environment variable it is read from. */
	readonly variable: string | undefined;
	/** May be a top-level key of the config file. */
	readonly inConfig: boolean;
}

export type Level = "program" | "tunnel" | "run" | "service install" | "update" | "none" | "any";

/**
 * cloudflared's own flags (2026.8.2), one line each: names, kind unless it is text, environment variable after `$`. `~`
 * marks flags that the config file cannot set. Three groups, because `run` knows only some of what `tunnel` knows.
 */
const runOnly = `
token $TUNNEL_TOKEN
token-file $TUNNEL_TOKEN_FILE
credentials-contents $TUNNEL_CRED_CONTENTS
features,F list
icmpv4-src $TUNNEL_ICMPV4_SRC ~
icmpv6-src $TUNNEL_ICMPV6_SRC ~
max-active-flows number $TUNNEL_MAX_ACTIVE_FLOWS ~
dns-resolver-addrs list $TUNNEL_DNS_RESOLVER_ADDRS ~`;

const everywhere = `
credentials-file,cred-file $TUNNEL_CRED_FILE
post-quantum,pq switch $TUNNEL_POST_QUANTUM
protocol,p $TUNNEL_TRANSPORT_PROTOCOL
url $TUNNEL_URL
hello-world switch $TUNNEL_HELLO_WORLD
socks5 switch $TUNNEL_SOCKS
unix-socket $TUNNEL_UNIX_SOCKET
bastion switch $TUNNEL_BASTION
ssh-server switch $TUNNEL_SSH_SERVER
http-host-header $TUNNEL_HTTP_HOST_HEADER
origin-server-name $TUNNEL_ORIGIN_SERVER_NAME
origin-ca-pool $TUNNEL_ORIGIN_CA_POOL
no-tls-verify switch $NO_TLS_VERIFY
no-chunked-encoding switch $TUNNEL_NO_CHUNKED_ENCODING
http2-origin switch $TUNNEL_ORIGIN_ENABLE_HTTP2
management-hostname $TUNNEL_MANAGEMENT_HOSTNAME
service-op-ip $TUNNEL_SERVICE_OP_IP
proxy-address $TUNNEL_PROXY_ADDRESS
proxy-port number $TUNNEL_PROXY_PORT
proxy-connect-timeout duration
proxy-tls-timeout duration
proxy-tcp-keepalive duration
proxy-no-happy-eyeballs switch
proxy-keepalive-connections number
proxy-keepalive-timeout duration
proxy-connection-timeout duration
proxy-expect-continue-timeout duration
local-ssh-port $LOCAL_SSH_PORT
ssh-idle-timeout duration $SSH_IDLE_TIMEOUT
ssh-max-timeout duration $SSH_MAX_TIMEOUT
bucket-name $BUCKET_ID
region-name $REGION_ID
secret-id $SECRET_ID
access-key-id $ACCESS_CLIENT_ID
session-token $SESSION_TOKEN_ID
s3-url-host $S3_URL
host-key-path $HOST_KEY_PATH`;

const outside = `
config ~
origincert $TUNNEL_ORIGIN_CERT
autoupdate-freq duration
no-autoupdate switch $NO_AUTOUPDATE
no-prechecks switch $TUNNEL_NO_PRECHECKS
is-autoupdated switch
metrics $TUNNEL_METRICS
metrics-update-freq duration $TUNNEL_METRICS_UPDATE_FREQ
pidfile $TUNNEL_PIDFILE
loglevel $TUNNEL_LOGLEVEL
transport-loglevel,proto-loglevel $TUNNEL_TRANSPORT_LOGLEVEL
logfile $TUNNEL_LOGFILE
log-directory $TUNNEL_LOGDIRECTORY
trace-output $TUNNEL_TRACE_OUTPUT
output $TUNNEL_LOG_OUTPUT ~
edge list $TUNNEL_EDGE
region $TUNNEL_REGION
edge-ip-version $TUNNEL_EDGE_IP_VERSION
edge-bind-address $TUNNEL_EDGE_BIND_ADDRESS
cacert $TUNNEL_CACERT
hostname $TUNNEL_HOSTNAME
id $TUNNEL_ID
lb-pool $TUNNEL_LB_POOL
name,n $TUNNEL_NAME
label
tag list $TUNNEL_TAG
quick-service
api-url $TUNNEL_API_URL
api-key $TUNNEL_API_KEY
api-email $TUNNEL_API_EMAIL
api-ca-key $TUNNEL_API_CA_KEY
retries number $TUNNEL_RETRIES
max-edge-addr-retries number $TUNNEL_MAX_EDGE_ADDR_RETRIES
grace-period duration $TUNNEL_GRACE_PERIOD
ha-connections number
rpc-timeout duration
write-stream-timeout duration $TUNNEL_STREAM_WRITE_TIMEOUT
dial-edge-timeout duration $DIAL_EDGE_TIMEOUT
heartbeat-interval duration
heartbeat-count number
compression-quality number $TUNNEL_COMPRESSION_LEVEL
use-reconnect-token switch $TUNNEL_USE_RECONNECT_TOKEN
stdin-control switch $STDIN_CONTROL
ui switch
max-fetch-size number $TUNNEL_MAX_FETCH_SIZE
management-diagnostics switch $TUNNEL_MANAGEMENT_DIAGNOSTICS
overwrite-dns,f switch $TUNNEL_FORCE_PROVISIONING_DNS ~
quic-disable-pmtu-discovery switch $TUNNEL_DISABLE_QUIC_PMTU
quic-connection-level-flow-control-limit number $TUNNEL_QUIC_CONN_LEVEL_FLOW_CONTROL_LIMIT
quic-stream-level-flow-control-limit number $TUNNEL_QUIC_STREAM_LEVEL_FLOW_CONTROL_LIMIT
proxy-dns switch $TUNNEL_DNS
proxy-dns-port number $TUNNEL_DNS_PORT
proxy-dns-address $TUNNEL_DNS_ADDRESS
proxy-dns-upstream list $TUNNEL_DNS_UPSTREAM
proxy-dns-bootstrap list $TUNNEL_DNS_BOOTSTRAP
proxy-dns-max-upstream-conns number $TUNNEL_DNS_MAX_UPSTREAM_CONNS`;

const tunnelFlags = byName([...read(everywhere), ...read(outside)]);
const tables: Readonly<Record<Exclude<Level, "any">, ReadonlyMap<string, Flag>>> = {
	program: tunnelFlags,
	tunnel: tunnelFlags,
	run: byName([...read(runOnly), ...read(everywhere)]),
	"service install": byName(read("no-update-service switch")),
	update: byName(read("beta switch\nforce switch\nstaging switch\nversion")),
	none: new Map(),
};

/** Every flag of the tunnel, by each of its names. */
export const allFlags: ReadonlyMap<string, Flag> = new Map([...tables.tunnel, ...tables.run]);

/** The flags that a level defines; `undefined` where the program's list is not known, so that any flag may be right. */
export function flagsOf(level: Level): ReadonlyMap<string, Flag> | undefined {
	return level === "any" ? undefined : tables[level];
}

function read(lines: string): readonly Flag[] {
	return lines
		.trim()
		.split("\n")
		.map((line) => {
			const [names = "", ...rest] = line.split(" ");
			const [first = "", ...aliases] = names.split(",");
			const kind = rest.find((word): word is FlagKind => /^(?:switch|list|number|duration)$/.test(word)) ?? "text";
			const variable = rest.find((word) => word.startsWith("$"))?.slice(1);
			return { names: [first, ...aliases], kind, variable, inConfig: !rest.includes("~") };
		});
}

function byName(flags: readonly Flag[]): ReadonlyMap<string, Flag> {
	return new Map(flags.flatMap((flag) => flag.names.map((name) => [name, flag] as const)));
}
