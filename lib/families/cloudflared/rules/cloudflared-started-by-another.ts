import { all, any, hasWords, not } from "../../../detect/condition.ts";
import type { Rule } from "../../../detect/rule.ts";
import { namedCloudflared } from "./conditions.ts";

export const cloudflaredStartedByAnother: Rule = {
	id: "cloudflared-started-by-another",
	title: "cloudflared started through another program",
	family: "cloudflared",
	severity: "medium",
	claims: "wrapped",
	set: "recommended",
	attack: ["T1572", "T1059"],
	meaning:
		"A shell, sudo, a container engine, a scheduler or another tool started cloudflared with a tunnel. The command says which tunnel; the program itself may run where nothing else is seen of it.",
	tables: ["DeviceProcessEvents", "DeviceEvents"],
	when: all(
		namedCloudflared("ProcessCommandLine"),
		not(namedCloudflared("FileName")),
		any(hasWords("ProcessCommandLine", "tunnel"), hasWords("ProcessCommandLine", "service", "install")),
	),
	runbook: [
		"Read ProcessCommandLine: what runs, on this device or on another one, and with which token or settings?",
		"Look in DeviceProcessEvents of this device, next 10 minutes, for cloudflared in FileName.",
		"Ask the account in AccountName who started it and why; no good answer: treat it as hostile.",
	],
	falsePositives: ["Administrators who use sudo, ssh or containers: approve the account"],
	references: ["https://attack.mitre.org/techniques/T1572/"],
	examples: {
		match: [
			{ FileName: "sudo", ProcessCommandLine: "sudo cloudflared --no-autoupdate tunnel run" },
			{ FileName: "docker", ProcessCommandLine: "docker run cloudflare/cloudflared:latest tunnel --no-autoupdate run web" },
			{ FileName: "ssh", ProcessCommandLine: "ssh ops@web8 cloudflared tunnel run web" },
		],
		ignore: [
			{ FileName: "cloudflared", ProcessCommandLine: "cloudflared tunnel run web" },
			{ FileName: "net.exe", ProcessCommandLine: "net stop cloudflared" },
			{ FileName: "less", ProcessCommandLine: "less /var/log/cloudflared-tunnels.log" },
		],
	},
};
