import type { Rule } from "../../../detect/rule.ts";
import { accessClient } from "./conditions.ts";

export const cloudflaredAccessClient: Rule = {
	id: "cloudflared-access-client",
	title: "Client of somebody's tunnel",
	family: "cloudflared",
	severity: "low",
	set: "all",
	attack: ["T1090"],
	meaning: "This device reached out through a tunnel to a service elsewhere. Nothing is exposed here, but data can leave this way.",
	tables: ["DeviceProcessEvents"],
	when: accessClient,
	runbook: [
		"Read the host behind --hostname in ProcessCommandLine: is it one of yours?",
		"Look in DeviceNetworkEvents of this device, last 24 h, for connections to 127.0.0.1 by other programs: who uses the tunnel?",
	],
	falsePositives: ["Employees who use Cloudflare Access"],
	references: ["https://attack.mitre.org/techniques/T1090/"],
	examples: {
		match: [
			{ FileName: "cloudflared.exe", ProcessCommandLine: "cloudflared.exe access rdp --hostname a.example.com --url localhost:3389" },
			{ FileName: "cloudflared", ProcessCommandLine: "cloudflared access ssh --hostname=a.example.com" },
			{ FileName: "x.exe", ProcessCommandLine: "x.exe access tcp -T a.example.com -L 127.0.0.1:9000" },
		],
		ignore: [
			{ FileName: "cloudflared.exe", ProcessCommandLine: "cloudflared.exe access login https://a.example.com" },
			{ FileName: "cloudflared.exe", ProcessCommandLine: "cloudflared.exe tunnel --hostname a.example.com" },
			{ FileName: "x.exe", ProcessCommandLine: "x.exe accessible tcp --hostname a" },
		],
	},
};
