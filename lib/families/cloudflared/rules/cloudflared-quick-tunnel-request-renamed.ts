import { all, not } from "../../../detect/condition.ts";
import type { Rule } from "../../../detect/rule.ts";
import { knownProcess, namedCloudflared, quickTunnelRequest } from "./conditions.ts";

export const cloudflaredQuickTunnelRequestRenamed: Rule = {
	id: "cloudflared-quick-tunnel-request-renamed",
	title: "Quick tunnel requested by a renamed cloudflared",
	family: "cloudflared",
	severity: "high",
	set: "recommended",
	attack: ["T1572", "T1090", "T1036.005"],
	meaning:
		"A program that does not call itself cloudflared asked Cloudflare for a quick tunnel. Only cloudflared does that, so it was renamed.",
	tables: ["DeviceNetworkEvents", "DeviceEvents"],
	when: all(quickTunnelRequest, knownProcess, not(namedCloudflared("InitiatingProcessFileName"))),
	runbook: [
		"Look up InitiatingProcessSHA256: is it a build of cloudflared?",
		"Look in DeviceFileEvents of this device, 7 days before, for InitiatingProcessFolderPath: who wrote it, and from which FileOriginUrl.",
		"Look in DeviceLogonEvents of this device, last 7 days, for LogonType RemoteInteractive from RemoteIP 127.0.0.1.",
	],
	falsePositives: ["Developers who ask for a tunnel with their own client"],
	references: ["https://attack.mitre.org/techniques/T1572/", "https://attack.mitre.org/techniques/T1036/005/"],
	examples: {
		match: [
			{ InitiatingProcessFileName: "x.exe", RemoteUrl: "api.trycloudflare.com" },
			{ InitiatingProcessFileName: "svchost32.exe", RemoteUrl: "https://api.trycloudflare.com/tunnel" },
			{ InitiatingProcessFileName: "x", AdditionalFields: '{"DnsQueryString":"api.trycloudflare.com"}' },
		],
		ignore: [
			{ InitiatingProcessFileName: "cloudflared.exe", RemoteUrl: "api.trycloudflare.com" },
			{ RemoteUrl: "api.trycloudflare.com" },
			{ InitiatingProcessFileName: "chrome.exe", RemoteUrl: "https://plain-example-words-here.trycloudflare.com/" },
		],
	},
};
