import type { Family } from "../../../lib/families/family.ts";
import { say } from "../../../lib/secrets/redacted.ts";
import type { Invocation } from "../../../lib/sighting/invocation.ts";
import { ngrokTcp } from "./ngrok-tcp.ts";
import { ngrokUsage } from "./ngrok-usage.ts";

/** A second tool, as somebody might add it. Only the tests have it. */
export const ngrok: Family = {
	id: "ngrok",
	rules: [ngrokUsage, ngrokTcp],
	reader: { name: "ngrok", readInvocation, findTunnels: () => [], folders: [] },
	secrets: { flags: ["authtoken"], variables: ["NGROK_AUTHTOKEN"], keys: ["authtoken"], byValue: () => [], byPosition: () => [] },
	words: {
		tool: say`ngrok`,
		tunnels: say`ngrok tunnels`,
		title: ({ exposes }) => (exposes.some((target) => target.class === "rdp") ? say`ngrok tunnel exposing RDP` : say`ngrok seen`),
		modes: { "named-token": say`With an ngrok account` },
		ocsfType: "ngrok_tunnel",
	},
	hunting: 'DeviceProcessEvents\n| where FileName has "ngrok"',
};

function readInvocation(commandLine: string): Invocation | undefined {
	const [, protocol, target] = /ngrok(?:\.exe)?["']?\s+(tcp|http)\s+(\S+)/i.exec(commandLine.slice(0, 8_192)) ?? [];
	if (protocol === undefined || target === undefined) return undefined;
	const address = /^\d+$/.test(target) ? `localhost:${target}` : target;
	return {
		mode: /authtoken/i.test(commandLine) ? "named-token" : "unknown",
		nested: false,
		exposes: [`${protocol}://${address}`],
		hostname: "",
		token: "",
		tokenFile: "",
		flags: [],
		tunnelId: "",
	};
}
