import type { Column } from "../../../defender/tables.ts";
import { all, any, type Condition, contains, endsWith, hasWords, oneOf, startsWith } from "../../../detect/condition.ts";
import type { Rule } from "../../../detect/rule.ts";
import { remoteAdminTarget } from "./conditions.ts";

/** They say which tunnel is run and where it connects. Other programs have a TUNNEL_URL too, so that one must name what an intruder wants. */
const deciding = ["TUNNEL_TOKEN", "TUNNEL_CRED", "TUNNEL_EDGE", "TUNNEL_CACERT"];

function named(test: (column: Column, value: string) => Condition, name: Column, value: Column): Condition {
	return any(...deciding.map((variable) => test(name, variable)), all(test(name, "TUNNEL_URL"), remoteAdminTarget(value)));
}

/** Programs and calls that set a variable for everything started later. */
const setsForLater = any(
	oneOf("FileName", "setx.exe", "nssm.exe", "launchctl", "systemctl"),
	contains("ProcessCommandLine", "setx"),
	contains("ProcessCommandLine", "SetEnvironmentVariable"),
	contains("ProcessCommandLine", "\\Environment"),
);

export const cloudflaredVariableSet: Rule = {
	id: "cloudflared-variable-set",
	title: "Variables of cloudflared set",
	family: "cloudflared",
	severity: "medium",
	set: "recommended",
	attack: ["T1112", "T1572"],
	meaning:
		"A variable that cloudflared reads was set, for one start, for a user or for the whole device: a tunnel takes its token from it, opens what it names or connects where it says, and the tunnel's own command line does not show that.",
	tables: ["DeviceRegistryEvents", "DeviceProcessEvents"],
	when: any(
		all(endsWith("RegistryKey", "\\Environment"), named(startsWith, "RegistryValueName", "RegistryValueData")),
		all(any(setsForLater, hasWords("ProcessCommandLine", "tunnel")), named(contains, "ProcessCommandLine", "ProcessCommandLine")),
	),
	runbook: [
		"Read RegistryValueData or ProcessCommandLine: the Cloudflare account of the token, or the address tunnels are sent to; not yours or not known: treat it as hostile.",
		"Look in DeviceProcessEvents of this device, next 24 h, for cloudflared or a program started with the words tunnel and run.",
		"Remove the variable, and ask the account in InitiatingProcessAccountName why it was set.",
	],
	falsePositives: ["Administrators who hand a tunnel its token this way: approve its account"],
	references: ["https://developers.cloudflare.com/tunnel/advanced/run-parameters/", "https://attack.mitre.org/techniques/T1112/"],
	examples: {
		match: [
			{
				RegistryKey: "HKEY_LOCAL_MACHINE\\SYSTEM\\ControlSet001\\Control\\Session Manager\\Environment",
				RegistryValueName: "TUNNEL_EDGE",
				RegistryValueData: "203.0.113.9:7844",
			},
			{
				RegistryKey: "HKEY_CURRENT_USER\\S-1-5-21-1\\Environment",
				RegistryValueName: "tunnel_token_file",
				RegistryValueData: "C:\\Temp\\t",
			},
			{ FileName: "setx.exe", ProcessCommandLine: "setx TUNNEL_CACERT C:\\ProgramData\\ca.pem /M" },
			{ FileName: "setx.exe", ProcessCommandLine: "setx TUNNEL_URL rdp://localhost:3389" },
			{ FileName: "bash", ProcessCommandLine: 'bash -c "TUNNEL_URL=ssh://localhost:22 /opt/x tunnel"' },
			{ FileName: "launchctl", ProcessCommandLine: "launchctl setenv TUNNEL_EDGE 203.0.113.9:7844" },
			{
				FileName: "powershell.exe",
				ProcessCommandLine: "powershell -c \"[Environment]::SetEnvironmentVariable('TUNNEL_CRED_FILE','C:\\Temp\\c.json','Machine')\"",
			},
			{
				FileName: "reg.exe",
				ProcessCommandLine: "reg add HKCU\\Environment /v TUNNEL_EDGE /d 203.0.113.9:7844",
			},
		],
		ignore: [
			{
				RegistryKey: "HKEY_CURRENT_USER\\S-1-5-21-1\\Environment",
				RegistryValueName: "TUNNEL_URL",
				RegistryValueData: "https://app.example.com",
			},
			{ RegistryKey: "HKEY_CURRENT_USER\\S-1-5-21-1\\Environment", RegistryValueName: "Path", RegistryValueData: "C:\\TUNNEL_TOKEN" },
			{ RegistryKey: "HKEY_CURRENT_USER\\SOFTWARE\\a", RegistryValueName: "TUNNEL_EDGE", RegistryValueData: "203.0.113.9:7844" },
			{ FileName: "setx.exe", ProcessCommandLine: "setx TUNNEL_URL https://app.example.com" },
			{ FileName: "node.exe", ProcessCommandLine: "node app.js --env TUNNEL_EDGE" },
		],
	},
};
