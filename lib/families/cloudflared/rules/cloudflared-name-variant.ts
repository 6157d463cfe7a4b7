import { unionTables } from "../../../defender/tables.ts";
import { all, any, contains, not, startsWith } from "../../../detect/condition.ts";
import type { Rule } from "../../../detect/rule.ts";
import { namedCloudflared } from "./conditions.ts";

export const cloudflaredNameVariant: Rule = {
	id: "cloudflared-name-variant",
	title: "A name made of cloudflared",
	family: "cloudflared",
	severity: "medium",
	set: "recommended",
	attack: ["T1036.005"],
	meaning:
		"A program whose name only contains cloudflared, such as cloudflared2.exe. The base rules demand the whole word, so this is how to slip past them.",
	tables: unionTables,
	when: any(
		all(
			contains("FileName", "cloudflared"),
			not(namedCloudflared("FileName")),
			not(contains("FileName", "cloudflareddns")),
			not(startsWith("FileName", "lib")),
		),
		all(
			contains("InitiatingProcessFileName", "cloudflared"),
			not(namedCloudflared("InitiatingProcessFileName")),
			not(contains("InitiatingProcessFileName", "cloudflareddns")),
			not(startsWith("InitiatingProcessFileName", "lib")),
		),
	),
	runbook: [
		"Look up SHA256 of the program: is it a build of cloudflared?",
		"Look in DeviceNetworkEvents of this device, last 24 h, for RemotePort 7844 by the same InitiatingProcessSHA1.",
	],
	falsePositives: ["Other products with cloudflared in their name"],
	references: ["https://attack.mitre.org/techniques/T1036/005/"],
	examples: {
		match: [{ FileName: "cloudflared2.exe" }, { FileName: "xcloudflared.exe" }, { InitiatingProcessFileName: "mycloudflared64" }],
		ignore: [
			{ FileName: "cloudflared.exe" },
			{ FileName: "libcloudflared.so" },
			{ FileName: "cloudflareddns.exe" },
			{ FileName: "my_cloudflared.exe" },
		],
	},
};
