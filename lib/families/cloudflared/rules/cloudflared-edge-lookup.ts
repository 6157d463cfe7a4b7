import { all, has, not } from "../../../detect/condition.ts";
import type { Rule } from "../../../detect/rule.ts";
import { knownProcess, namedCloudflared } from "./conditions.ts";

export const cloudflaredEdgeLookup: Rule = {
	id: "cloudflared-edge-lookup",
	title: "Tunnel edge looked up",
	family: "cloudflared",
	severity: "low",
	set: "all",
	attack: ["T1572"],
	meaning: "A program that is not called cloudflared looked up the names of the tunnel edge. A lookup is not yet a connection.",
	tables: ["DeviceEvents"],
	when: all(has("AdditionalFields", "argotunnel.com"), knownProcess, not(namedCloudflared("InitiatingProcessFileName"))),
	runbook: [
		"Look in DeviceNetworkEvents of this device, next 10 minutes, for RemotePort 7844.",
		"Look up InitiatingProcessSHA256: is it a build of cloudflared?",
	],
	falsePositives: ["Resolvers and security tools that look names up for others"],
	references: ["https://attack.mitre.org/techniques/T1572/"],
	examples: {
		match: [
			{
				ActionType: "DnsQueryResponse",
				InitiatingProcessFileName: "updater.exe",
				AdditionalFields: '{"DnsQueryString":"region1.v2.argotunnel.com"}',
			},
			{
				ActionType: "DnsQueryResponse",
				InitiatingProcessFileName: "svchost.exe",
				AdditionalFields: '{"DnsQueryString":"_v2-origintunneld._tcp.argotunnel.com"}',
			},
			{
				ActionType: "DnsQueryResponse",
				InitiatingProcessFileName: "x",
				AdditionalFields: '{"DnsQueryString":"CFD-FEATURES.ARGOTUNNEL.COM"}',
			},
		],
		ignore: [
			{
				ActionType: "DnsQueryResponse",
				InitiatingProcessFileName: "cloudflared.exe",
				AdditionalFields: '{"DnsQueryString":"region1.v2.argotunnel.com"}',
			},
			{ ActionType: "DnsQueryResponse", AdditionalFields: '{"DnsQueryString":"region1.v2.argotunnel.com"}' },
			{ ActionType: "DnsQueryResponse", InitiatingProcessFileName: "x", AdditionalFields: '{"DnsQueryString":"www.notargotunnel.com"}' },
		],
	},
};
