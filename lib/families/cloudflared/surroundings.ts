import type { Word } from "./words.ts";

/**
 * Variables that choose a program's libraries, the roots it trusts, the names it resolves, or the folders in which it
 * looks for its settings; and those with which an interpreter or a container engine runs something else.
 */
const choosing =
	/^(?:ld_\w+|dyld_\w+|glibc_tunables|bash_env|bash_func_\w+|env|zdotdir|ifs|home|homedrive|homepath|userprofile|xdg_(?:config|data|cache|state)_\w+|cfdpath|programdata|programfiles\w*|allusersprofile|appdata|localappdata|systemroot|comspec|ssl_cert_\w+|hostaliases|res_options|localdomain|godebug|docker_(?!buildkit$|cli_hints$|scan_suggest$)\w+|container_host|kubeconfig|node_options|node_path|python(?!unbuffered$|dontwritebytecode$|ioencoding$|utf8$|hashseed$)\w+|perl5\w+|ruby(?:opt|lib))$/i;
/** Where a shell looks for a program that is called without its folder. */
const search = /^path(?:ext)?$/i;
/** Folders that only administrators change, and what the variable held before. */
const usualFolder =
	/^(?:\$\{?PATH\}?|\$env:PATH|%PATH%|!PATH!|\/(?:usr\/)?(?:local\/)?s?bin|\/opt\/homebrew\/s?bin|\/snap\/bin|[a-z]:\\windows(?:\\system32(?:\\[\w.\\]{1,64})?)?|[a-z]:\\program files(?: \(x86\))?\\cloudflared)?[\\/]?$/i;

/** Homes that only administrators give: what cron, su, launchd and images of containers set. */
const usualHome =
	/^(?:\$\{?HOME\}?|~|%USERPROFILE%|(?:\/var)?\/root|\/|\/nonexistent|\/var\/empty|\/(?:var\/lib|home|opt)\/cloudflared|\/home\/nonroot|[a-z]:\\windows\\system32\\config\\systemprofile)[\\/]?$/i;

/** Where distributions keep the roots that the device trusts. */
const usualRoots =
	/^\/etc\/(?:ssl\/(?:certs\/?(?:ca-certificates\.crt)?|cert\.pem|ca-bundle\.pem)|pki\/tls\/(?:certs\/?(?:ca-bundle\.crt)?|cert\.pem))$/;

/** Where distributions and administrators keep the variables of cloudflared's own service. */
export function isOwnVariables(path: string): boolean {
	return /^\/etc\/(?:(?:default|sysconfig|conf\.d)\/cloudflared|cloudflared\/[\w.-]{0,64}env[\w.-]{0,64})$/.test(path);
}

/** A variable that can change which program runs, or what it reads besides its arguments. A start by its whole path needs no search. */
export function choosesOther(name: string, { value, hidden }: Word, image: string): boolean {
	if (/^(?:home|userprofile)$/i.test(name) && usualHome.test(value)) return false;
	if (/^ssl_cert_(?:file|dir)$/i.test(name) && usualRoots.test(value)) return false;
	if (choosing.test(name)) return true;
	if (!search.test(name) || /[\\/]/.test(image)) return false;
	const separator = /[a-z]:\\|;|%path%|\$env:/i.test(value) ? ";" : ":";
	return (
		!(hidden && !/path/i.test(value)) &&
		!value.split(separator).every((folder) => usualFolder.test(folder.replace(/^["'+\s]+|["'\s]+$/g, "")))
	);
}

/** True for a variable of cloudflared's own or of its surroundings whose value decides what a later start runs. */
export function isDeciding(name: string): boolean {
	return choosing.test(name) || search.test(name) || isDecidingForTunnel(name);
}

/** Logs, metrics and waiting times decide nothing about the tunnel. */
const harmless =
	/^TUNNEL_(?:(?:TRANSPORT_|PROTO_)?LOG(?:LEVEL|FILE|DIRECTORY)|LOG_OUTPUT|TRACE_OUTPUT|METRICS(?:_\w+)?|RETRIES|GRACE_PERIOD|TRANSPORT_PROTOCOL|POST_QUANTUM|PIDFILE|TAG|REGION|EDGE_IP_VERSION|EDGE_BIND_ADDRESS|NO_PRECHECKS|MAX_ACTIVE_FLOWS|ICMPV[46]_SRC|RPC_TIMEOUT|WRITE_STREAM_TIMEOUT)$/i;

/** One that cloudflared reads, by its prefix, and that names a tunnel, a target, a server or a file. */
export function isDecidingForTunnel(name: string): boolean {
	return /^TUNNEL_\w{1,60}$/i.test(name) && !harmless.test(name);
}
