import { all, any, type Condition, contains, endsWith, equals, has, hasFlag, hasWords, oneOf } from "../../../detect/condition.ts";
import type { Rule } from "../../../detect/rule.ts";
import { hasDecodedStart, hasEncodedStart } from "../encoded-start.ts";
import { hasTunnelToken } from "../tunnel-token.ts";
import { namedCloudflared, runsTunnel } from "./conditions.ts";

function startsTunnel(column: "RegistryValueData" | "AdditionalFields"): Condition {
	return any(
		namedCloudflared(column),
		hasTunnelToken(column),
		all(
			runsTunnel(column),
			hasFlag(column, "token", "token-file", "credentials-file", "cred-file", "config", "no-autoupdate", "origincert"),
		),
		all(hasWords(column, "tunnel"), hasFlag(column, "url", "hello-world")),
		contains(column, "tunnel run"),
	);
}

/** Events about what Windows starts by itself. */
const startsLater = any(
	equals("ActionType", "ScheduledTaskCreated"),
	equals("ActionType", "ScheduledTaskUpdated"),
	equals("ActionType", "WmiBindEventFilterToConsumer"),
);

/** In a task's XML a word may stand right behind a tag, and a name between two of them. */
const taskStartsTunnel: Condition = any(
	startsTunnel("AdditionalFields"),
	contains("AdditionalFields", "cloudflared"),
	hasEncodedStart("AdditionalFields"),
	hasDecodedStart("AdditionalFields"),
	all(has("AdditionalFields", "tunnel"), hasFlag("AdditionalFields", "url", "hello-world")),
);

/** Keys whose values start with the user or the device, and those of service managers that start any program. */
const startsByItself = any(
	contains("RegistryKey", "\\CurrentVersion\\Run"),
	contains("RegistryKey", "\\CurrentVersion\\Policies\\Explorer\\Run"),
	contains("RegistryKey", "\\CurrentVersion\\Winlogon"),
	contains("RegistryKey", "\\Image File Execution Options\\"),
	contains("RegistryKey", "\\SilentProcessExit\\"),
	contains("RegistryKey", "\\Active Setup\\"),
	endsWith("RegistryKey", "\\Command Processor"),
	endsWith("RegistryKey", "\\command"),
	equals("RegistryValueName", "UserInitMprLogonScript"),
	all(
		endsWith("RegistryKey", "\\Parameters"),
		contains("RegistryKey", "\\Services\\"),
		oneOf("RegistryValueName", "Application", "AppParameters"),
	),
	all(contains("RegistryKey", "\\Services\\"), equals("RegistryValueName", "ImagePath")),
	contains("RegistryKey", "\\Schedule\\TaskCache\\"),
);

