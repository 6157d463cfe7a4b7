import type { DefenderRecord } from "../../../lib/defender/record.ts";
import type { Family } from "../../../lib/families/family.ts";
import { redactedText } from "../../../lib/secrets/redacted.ts";
import { blankReading } from "../../../lib/sighting/blank-reading.ts";
import { columnText } from "../../../lib/sighting/column-text.ts";
import type { Identified } from "../../../lib/sighting/reading.ts";
import { targetClass } from "../../../lib/sighting/targets.ts";
import { ngrokTcp } from "./ngrok-tcp.ts";
import { ngrokUsage } from "./ngrok-usage.ts";

/** A second tool, as somebody might add it. Only the tests have it. */
export const ngrok: Family = {
	id: "ngrok",
	rules: [ngrokUsage, ngrokTcp],
	reader: { identify, folders: [] },
	secrets: { flags: ["authtoken"], variables: ["NGROK_AUTHTOKEN"], keys: ["authtoken"], byValue: () => [], byPosition: () => [] },
	words: {
		tool: redactedText`ngrok`,
		service: redactedText`ngrok`,
		tunnels: redactedText`ngrok tunnels`,
		withoutAccount: {},
		steps: {
			findAccount: { "named-token": "Ask the agent on {device} for its account: {program} config check." },
			exposedCredential: {},
		},
		title: ({ exposes }) =>
			exposes.some((target) => target.class === "rdp") ? redactedText`ngrok tunnel exposing RDP` : redactedText`ngrok seen`,
		modes: { "named-token": redactedText`With an ngrok account` },
		ocsfType: "ngrok_tunnel",
	},
	hunting: 'DeviceProcessEvents\n| where FileName has "ngrok"',
};

function identify(record: DefenderRecord): Identified {
	const commandLine = columnText(record, "ProcessCommandLine");
	const [, protocol, target = ""] = /ngrok(?:\.exe)?["']?\s+(tcp|http)\s+(\S+)/i.exec(commandLine.slice(0, 8_192)) ?? [];
	const exposes = protocol === undefined ? [] : [`${protocol}://${/^\d+$/.test(target) ? `localhost:${target}` : target}`];
	const mode = /authtoken/i.test(commandLine) ? "named-token" : "unknown";
	return {
		subject: "own",
		commandLine,
		image: columnText(record, "FolderPath"),
		starter: "",
		launcher: "",
		tokenFile: "",
		tunnelId: "",
		hostname: "",
		exposes,
		flags: [],
		reading: /--disguised/.test(commandLine)
			? { ...blankReading, mode: "named-token", exposes: [], kind: "renamed", inner: "renamed", certain: true }
			: { ...blankReading, mode, exposes: exposes.map(targetClass) },
	};
}
