import { all, any, equalsNumber, has, not } from "../../../detect/condition.ts";
import type { Rule } from "../../../detect/rule.ts";
import { edgeAddress, namedCloudflared } from "./conditions.ts";

export const cloudflaredEdgeFromOtherProcess: Rule = {
	id: "cloudflared-edge-from-other-process",
	title: "Another program talks to the tunnel edge",
	family: "cloudflared",
	severity: "high",
	set: "recommended",
	attack: ["T1572"],
	meaning:
		"A program that is not called cloudflared connected to the servers that only cloudflared uses. It is a renamed copy, one inside a container, a proxy that connects for it, or a connection test.",
	tables: ["DeviceNetworkEvents"],
	// Port 7844 alone is too weak, so the addresses are those that Cloudflare publishes for the edge, as whole networks.
	when: all(
		not(namedCloudflared("InitiatingProcessFileName")),
		any(
			has("RemoteUrl", "argotunnel.com"),
			has("RemoteUrl", "cftunnel.com"),
			all(equalsNumber("RemotePort", 7844), edgeAddress("RemoteIP")),
		),
	),
	runbook: [
		"Look up InitiatingProcessSHA256: is it a build of cloudflared?",
		"Look in DeviceProcessEvents of this device, last 7 days, for InitiatingProcessFileName with its command line and parent.",
		"Look in DeviceLogonEvents of this device, last 7 days, for LogonType RemoteInteractive from RemoteIP 127.0.0.1.",
	],
	falsePositives: ["Containers, WSL and proxies: the connection is made by a process of the host"],
	references: ["https://attack.mitre.org/techniques/T1572/", "https://developers.cloudflare.com/tunnel/configuration/"],
	examples: {
		match: [
			{ InitiatingProcessFileName: "updater.exe", RemoteUrl: "region2.v2.argotunnel.com", RemotePort: 7844 },
			{ InitiatingProcessFileName: "x.exe", RemoteUrl: "quic.cftunnel.com" },
			{ InitiatingProcessFileName: "x.exe", RemoteIP: "198.41.200.113", RemotePort: 7844 },
			{ InitiatingProcessFileName: "x", RemoteIP: "2606:4700:a0::3", RemotePort: 7844 },
		],
		ignore: [
			{ InitiatingProcessFileName: "cloudflared.exe", RemoteUrl: "region1.v2.argotunnel.com", RemotePort: 7844 },
			{ InitiatingProcessFileName: "x.exe", RemoteIP: "192.0.2.8", RemotePort: 7844 },
			{ InitiatingProcessFileName: "x.exe", RemoteIP: "198.41.200.113", RemotePort: 443 },
			{ InitiatingProcessFileName: "chrome.exe", RemoteUrl: "https://www.notargotunnel.com/" },
		],
	},
};