export const cloudflaredAutostart: Rule = {
	id: "cloudflared-autostart",
	title: "A tunnel that starts by itself",
	family: "cloudflared",
	severity: "medium",
	set: "recommended",
	attack: ["T1547.001", "T1053.005", "T1543.003", "T1546.003", "T1572"],
	meaning:
		"cloudflared was put where it starts again by itself: a Run key, another key that Windows starts programs from, a service manager's settings, a scheduled task or a WMI subscription. It comes back after every restart.",
	tables: ["DeviceRegistryEvents", "DeviceEvents"],
	when: any(
		all(startsByItself, any(startsTunnel("RegistryValueData"), hasEncodedStart("RegistryValueData"), hasDecodedStart("RegistryValueData"))),
		all(startsLater, taskStartsTunnel),
		all(
			equals("ActionType", "ServiceInstalled"),
			any(startsTunnel("AdditionalFields"), hasEncodedStart("AdditionalFields"), hasDecodedStart("AdditionalFields")),
		),
	),
	runbook: [
		"Read the program and its arguments in RegistryValueData or AdditionalFields: which tunnel, and what does it expose?",
		"Look in DeviceProcessEvents of this device, last 7 days, for that program: did it run already?",
		"Ask the account in InitiatingProcessAccountName why; if nobody answers, remove the entry and isolate the device.",
	],
	falsePositives: ["Administrators who start a tunnel with a service manager: approve its account"],
	references: ["https://attack.mitre.org/techniques/T1547/001/", "https://attack.mitre.org/techniques/T1053/005/"],
	examples: {
		match: [
			{
				RegistryKey: "HKEY_CURRENT_USER\\S-1-5-21-1\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\RunOnce",
				RegistryValueName: "a",
				RegistryValueData: '"C:\\Temp\\cloudflared.exe" tunnel run --token-file C:\\Temp\\t',
			},
			{
				RegistryKey: "HKEY_LOCAL_MACHINE\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Run",
				RegistryValueName: "a",
				RegistryValueData: "C:\\Temp\\a.exe tunnel --config C:\\Temp\\c.yml run",
			},
			{
				RegistryKey: "HKEY_LOCAL_MACHINE\\SYSTEM\\ControlSet001\\Services\\a\\Parameters",
				RegistryValueName: "AppParameters",
				RegistryValueData: "tunnel --config C:\\ProgramData\\c.yml run",
			},
			{
				RegistryKey: "HKEY_LOCAL_MACHINE\\SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion\\Image File Execution Options\\sethc.exe",
				RegistryValueName: "Debugger",
				RegistryValueData: "C:\\ProgramData\\a.exe tunnel --url rdp://localhost:3389",
			},
			{
				RegistryKey: "HKEY_LOCAL_MACHINE\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Run",
				RegistryValueName: "a",
				RegistryValueData: `powershell.exe -w hidden -enc ${Buffer.from("C:\\Temp\\a.exe tunnel run --token-file C:\\Temp\\t", "utf16le").toString("base64")}`,
			},
			{
				RegistryKey: "HKEY_LOCAL_MACHINE\\SYSTEM\\ControlSet001\\Services\\a",
				RegistryValueName: "ImagePath",
				RegistryValueData: "C:\\ProgramData\\a.exe tunnel --url rdp://localhost:3389",
			},
			{
				RegistryKey: "HKEY_CURRENT_USER\\Environment",
				RegistryValueName: "UserInitMprLogonScript",
				RegistryValueData: "C:\\ProgramData\\cloudflared.exe tunnel run",
			},
			{
				ActionType: "ScheduledTaskCreated",
				AdditionalFields:
					'{"TaskName":"\\\\a","TaskContent":"<Exec><Command>C:\\\\Temp\\\\cloudflared.exe</Command><Arguments>tunnel run</Arguments></Exec>"}',
			},
			{
				ActionType: "ServiceInstalled",
				AdditionalFields: '{"ServiceName":"a","ServiceImagePath":"C:\\\\Temp\\\\a.exe tunnel --url rdp://localhost:3389"}',
			},
			{
				ActionType: "WmiBindEventFilterToConsumer",
				AdditionalFields:
					'{"Consumer":"instance of CommandLineEventConsumer { CommandLineTemplate = \\"C:\\\\\\\\Temp\\\\\\\\a.exe tunnel --url rdp://localhost:3389\\"; };"}',
			},
			{
				ActionType: "ScheduledTaskUpdated",
				AdditionalFields:
					'{"TaskName":"\\\\a","TaskContent":"<Exec><Command>C:\\\\Temp\\\\a.exe</Command><Arguments>tunnel --url rdp://localhost:3389</Arguments></Exec>"}',
			},
		],
		ignore: [
			{
				RegistryKey: "HKEY_CURRENT_USER\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Run",
				RegistryValueName: "vpn",
				RegistryValueData: "C:\\Program Files\\Vpn\\vpn.exe --tunnel --run",
			},
			{
				RegistryKey: "HKEY_LOCAL_MACHINE\\SYSTEM\\ControlSet001\\Services\\a\\Parameters",
				RegistryValueName: "AppDirectory",
				RegistryValueData: "C:\\cloudflared",
			},
			{ RegistryKey: "HKEY_CURRENT_USER\\SOFTWARE\\Classes\\a", RegistryValueName: "b", RegistryValueData: "cloudflared.exe" },
			{
				ActionType: "ServiceInstalled",
				AdditionalFields: '{"ServiceName":"vpn","ServiceImagePath":"C:\\\\vpn.exe --tunnel --url https://a"}',
			},
			{ ActionType: "ScheduledTaskCreated", AdditionalFields: '{"TaskName":"\\\\backup","TaskContent":"<Command>backup.exe</Command>"}' },
		],
	},
};
