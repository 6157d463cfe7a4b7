import { all, not } from "../../../detect/condition.ts";
import type { Rule } from "../../../detect/rule.ts";
import { accessClient, accessCommand, namedCloudflared, startsCloudflared } from "./conditions.ts";

export const cloudflaredAccessClientRenamed: Rule = {
	id: "cloudflared-access-client-renamed",
	title: "Client of somebody's tunnel, renamed",
	family: "cloudflared",
	severity: "medium",
	claims: "renamed",
	set: "all",
	attack: ["T1090", "T1036.005"],
	meaning: "A program that does not call itself cloudflared reached out through a tunnel. Employees have no reason to rename it.",
	tables: ["DeviceProcessEvents"],
	when: all(accessClient, not(namedCloudflared("FileName")), not(startsCloudflared(accessCommand))),
	runbook: [
		"Look up SHA256 of the program: is it a build of cloudflared?",
		"Look in DeviceNetworkEvents of this device, last 24 h, for RemoteUrl with the host behind --hostname.",
	],
	falsePositives: ["Other programs with words like access ssh and a flag --hostname"],
	references: ["https://attack.mitre.org/techniques/T1090/", "https://attack.mitre.org/techniques/T1036/005/"],
	examples: {
		match: [
			{ FileName: "x.exe", ProcessCommandLine: "x.exe access tcp --hostname a.example.com --url localhost:9000" },
			{ FileName: "x.exe", ProcessCommandLine: "x.exe access rdp -T a.example.com" },
			{ FileName: "x", ProcessCommandLine: "./x access smb --tunnel-host a.example.com" },
			{ FileName: "x.exe", ProcessCommandLine: "x.exe --loglevel info forward rdp --hostname a.example.com --url localhost:3390" },
			{ FileName: "x.exe", ProcessCommandLine: "x.exe access ssh --hostname cloudflared.example.com" },
		],
		ignore: [
			{ FileName: "cloudflared.exe", ProcessCommandLine: "cloudflared.exe access rdp --hostname a.example.com" },
			{ FileName: "cmd.exe", ProcessCommandLine: "cmd.exe /c cloudflared access ssh --hostname a.example.com" },
			{ FileName: "x.exe", ProcessCommandLine: '"C:\\Microsoft Access\\x.exe" --hostname a.example.com --mode ssh' },
			{ FileName: "x.exe", ProcessCommandLine: "x.exe access udp --hostname a" },
		],
	},
};
