import { all, equals, oneOf } from "../../../detect/condition.ts";
import type { Rule } from "../../../detect/rule.ts";

export const loopbackRdpLogon: Rule = {
	id: "loopback-rdp-logon",
	title: "RDP logon from the device itself",
	family: "cloudflared",
	severity: "high",
	set: "all",
	attack: ["T1021.001", "T1572"],
	meaning: "Somebody logged on by RDP from the device's own address. People do not do that; it is what RDP through a tunnel looks like.",
	tables: ["DeviceLogonEvents"],
	// Only LogonSuccess: with the tunnel open to the internet, failed attempts would be noise.
	when: all(
		equals("ActionType", "LogonSuccess"),
		equals("LogonType", "RemoteInteractive"),
		oneOf("RemoteIP", "127.0.0.1", "::1", "::ffff:127.0.0.1"),
	),
	runbook: [
		"Disable or reset the account in AccountName if its owner did not log on.",
		"Look in DeviceNetworkEvents of this device, 1 h before, for connections to port 3389 from 127.0.0.1: InitiatingProcessFileName is the tunnel.",
	],
	falsePositives: ["SSH port forwards, brokers of virtual desktops"],
	references: ["https://attack.mitre.org/techniques/T1021/001/", "https://www.cisa.gov/news-events/cybersecurity-advisories/aa25-071a"],
	examples: {
		match: [
			{ ActionType: "LogonSuccess", LogonType: "RemoteInteractive", RemoteIP: "127.0.0.1" },
			{ ActionType: "LogonSuccess", LogonType: "RemoteInteractive", RemoteIP: "::1" },
			{ ActionType: "LogonSuccess", LogonType: "RemoteInteractive", RemoteIP: "::FFFF:127.0.0.1" },
		],
		ignore: [
			{ ActionType: "LogonFailed", LogonType: "RemoteInteractive", RemoteIP: "127.0.0.1" },
			{ ActionType: "LogonSuccess", LogonType: "Network", RemoteIP: "127.0.0.1" },
			{ ActionType: "LogonSuccess", LogonType: "RemoteInteractive", RemoteIP: "10.1.2.3" },
			{},
		],
	},
};
