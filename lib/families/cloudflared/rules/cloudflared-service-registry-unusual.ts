import { all, any, equals, not } from "../../../detect/condition.ts";
import type { Rule } from "../../../detect/rule.ts";
import {
	eventSourceOfCloudflared,
	inStandardFolder,
	knownProcess,
	namedCloudflared,
	runsTunnel,
	serviceOfCloudflared,
} from "./conditions.ts";

export const cloudflaredServiceRegistryUnusual: Rule = {
	id: "cloudflared-service-registry-unusual",
	title: "Service runs a hidden or portable cloudflared",
	family: "cloudflared",
	severity: "high",
	set: "recommended",
	attack: ["T1543.003", "T1572", "T1036.005"],
	meaning:
		"A tunnel was made a Windows service from a program that is renamed or lies outside the installer's folders. Installers do not do that.",
	tables: ["DeviceRegistryEvents"],
	when: any(
		all(
			equals("RegistryValueName", "ImagePath"),
			not(equals("RegistryValueData", "")),
			any(serviceOfCloudflared, namedCloudflared("RegistryValueData"), runsTunnel("RegistryValueData")),
			not(inStandardFolder("RegistryValueData")),
		),
		all(eventSourceOfCloudflared, knownProcess, not(namedCloudflared("InitiatingProcessFileName"))),
	),
	runbook: [
		"Isolate the device if nobody answers for the service within 30 minutes.",
		"Read RegistryValueData and take the program it names as evidence before anything is removed.",
		"Look in DeviceFileEvents of this device, 7 days before, for that path in FolderPath: who wrote it, and from which FileOriginUrl.",
	],
	falsePositives: ["Package managers and administrators who keep the program elsewhere, such as C:\\Cloudflared\\bin"],
	references: ["https://attack.mitre.org/techniques/T1543/003/", "https://attack.mitre.org/techniques/T1036/005/"],
	examples: {
		match: [
			{
				RegistryKey: "HKEY_LOCAL_MACHINE\\SYSTEM\\ControlSet001\\Services\\Cloudflared",
				RegistryValueName: "ImagePath",
				RegistryValueData: "C:\\ProgramData\\svc.exe",
			},
			{
				RegistryKey: "HKEY_LOCAL_MACHINE\\SYSTEM\\ControlSet001\\Services\\WinUpd",
				RegistryValueName: "ImagePath",
				RegistryValueData: "C:\\ProgramData\\upd.exe tunnel run",
			},
			{
				RegistryKey: "HKEY_LOCAL_MACHINE\\SYSTEM\\ControlSet001\\Services\\x",
				RegistryValueName: "ImagePath",
				RegistryValueData: "C:\\Users\\Public\\cloudflared.exe tunnel run",
			},
			{
				InitiatingProcessFileName: "x.exe",
				RegistryKey: "HKEY_LOCAL_MACHINE\\SYSTEM\\ControlSet001\\Services\\EventLog\\Application\\Cloudflared",
			},
		],
		ignore: [
			{
				RegistryKey: "HKEY_LOCAL_MACHINE\\SYSTEM\\ControlSet001\\Services\\Cloudflared",
				RegistryValueName: "ImagePath",
				RegistryValueData: '"C:\\Program Files (x86)\\cloudflared\\cloudflared.exe" tunnel run',
			},
			{
				RegistryKey: "HKEY_LOCAL_MACHINE\\SYSTEM\\ControlSet001\\Services\\Cloudflared",
				RegistryValueName: "ImagePath",
				RegistryValueData: "",
			},
			{ RegistryKey: "HKEY_LOCAL_MACHINE\\SYSTEM\\ControlSet001\\Services\\EventLog\\Application\\Cloudflared" },
			{
				RegistryKey: "HKEY_LOCAL_MACHINE\\SYSTEM\\ControlSet001\\Services\\x",
				RegistryValueName: "Description",
				RegistryValueData: "C:\\Users\\Public\\cloudflared.exe",
			},
		],
	},
};
