import type { Rule } from "../../../detect/rule.ts";
import { quickTunnelRequest } from "./conditions.ts";

export const cloudflaredQuickTunnelRequest: Rule = {
	id: "cloudflared-quick-tunnel-request",
	title: "Quick tunnel requested",
	family: "cloudflared",
	severity: "medium",
	set: "recommended",
	attack: ["T1572", "T1090"],
	meaning: "This device asked Cloudflare for a quick tunnel. The address is used for nothing else, whatever the program is called.",
	tables: ["DeviceNetworkEvents", "DeviceEvents"],
	when: quickTunnelRequest,
	runbook: [
		"Look in DeviceProcessEvents of this device, 10 minutes before, for InitiatingProcessFileName with --url in ProcessCommandLine: what was exposed?",
		"Ask the account in InitiatingProcessAccountName who started it and why; no good answer: treat it as hostile.",
	],
	falsePositives: ["Developers who show their work"],
	references: [
		"https://attack.mitre.org/techniques/T1572/",
		"https://www.guidepointsecurity.com/blog/tunnel-vision-cloudflared-abused-in-the-wild/",
	],
	examples: {
		match: [
			{ InitiatingProcessFileName: "x.exe", RemoteUrl: "api.trycloudflare.com" },
			{ InitiatingProcessFileName: "cloudflared.exe", RemoteUrl: "https://api.trycloudflare.com/tunnel" },
			{
				ActionType: "DnsQueryResponse",
				InitiatingProcessFileName: "x.exe",
				AdditionalFields: '{"DnsQueryString":"api.trycloudflare.com"}',
			},
		],
		ignore: [
			{ InitiatingProcessFileName: "chrome.exe", RemoteUrl: "https://plain-example-words-here.trycloudflare.com/" },
			{ RemoteUrl: "api.cloudflare.com" },
			{ RemoteUrl: "api.trycloudflare.company.example" },
			{},
		],
	},
};
