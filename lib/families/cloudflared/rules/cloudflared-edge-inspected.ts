import { all, any, equals, has } from "../../../detect/condition.ts";
import type { Rule } from "../../../detect/rule.ts";

/** What a running tunnel asks for. Browsers and developers' tools reach the other names below argotunnel.com too. */
const edgeNames = ["v2.argotunnel.com", "protocol-v2.argotunnel.com", "_v2-origintunneld", "cfd-features.argotunnel.com", "cftunnel.com"];

export const cloudflaredEdgeInspected: Rule = {
	id: "cloudflared-edge-inspected",
	title: "The network sensor saw the tunnel edge",
	family: "cloudflared",
	severity: "low",
	set: "recommended",
	attack: ["T1572"],
	meaning: "The network sensor saw this device ask for the servers that only a running tunnel uses. It does not say which program did.",
	tables: ["DeviceNetworkEvents"],
	when: all(equals("InitiatingProcessFileName", ""), any(...edgeNames.map((name) => has("AdditionalFields", name)))),
	runbook: [
		"Look in DeviceNetworkEvents of this device, same hour and 1 h around it, for RemotePort 7844: InitiatingProcessFileName is the tunnel.",
		"Look in DeviceProcessEvents of this device, last 7 days, for the word tunnel in ProcessCommandLine.",
	],
	falsePositives: ["A device that resolves names or forwards traffic for others"],
	references: ["https://attack.mitre.org/techniques/T1572/"],
	examples: {
		match: [
			{ ActionType: "DnsConnectionInspected", AdditionalFields: '{"direction":"Out","query":"region1.v2.argotunnel.com"}' },
			{ ActionType: "DnsConnectionInspected", AdditionalFields: '{"query":"_v2-origintunneld._tcp.argotunnel.com"}' },
			{ ActionType: "SslConnectionInspected", AdditionalFields: '{"direction":"Out","server_name":"quic.cftunnel.com"}' },
		],
		ignore: [
			{ ActionType: "DnsConnectionInspected", AdditionalFields: '{"query":"update.argotunnel.com"}' },
			{ ActionType: "DnsConnectionInspected", InitiatingProcessFileName: "x.exe", AdditionalFields: '{"query":"h2.cftunnel.com"}' },
			{ ActionType: "SslConnectionInspected", AdditionalFields: '{"server_name":"www.notcftunnel.com"}' },
		],
	},
};
