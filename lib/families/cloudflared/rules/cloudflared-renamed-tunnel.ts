import { all, any, type Condition, contains, firstWords, hasFlag, hasWords, not, startsWith } from "../../../detect/condition.ts";
import type { Rule } from "../../../detect/rule.ts";
import { hasFlagsBeforeTunnel } from "../flags-before-tunnel.ts";
import { anotherTool, buildScript, namedCloudflared } from "./conditions.ts";

const openFolder: Condition = any(
	...["\\Users\\Public\\", "\\Windows\\Temp\\", "\\AppData\\Local\\Temp\\", "\\PerfLogs\\", "\\$Recycle.Bin\\"].map((folder) =>
		contains("FolderPath", folder),
	),
	...["/tmp/", "/var/tmp/", "/dev/shm/"].map((folder) => startsWith("FolderPath", folder)),
);

export const cloudflaredRenamedTunnel: Rule = {
	id: "cloudflared-renamed-tunnel",
	title: "Something else may open a tunnel as cloudflared does",
	family: "cloudflared",
	severity: "low",
	claims: "renamed",
	set: "recommended",
	attack: ["T1036.005", "T1572"],
	meaning:
		"A program that is not called cloudflared was started with cloudflared's subcommands and nothing that tells more: tunnel run, or tunnel with a settings file. Where the tunnel leads is in that file or in the environment.",
	tables: ["DeviceProcessEvents", "DeviceEvents"],
	when: all(
		any(
			hasWords("ProcessCommandLine", "tunnel", "run"),
			all(firstWords("ProcessCommandLine", "tunnel"), hasWords("ProcessCommandLine", "run")),
			all(hasWords("ProcessCommandLine", "tunnel"), hasFlag("ProcessCommandLine", "config")),
			hasFlagsBeforeTunnel("ProcessCommandLine"),
			// Alone it opens what a variable or the settings name; other tools have the word too, but not where anybody can write.
			all(firstWords("ProcessCommandLine", "tunnel"), openFolder),
		),
		not(namedCloudflared("FileName")),
		not(buildScript("ProcessCommandLine", "FileName")),
		not(anotherTool("ProcessCommandLine", "FileName")),
	),
	runbook: [
		"Look up SHA256 of the program: is it a build of cloudflared?",
		"Look in DeviceNetworkEvents of this device, next 1 h, for RemotePort 7844 by the same InitiatingProcessSHA1.",
		"Read the file behind --config, if there is one: it names the tunnel and what it exposes.",
	],
	falsePositives: [
		"Other tools with the subcommands tunnel run, or tunnel and a flag --config",
		"A shell or a container tool that starts cloudflared itself",
	],
	references: ["https://attack.mitre.org/techniques/T1572/", "https://attack.mitre.org/techniques/T1036/005/"],
	examples: {
		match: [
			{ FileName: "x.exe", ProcessCommandLine: "x.exe tunnel --config c.yml" },
			{ FileName: "x.exe", ProcessCommandLine: "x.exe --config C:\\Users\\a\\.cloudflared\\c.yml tunnel" },
			{ FileName: "x.exe", ProcessCommandLine: "x.exe tunnel run web" },
			{ FileName: "x.exe", ProcessCommandLine: 'x.exe --label "" tunnel --label x run web' },
			{ FileName: "x.exe", ProcessCommandLine: '"C:\\a b\\x.exe" tunnel --loglevel fatal run web' },
			{ FileName: "x", ProcessCommandLine: "/tmp/x --loglevel fatal tunnel run" },
			{ FileName: "x.exe", FolderPath: "C:\\Users\\Public\\x.exe", ProcessCommandLine: "x.exe tunnel" },
		],
		ignore: [
			{ FileName: "cloudflared.exe", ProcessCommandLine: "cloudflared.exe tunnel run web" },
			{ FileName: "openvpn.exe", ProcessCommandLine: "openvpn.exe --config C:\\vpn\\office-tunnel.ovpn" },
			{ FileName: "node.exe", ProcessCommandLine: "node.exe npm-cli.js run tunnel -- --config c.yml" },
			{ FileName: "python.exe", ProcessCommandLine: "python.exe tunnel.py run" },
			{ FileName: "x.exe", ProcessCommandLine: "x.exe run tunnel" },
			{ FileName: "x.exe", ProcessCommandLine: "x.exe tunnel list" },
			{ FileName: "minikube", FolderPath: "/usr/local/bin/minikube", ProcessCommandLine: "minikube tunnel" },
		],
	},
};
