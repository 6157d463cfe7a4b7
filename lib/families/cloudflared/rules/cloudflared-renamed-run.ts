import { unionTables } from "../../../defender/tables.ts";
import { all, any, hasFlag, not } from "../../../detect/condition.ts";
import type { Rule } from "../../../detect/rule.ts";
import { anotherTool, runsTunnelUnnamed } from "./conditions.ts";

export const cloudflaredRenamedRun: Rule = {
	id: "cloudflared-renamed-run",
	title: "Something else runs a tunnel as cloudflared does",
	family: "cloudflared",
	severity: "low",
	claims: "renamed",
	set: "recommended",
	attack: ["T1036.005", "T1572"],
	meaning:
		"A program that is not called cloudflared was started with the words and flags with which cloudflared runs a tunnel. A renamed copy looks like this.",
	tables: unionTables,
	when: any(
		all(
			runsTunnelUnnamed("ProcessCommandLine", "FileName"),
			not(anotherTool("ProcessCommandLine", "FileName")),
			hasFlag(
				"ProcessCommandLine",
				"token",
				"token-file",
				"credentials-file",
				"cred-file",
				"credentials-contents",
				"config",
				"no-autoupdate",
				"origincert",
			),
		),
		all(
			runsTunnelUnnamed("InitiatingProcessCommandLine", "InitiatingProcessFileName"),
			not(anotherTool("InitiatingProcessCommandLine", "InitiatingProcessFileName")),
			hasFlag(
				"InitiatingProcessCommandLine",
				"token",
				"token-file",
				"credentials-file",
				"cred-file",
				"credentials-contents",
				"config",
				"no-autoupdate",
				"origincert",
			),
		),
	),
	runbook: [
		"Look up SHA256 of the program: is it a build of cloudflared?",
		"Look in DeviceNetworkEvents of this device, last 24 h, for RemotePort 7844 by the same InitiatingProcessSHA1.",
		"Ask the account in AccountName who started it and why; no good answer: treat it as hostile.",
	],
	falsePositives: ["Other tools with the words tunnel and run and a flag --token or --config"],
	references: ["https://attack.mitre.org/techniques/T1572/", "https://attack.mitre.org/techniques/T1036/005/"],
	examples: {
		match: [
			{ FileName: "x.exe", ProcessCommandLine: "x.exe tunnel run -token abc" },
			{ FileName: "x.exe", ProcessCommandLine: "x.exe --config c:\\x\\c.yml tunnel run" },
			{ FileName: "acme-agent.exe", ProcessCommandLine: "acme-agent.exe --token=abc123 tunnel run" },
			{ InitiatingProcessFileName: "x.exe", InitiatingProcessCommandLine: "x.exe tunnel --cred-file=c.json run web" },
		],
		ignore: [
			{ FileName: "cloudflared.exe", ProcessCommandLine: "cloudflared.exe --config c.yml tunnel run" },
			{ FileName: "node.exe", ProcessCommandLine: "node.exe npm-cli.js run tunnel -- --token abc" },
			{ FileName: "x.exe", ProcessCommandLine: "x.exe tunnel run" },
			{ FileName: "x.exe", ProcessCommandLine: "x.exe tunnels run --config c.yml" },
			{ FileName: "x.exe", ProcessCommandLine: "x.exe tunnel run --configuration c.yml" },
		],
	},
};
