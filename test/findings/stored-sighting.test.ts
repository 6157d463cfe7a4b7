import { expect, test } from "vitest";
import { sightingColumn, writeSighting } from "../../lib/findings/stored-sighting.ts";
import type { Sighting } from "../../lib/sighting/sighting.ts";
import { aSighting, at, redacted } from "../builders.ts";

const plain = aSighting();
const everything: Sighting = {
	...plain,
	device: {
		...plain.device,
		facts: {
			os: redacted("WindowsServer2022"),
			kind: "server",
			publicIp: redacted("192.0.2.7"),
			addresses: [redacted("198.51.100.4")],
			users: [redacted("CORP\\ana")],
			exposure: redacted("High"),
			internetFacing: true,
		},
	},
	exportedAt: at("21T19:38:00"),
	severityReason: redacted("a quick tunnel on a server"),
	otherTunnels: [{ account: "00".repeat(16), tunnelId: "", endpoint: "fed", fingerprint: "" }],
	tokenFile: redacted("C:\\ProgramData\\cloudflared\\token"),
	flags: ["no-autoupdate"],
	program: { ...plain.program, signer: redacted("OsVendor, Valid") },
	prevalence: { account: { devices: 2, since: at("01T00:00:00") }, binary: { devices: 1, since: at("21T19:36:04.008") } },
};

test.each([
	["with everything that can be known", everything],
	["with hardly anything", { ...plain, tunnel: undefined }],
])("a sighting %s is read back as it was stored", (_name, sighting) => {
	const { text, dropped } = writeSighting(sighting);
	expect(dropped).toBe(0);
	expect(sightingColumn.parse(text)).toEqual(sighting);
});

test("however long its texts and lists are, it fits into a column, and what was left out is counted", () => {
	const long = redacted("\u{1F4A5}".repeat(8_000));
	const { text, dropped } = writeSighting({
		...everything,
		device: { ...everything.device, name: long, group: long },
		program: { ...everything.program, commandLine: long, path: long, chain: Array.from({ length: 500 }, () => long) },
		exposes: Array.from({ length: 500 }, () => ({ text: long, class: "other" as const })),
	});
	expect(text.length).toBeLessThanOrEqual(32_768);
	expect(dropped).toBeGreaterThan(900);
	expect(sightingColumn.safeParse(text).success).toBe(true);
});
