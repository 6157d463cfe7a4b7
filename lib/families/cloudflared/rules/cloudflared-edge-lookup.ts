import { all, any, endsWith, has, not, oneOf, startsWith } from "../../../detect/condition.ts";
import type { Rule } from "../../../detect/rule.ts";
import { knownProcess, namedCloudflared } from "./conditions.ts";

/** The system's own resolvers, in its own folders: they ask for whoever wants to know, an approved cloudflared too. */
const resolver = all(
	oneOf(
		"InitiatingProcessFileName",
		..."svchost.exe dns.exe systemd-resolved systemd-resolve dnsmasq unbound named mDNSResponder avahi-daemon".split(" "),
	),
	any(
		endsWith("InitiatingProcessFolderPath", ":\\Windows\\System32"),
		endsWith("InitiatingProcessFolderPath", ":\\Windows\\System32\\svchost.exe"),
		endsWith("InitiatingProcessFolderPath", ":\\Windows\\System32\\dns.exe"),
		startsWith("InitiatingProcessFolderPath", "/usr/"),
		startsWith("InitiatingProcessFolderPath", "/lib/"),
	),
);

export const cloudflaredEdgeLookup: Rule = {
	id: "cloudflared-edge-lookup",
	title: "Tunnel edge looked up",
	family: "cloudflared",
	severity: "low",
	set: "recommended",
	attack: ["T1572"],
	meaning: "A program that is not called cloudflared looked up the names of the tunnel edge. A lookup is not yet a connection.",
	tables: ["DeviceEvents"],
	when: all(has("AdditionalFields", "argotunnel.com"), knownProcess, not(namedCloudflared("InitiatingProcessFileName")), not(resolver)),
	runbook: [
		"Look in DeviceNetworkEvents of this device, next 10 minutes, for RemotePort 7844.",
		"Look up InitiatingProcessSHA256: is it a build of cloudflared?",
	],
	falsePositives: ["Resolvers of other makers and security tools, which look names up for others"],
	references: ["https://attack.mitre.org/techniques/T1572/"],
	examples: {
		match: [
			...["C:\\Windows\\System32\\spool\\drivers\\color\\svchost.exe", "C:\\Windows\\System32.old\\svchost.exe"].map(
				(InitiatingProcessFolderPath) => ({
					ActionType: "DnsQueryResponse",
					InitiatingProcessFileName: "svchost.exe",
					InitiatingProcessFolderPath,
					AdditionalFields: '{"DnsQueryString":"region1.v2.argotunnel.com"}',
				}),
			),
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
			{
				ActionType: "DnsQueryResponse",
				InitiatingProcessFileName: "svchost.exe",
				InitiatingProcessFolderPath: "c:\\windows\\system32\\svchost.exe",
				AdditionalFields: '{"DnsQueryString":"region1.v2.argotunnel.com"}',
			},
			{ ActionType: "DnsQueryResponse", AdditionalFields: '{"DnsQueryString":"region1.v2.argotunnel.com"}' },
			{ ActionType: "DnsQueryResponse", InitiatingProcessFileName: "x", AdditionalFields: '{"DnsQueryString":"www.notargotunnel.com"}' },
		],
	},
};
