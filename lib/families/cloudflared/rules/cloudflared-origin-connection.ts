import { all, any, equalsNumber } from "../../../detect/condition.ts";
import type { Rule } from "../../../detect/rule.ts";
import { namedCloudflared, privateAddress, runsTunnel } from "./conditions.ts";

export const cloudflaredOriginConnection: Rule = {
	id: "cloudflared-origin-connection",
	title: "Tunnel in use to reach an internal service",
	family: "cloudflared",
	severity: "high",
	set: "recommended",
	attack: ["T1572", "T1021"],
	meaning:
		"Something came in through the tunnel: cloudflared connected to a remote administration, directory or database port inside the network.",
	tables: ["DeviceNetworkEvents"],
	when: all(
		any(namedCloudflared("InitiatingProcessFileName"), runsTunnel("InitiatingProcessCommandLine")),
		equalsNumber("RemotePort", 22, 135, 139, 389, 445, 636, 1433, 3306, 3389, 5432, 5900, 5985, 5986),
		privateAddress("RemoteIP"),
	),
	runbook: [
		"The device at RemoteIP is reached from outside: look in its DeviceLogonEvents, from this Timestamp on for 24 h.",
		"Compare the Cloudflare account and tunnel with your own; not yours or not known: treat it as hostile.",
		"Isolate the device if the tunnel is not yours; ending the process alone gives the intruder time to come back.",
	],
	falsePositives: ["Sanctioned tunnels to these services: approve their account"],
	references: ["https://attack.mitre.org/techniques/T1572/", "https://attack.mitre.org/techniques/T1021/"],
	examples: {
		match: [
			{ InitiatingProcessFileName: "cloudflared.exe", RemoteIP: "127.0.0.1", RemotePort: 3389 },
			{ InitiatingProcessFileName: "x.exe", InitiatingProcessCommandLine: "x.exe tunnel run", RemoteIP: "10.1.2.3", RemotePort: 445 },
			{ InitiatingProcessFileName: "cloudflared", RemoteIP: "::1", RemotePort: 22 },
			{ InitiatingProcessFileName: "cloudflared.exe", RemoteIP: "172.31.0.9", RemotePort: 5985 },
		],
		ignore: [
			{ InitiatingProcessFileName: "cloudflared.exe", RemoteIP: "198.41.192.7", RemotePort: 7844 },
			{ InitiatingProcessFileName: "cloudflared.exe", RemoteIP: "127.0.0.1", RemotePort: 8080 },
			{ InitiatingProcessFileName: "mstsc.exe", RemoteIP: "10.1.2.3", RemotePort: 3389 },
			{ InitiatingProcessFileName: "cloudflared.exe", RemoteIP: "172.32.0.9", RemotePort: 5985 },
		],
	},
};
