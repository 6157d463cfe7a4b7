import { expect, test } from "vitest";
import { findingAddress, findingValues, readFinding } from "../../lib/findings/finding-row.ts";
import { sightingColumn } from "../../lib/findings/stored-sighting.ts";
import { writeSighting } from "../../lib/findings/write-sighting.ts";
import type { Sighting } from "../../lib/sighting/sighting.ts";
import { aFinding, aSighting, at, redacted } from "../builders.ts";

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
	later: "variable",
	elsewhere: true,
	program: { ...plain.program, signer: redacted("OsVendor, Valid"), likely: true },
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

test("evidence that repeats a text of the program is stored as where it stands, and reads as before", () => {
	const commandLine = redacted(`cloudflared tunnel run ${"--protocol http2 ".repeat(100)}`);
	const evidence = [
		{ column: "ProcessCommandLine", test: 'has "cloudflared"', value: commandLine },
		{ column: "FileName", test: 'has "cloudflared"', value: plain.program.fileName },
		{ column: "InitiatingProcessFileName", test: 'is "cmd.exe"', value: redacted("cmd.exe") },
	];
	const sighting = {
		...plain,
		program: { ...plain.program, commandLine },
		rules: [{ ...plain.rules[0], id: "r", severity: "high" as const, evidence }],
	};
	const { text } = writeSighting(sighting);

	expect(text.split("--protocol http2").length - 1).toBe(100);
	expect(sightingColumn.parse(text)).toEqual(sighting);
	// As the version before wrote it.
	expect(sightingColumn.parse(JSON.stringify(sighting))).toEqual(sighting);
});

test("a finding whose newest sample is its worst one stores it once, and two where they differ", () => {
	const worst = aSighting({ recordId: "worse", severity: "critical" });
	const [once, twice] = [aFinding({ newest: plain, worst: plain }), aFinding({ newest: plain, worst })].map((finding) => {
		const values = findingValues(finding);
		return { values, read: readFinding({ ...findingAddress(finding.key), values, etag: "1" }).finding };
	});

	expect([once?.values["worst"], typeof twice?.values["worst"]]).toEqual([undefined, "string"]);
	expect(once?.read).toMatchObject({ newest: plain, worst: plain });
	expect(twice?.read).toMatchObject({ newest: plain, worst });
});
