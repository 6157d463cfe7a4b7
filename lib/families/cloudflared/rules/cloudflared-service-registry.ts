import { all, any, equals, not } from "../../../detect/condition.ts";
import type { Rule } from "../../../detect/rule.ts";
import { eventSourceOfCloudflared, namedCloudflared, runsTunnel, serviceOfCloudflared } from "./conditions.ts";

export const cloudflaredServiceRegistry: Rule = {
	id: "cloudflared-service-registry",
	title: "cloudflared registered as a service",
	family: "cloudflared",
	severity: "medium",
	set: "recommended",
	attack: ["T1543.003", "T1572"],
	meaning: "A tunnel was made a Windows service: it starts with the device, runs as SYSTEM and survives a change of every password.",
	tables: ["DeviceRegistryEvents"],
	when: any(
		all(serviceOfCloudflared, equals("RegistryValueName", "ImagePath")),
		all(equals("RegistryValueName", "ImagePath"), any(namedCloudflared("RegistryValueData"), runsTunnel("RegistryValueData"))),
		all(eventSourceOfCloudflared, not(namedCloudflared("InitiatingProcessFileName"))),
	),
	runbook: [
		"Read RegistryValueData: the program, its folder, and the token or token file it starts with.",
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
		],
		ignore: [
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
