import { all, any, type Condition, contains, equals, not, oneOf } from "../../../detect/condition.ts";
import type { Rule } from "../../../detect/rule.ts";
import { eventSourceOfCloudflared, namedCloudflared, runsTunnel, serviceOfCloudflared } from "./conditions.ts";

/** Variables that say which tunnel a service runs, what it serves and where it connects, in place of its arguments. */
const decidedByVariables: Condition = all(
	oneOf("RegistryValueName", "Environment", "AppEnvironment", "AppEnvironmentExtra"),
	any(
		...["TUNNEL_TOKEN", "TUNNEL_CRED", "TUNNEL_URL", "TUNNEL_NAME", "TUNNEL_EDGE", "TUNNEL_CACERT"].map((variable) =>
			contains("RegistryValueData", variable),
		),
	),
);

export const cloudflaredServiceRegistry: Rule = {
	id: "cloudflared-service-registry",
	title: "cloudflared registered as a service",
	family: "cloudflared",
	severity: "medium",
	set: "recommended",
	attack: ["T1543.003", "T1572"],
	meaning:
		"A tunnel was made a Windows service, or variables were set that its service reads: it starts with the device, runs as SYSTEM and survives a change of every password.",
	tables: ["DeviceRegistryEvents"],
	when: any(
		all(serviceOfCloudflared, equals("RegistryValueName", "ImagePath")),
		all(equals("RegistryValueName", "ImagePath"), any(namedCloudflared("RegistryValueData"), runsTunnel("RegistryValueData"))),
		all(eventSourceOfCloudflared, not(namedCloudflared("InitiatingProcessFileName"))),
		decidedByVariables,
	),
	runbook: [
		"Read RegistryValueData: the program, its folder, and the token, token file or variables it starts with.",
		"Compare the Cloudflare account and tunnel with your own; not yours or not known: treat it as hostile.",
		'Look in DeviceProcessEvents of this device, 1 h before, for "service install" in ProcessCommandLine: who ran it?',
	],
	falsePositives: ["Installation by your own IT: approve its account"],
	references: ["https://attack.mitre.org/techniques/T1543/003/", "https://attack.mitre.org/techniques/T1572/"],
	examples: {
		match: [
			{
				InitiatingProcessFileName: "services.exe",
				RegistryKey: "HKEY_LOCAL_MACHINE\\SYSTEM\\ControlSet001\\Services\\Cloudflared",
				RegistryValueName: "ImagePath",
				RegistryValueData: '"C:\\Program Files\\cloudflared\\cloudflared.exe" tunnel run --token-file C:\\ProgramData\\cloudflared\\token',
			},
			{
				RegistryKey: "HKEY_LOCAL_MACHINE\\SYSTEM\\ControlSet001\\Services\\WinUpd",
				RegistryValueName: "ImagePath",
				RegistryValueData: "C:\\ProgramData\\upd.exe tunnel run",
			},
			{
				InitiatingProcessFileName: "x.exe",
				RegistryKey: "HKEY_LOCAL_MACHINE\\SYSTEM\\ControlSet001\\Services\\EventLog\\Application\\Cloudflared",
				RegistryValueName: "EventMessageFile",
			},
			{
				RegistryKey: "HKEY_LOCAL_MACHINE\\SYSTEM\\ControlSet001\\Services\\Cloudflared",
				RegistryValueName: "Environment",
				RegistryValueData: "TUNNEL_CACERT=C:\\ProgramData\\ca.pem",
			},
			{
				RegistryKey: "HKEY_LOCAL_MACHINE\\SYSTEM\\ControlSet001\\Services\\upd\\Parameters",
				RegistryValueName: "AppEnvironmentExtra",
				RegistryValueData: "TUNNEL_URL=rdp://localhost:3389",
			},
		],
		ignore: [
			{
				RegistryKey: "HKEY_LOCAL_MACHINE\\SYSTEM\\ControlSet001\\Services\\Cloudflared",
				RegistryValueName: "Environment",
				RegistryValueData: "HTTPS_PROXY=http://proxy.example.com:3128",
			},
			{
				RegistryKey: "HKEY_LOCAL_MACHINE\\SYSTEM\\ControlSet001\\Services\\x",
				RegistryValueName: "Description",
				RegistryValueData: "TUNNEL_URL",
			},
			{
				InitiatingProcessFileName: "cloudflared.exe",
				RegistryKey: "HKEY_LOCAL_MACHINE\\SYSTEM\\ControlSet001\\Services\\EventLog\\Application\\Cloudflared",
				RegistryValueName: "EventMessageFile",
			},
			{ RegistryKey: "HKEY_LOCAL_MACHINE\\SYSTEM\\ControlSet001\\Services\\Cloudflared", RegistryValueName: "Start" },
			{
				RegistryKey: "HKEY_LOCAL_MACHINE\\SYSTEM\\ControlSet001\\Services\\NotCloudflared",
				RegistryValueName: "ImagePath",
				RegistryValueData: "C:\\x\\y.exe",
			},
			{},
		],
	},
};
