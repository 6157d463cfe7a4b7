import type { Rule } from "../../../detect/rule.ts";
import { stateOfTunnel } from "./conditions.ts";

export const cloudflaredLocalState: Rule = {
	id: "cloudflared-local-state",
	title: "Tunnel credentials or settings written",
	family: "cloudflared",
	severity: "low",
	set: "all",
	attack: ["T1572"],
	meaning: "A certificate, a token, credentials or the settings of a tunnel were written to disk: somebody set a tunnel up on this device.",
	tables: ["DeviceFileEvents"],
	when: stateOfTunnel,
	runbook: [
		"Read the file at FolderPath: config.yml names the tunnel and what it exposes; the name of a .json file is the tunnel's id.",
		"Look in DeviceProcessEvents of this device, 1 h around, for cloudflared in FileName.",
	],
	falsePositives: ["Normal set-up of a tunnel"],
	references: ["https://attack.mitre.org/techniques/T1572/"],
	examples: {
		match: [
			{ FileName: "token", FolderPath: "C:\\ProgramData\\cloudflared\\token", InitiatingProcessFileName: "cloudflared.exe" },
			{
				FileName: "6f2b8c1e-4d3a-4b7f-9e10-2a5c7d9e1f30.json",
				FolderPath: "C:\\Users\\ana\\.cloudflared\\6f2b8c1e-4d3a-4b7f-9e10-2a5c7d9e1f30.json",
			},
			{ FileName: "config.yml", FolderPath: "/etc/cloudflared/config.yml" },
		],
		ignore: [
			{ FileName: "cloudflared.log", FolderPath: "C:\\ProgramData\\cloudflared\\cloudflared.log" },
			{ FileName: "token", FolderPath: "C:\\ProgramData\\other\\token" },
			{ FileName: "config.yml", FolderPath: "/etc/cloudflared.d/config.yml" },
		],
	},
};
