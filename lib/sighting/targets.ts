import type { TargetClass } from "./sighting.ts";

const schemes: Readonly<Record<string, TargetClass>> = { rdp: "rdp", ssh: "ssh", smb: "smb", vnc: "vnc", http: "http", https: "http" };
const ports: Readonly<Record<string, TargetClass>> = {
	22: "ssh",
	135: "smb",
	139: "smb",
	445: "smb",
	3389: "rdp",
	5900: "vnc",
	5985: "winrm",
	5986: "winrm",
};

/** What an exposed address lets in: by its port, which decides what answers, then by its scheme. A bare `host:port` means http. */
export function targetClass(target: string): TargetClass {
	const address = target.trim().toLowerCase();
	if (/^(?:bastion|socks-proxy|socks5?)(?::|$)/.test(address)) return "network";
	if (/^hello[_-]world$/.test(address)) return "http";
	if (/^(?:unix(?:\+tls)?:|http_status:)/.test(address)) return "other";
	const scheme = /^([a-z][a-z0-9+.-]*):\/\//.exec(address)?.[1];
	const port = /:(\d{1,5})(?:[/?#]|$)/.exec(address.replace(/^[a-z][a-z0-9+.-]*:\/\//, ""))?.[1] ?? "";
	const byPort = Object.hasOwn(ports, port) ? ports[port] : undefined;
	if (byPort !== undefined) return byPort;
	if (scheme === undefined) return address === "" ? "other" : "http";
	return Object.hasOwn(schemes, scheme) ? (schemes[scheme] ?? "other") : "other";
}
