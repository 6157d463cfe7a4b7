import { all, contains, has } from "../../../detect/condition.ts";
import type { Rule } from "../../../detect/rule.ts";

export const cloudflaredContainer: Rule = {
	id: "cloudflared-container",
	title: "cloudflared run in a container",
	family: "cloudflared",
	severity: "medium",
	set: "all",
	attack: ["T1572", "T1105"],
	meaning:
		"cloudflared was started as a container. Its own process and connections may not be seen on this device, only the command that started it.",
	tables: ["DeviceProcessEvents", "DeviceEvents"],
	when: all(contains("ProcessCommandLine", "cloudflare/cloudflared"), has("ProcessCommandLine", "run")),
	runbook: [
		"Read ProcessCommandLine: a token in it names the account; what network does the container see?",
		"Look in DeviceNetworkEvents of this device, next 24 h, for RemotePort 7844.",
	],
	falsePositives: ["Sanctioned containers: approve their account"],
	references: ["https://attack.mitre.org/techniques/T1572/"],
	examples: {
		match: [
			{
				FileName: "docker.exe",
				ProcessCommandLine: "docker.exe run cloudflare/cloudflared:latest tunnel --url http://host.docker.internal:80",
			},
			{ FileName: "podman", ProcessCommandLine: "podman run -d docker.io/cloudflare/cloudflared tunnel run --token abc" },
			{ FileName: "kubectl.exe", ProcessCommandLine: "kubectl run t --image=cloudflare/cloudflared:2026.7.3" },
		],
		ignore: [
			{ FileName: "docker.exe", ProcessCommandLine: "docker.exe pull cloudflare/cloudflared" },
			{ FileName: "docker.exe", ProcessCommandLine: "docker.exe run nginx" },
			{ FileName: "git.exe", ProcessCommandLine: "git clone https://github.com/cloudflare/cloudflared" },
		],
	},
};
