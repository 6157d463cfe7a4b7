import type { Contact, ContactHost } from "../../sighting/reading.ts";
import { nameKind, programName } from "./names.ts";

/**
 * Cloudflare's hosts, and who may talk to them: one table for network rows, name lookups and inspected connections.
 * `everyday` are those that browsers, developers' tools and management talk to in normal work.
 */
const hosts: readonly (readonly [ContactHost, RegExp])[] = [
	["everyday", /^(?:staging-)?update\.argotunnel\.com$|^management\.(?:fed\.)?argotunnel\.com$/],
	["discovery", /^_(?:us-|fed-)?v2-origintunneld\._tcp\.argotunnel\.com$|^(?:protocol-v2|cfd-features)\.argotunnel\.com$/],
	["edge", /(?:^|\.)(?:argotunnel|cftunnel)\.com$/],
	["quick-tunnel-service", /^api\.trycloudflare\.com$/],
	["quick-tunnel", /\.trycloudflare\.com$/],
	[
		"everyday",
		/^(?:api|api\.fed|dash|dash\.fed|one)\.cloudflare\.com$|\.cloudflareaccess\.(?:com|org)$|\.cfargotunnel\.com$|^github\.com$|^cloudflare-dns\.com$|^sentry\.io$/,
	],
];

/** As Cloudflare publishes them: IPv4 as /24, IPv6 as /48. */
const edgeNetworks =
	/^(?:198\.41\.(?:192|200|218|219)|162\.159\.234|172\.64\.234)\.|^(?:::ffff:)(?:198\.41\.(?:192|200|218|219)|162\.159\.234|172\.64\.234)\.|^(?:2606:4700:(?:a0|a1|a8|a9|f6)|2a06:98c1:4d):/i;
const tunnelPort = 7_844;

/** Which of the tunnel's hosts a name and an address stand for. */
export function contactHost(name: string, address: string, port: number): ContactHost {
	const plain = hostName(name);
	const byName = hosts.find(([, pattern]) => pattern.test(plain))?.[0];
	if (port === tunnelPort) {
		if (byName === "edge" || byName === "discovery") return "edge";
		if (edgeNetworks.test(address)) return "edge";
		return isPrivate(address) && plain === "" ? "none" : "foreign-edge";
	}
	return byName ?? "none";
}

/** The host of a URL, or a bare name; lower case. */
function hostName(text: string): string {
	return text
		.slice(0, 512)
		.toLowerCase()
		.replace(/^[a-z][a-z0-9+.-]{0,20}:\/\//, "")
		.replace(/[/?#:].*$/s, "")
		.replace(/\.$/, "");
}

/** On the device or inside a network, or not known. */
export function isPrivate(address: string): boolean {
	return address === "" || /^(?:(?:::ffff:)?(?:127\.|10\.|192\.168\.|172\.(?:1[6-9]|2\d|3[01])\.)|::1$|f[cd]|fe80:)/i.test(address);
}

const browsers =
	/^(?:chrome|msedge|firefox|safari|opera|brave|vivaldi|chromium(?:-browser)?|iexplore|arc|msedgewebview2|google chrome(?: helper)?|com\.apple\.webkit\.networking|librewolf|waterfox|whale|yandex|duckduckgo|tor)$/;
const runtimes =
	/^(?:node|bun|deno|python[\d.]*|workerd|ruby|npm|npx|pnpm|yarn|wrangler|brew|winget|windowspackagemanagerserver|choco|scoop|apt|apt-get|dnf|yum|snapd)$/;
const checkers =
	/^(?:curl|wget|powershell|pwsh|nc|ncat|netcat|nmap|dig|nslookup|host|telnet|ping|tracert|traceroute|mtr|test-netconnection|psping|openssl|systemd-resolve|systemd-resolved|resolvectl|dnsmasq|unbound|named|svchost|dns|mdnsresponder|avahi-daemon)$/;
const hostProcesses =
	/^(?:com\.docker\.(?:backend|vpnkit|proxy|supervisor)|docker desktop(?: backend)?|dockerd|docker-proxy|vpnkit(?:-bridge)?|wslservice|wslrelay|wslhost|wsl|vmmem(?:wsl)?|vmwp|vmcompute|vmware-vmx|vmnat|vmnetd|virtualboxvm|vboxheadless|vboxnetnat|vboxsvc|qemu(?:-system-\w+)?|gvproxy|podman|rootlessport|slirp4netns|pasta(?:\.avx2)?|limactl|colima|multipassd|orbstack(?: helper)?|rancher desktop|rdctl|containerd|containerd-shim-runc-v2|krunkit|vfkit|com\.apple\.virtualization\.virtualmachine|zsatunnel|zsaservice|stagentsvc|nsagent|warp-svc|pangps|globalprotect|vpnagent|vpnui|acvpnagent|umbrella_rc|fortitray|forticlient|fortisslvpnclient|openvpn|squid|privoxy|tinyproxy|haproxy|envoy|proxifier|mcsproxy|swgclient|wgservice|bdservicehost|avp|ekrn|mitmproxy|fiddler|charles)$/;
/** Where system tools and installed programs lie; elsewhere anybody can write a file of that name. */
const ownFolder =
	/^(?:[a-z]:\/windows\/|[a-z]:\/program files(?: \(x86\))?\/|\/usr\/|\/bin\/|\/sbin\/|\/opt\/|\/applications\/|\/system\/|\/library\/|\/snap\/|\/nix\/store\/|\/lib\/|\/google\/|\/home\/linuxbrew\/)/;
const perUserBrowser = /\/appdata\/local\/(?:google\/chrome|microsoft\/edge|bravesoftware|vivaldi|mozilla firefox|programs\/opera)\//;
const perUserTool =
	/\/(?:\.nvm|\.volta|\.fnm|\.asdf|\.local\/share\/mise|appdata\/roaming\/nvm|appdata\/local\/(?:volta|fnm|programs\/python)|scoop\/apps|\.bun|\.deno|\.pyenv|miniconda3|anaconda3|venv|\.venv)\//;

/** Who talked: by the file's name and its folder, since a name alone can be taken. */
export function talkerOf(fileName: string, path: string, isTool: boolean): Contact["talker"] {
	if (fileName === "" && path === "") return "nobody";
	if (isTool || nameKind(fileName) !== undefined) return "tool";
	const name = programName(fileName);
	const plain = path
		.slice(0, 4_096)
		.toLowerCase()
		.replaceAll("\\", "/")
		.replace(/^\/\/\?\//, "");
	const installed = ownFolder.test(plain) && !/^[a-z]:\/windows\/(?:temp|tasks|debug|fonts|tracing)\//.test(plain);
	if (browsers.test(name) && (installed || perUserBrowser.test(plain))) return "browser";
	if (hostProcesses.test(name) && installed) return "host-process";
	if (name === "vmmem" || name === "vmmemwsl") return "host-process";
	if (checkers.test(name) && installed) return "checker";
	if (runtimes.test(name) && (installed || perUserTool.test(plain))) return "launcher";
	return "other";
}
