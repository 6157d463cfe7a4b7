import { all, any, type Condition, contains, hasFlag, not } from "../../../detect/condition.ts";
import type { Rule } from "../../../detect/rule.ts";
import { aboutTunnel, accessCommand, remoteAdminTarget } from "./conditions.ts";

const schemes = ["rdp", "ssh", "smb"];
const ownHosts = ["localhost", "127.", "[::1]"];
/** `--url ssh`, as it is usually written: the prefilter needs more text than `-url`. */
const given = (scheme: string): readonly Condition[] =>
	["-url ", "-url=", '--url "', '--url="'].map((start) => contains("ProcessCommandLine", `${start}${scheme}://`));
const ofThisDevice = (scheme: string): readonly Condition[] =>
	ownHosts.map((host) => contains("ProcessCommandLine", `${scheme}://${host}`));

export const cloudflaredRemoteAdminUrl: Rule = {
	id: "cloudflared-remote-admin-url",
	title: "Remote administration handed to an unknown program",
	family: "cloudflared",
	severity: "medium",
	set: "recommended",
	attack: ["T1572", "T1021.001", "T1021.002", "T1021.004", "T1036.005"],
	meaning:
		"A program got RDP, or SSH or SMB of this device, as its --url. A renamed cloudflared opens a quick tunnel that way, also without the word tunnel.",
	tables: ["DeviceProcessEvents", "DeviceEvents"],
	when: all(
		hasFlag("ProcessCommandLine", "url"),
		any(
			all(
				any(...schemes.flatMap(given)),
				// Tools of developers take ssh:// and smb:// of other hosts; nothing else takes rdp://.
				any(contains("ProcessCommandLine", "rdp://"), ...["ssh", "smb"].flatMap(ofThisDevice)),
			),
			all(any(...given("tcp")), any(...ofThisDevice("tcp")), remoteAdminTarget("ProcessCommandLine")),
		),
		not(aboutTunnel),
		not(accessCommand),
	),
	runbook: [
		"Look up SHA256 of the program: is it a build of cloudflared?",
		"Look in DeviceNetworkEvents of this device, next 1 h, for RemotePort 7844 and for RemoteUrl api.trycloudflare.com.",
		"Look in DeviceLogonEvents of this device, last 7 days, for LogonType RemoteInteractive from RemoteIP 127.0.0.1.",
	],
	falsePositives: [
		"Remote desktop clients that take their host as --url",
		"A shell that starts the client end (access rdp) with such an address",
	],
	references: ["https://attack.mitre.org/techniques/T1572/", "https://attack.mitre.org/techniques/T1021/001/"],
	examples: {
		match: [
			{ FileName: "x.exe", ProcessCommandLine: "x.exe --url rdp://localhost:3389" },
			{ FileName: "x.exe", ProcessCommandLine: 'x.exe --label access --url="rdp://10.1.2.3"' },
			{ FileName: "x.exe", ProcessCommandLine: "x.exe -url=smb://localhost" },
			{ FileName: "x", ProcessCommandLine: "/tmp/x --url=ssh://127.0.0.1:22 --no-autoupdate" },
		],
		ignore: [
			{ FileName: "x.exe", ProcessCommandLine: "x.exe access rdp --hostname a.example.com --url rdp://localhost:3389" },
			{ FileName: "flux", ProcessCommandLine: "flux create source git a --url=ssh://git@git.example.com/a" },
			{ FileName: "curl.exe", ProcessCommandLine: "curl.exe --url smb://files.example.com/a/b.txt" },
			{ FileName: "cloudflared.exe", ProcessCommandLine: "cloudflared.exe --url rdp://localhost:3389" },
			{ FileName: "mstsc.exe", ProcessCommandLine: "mstsc.exe rdp://localhost:3389" },
		],
	},
};
