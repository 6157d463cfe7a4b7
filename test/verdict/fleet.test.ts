import { describe, expect, test } from "vitest";
import { redact } from "../../lib/families/redact.ts";
import type { Reading } from "../../lib/sighting/reading.ts";
import type { Sighting } from "../../lib/sighting/sighting.ts";
import { readApprovals } from "../../lib/verdict/approvals.ts";
import { fleetFit } from "../../lib/verdict/fleet.ts";
import { judge } from "../../lib/verdict/judge.ts";
import { plainReading } from "../../lib/verdict/plain-reading.ts";
import type { Remembered } from "../../lib/verdict/remembered.ts";
import { aSighting, at, redacted } from "../builders.ts";

const now = at("21T20:00:00");
const path = "C:\\Program Files\\cloudflared\\cloudflared.exe";
const program = { ...aSighting().program, folderClass: "standard" as const, path: redacted(path), signer: redacted("Cloudflare, Valid") };
const fleet = { deviceGroup: "Finance", path, sha1: program.sha1, owner: "net", reason: "branches", until: "2027-06-30" };
const account = "9f86d081884c7d659a2feaa0c55ad015";
const tunnel = { account, tunnelId: "6ff42ae2-765d-4adf-8112-31c55c1551ef", endpoint: "", fingerprint: "" };

function judged(
	entries: readonly object[],
	reading: Partial<Reading> = {},
	change: Partial<Sighting> = {},
	remembered: readonly Remembered[] = [],
): Sighting {
	const read = readApprovals(JSON.stringify({ approvals: entries }), now);
	if (!read.ok) throw new Error(read.mistakes.join());
	const sighting = aSighting({ program, mode: "named-token-file", tunnel: undefined, ...change });
	const installed: Partial<Reading> = { folderClass: "standard", tokenFile: "default", byServiceManager: true };
	return judge(
		{ ...sighting, reading: { ...plainReading(sighting), ...installed, ...reading } },
		{ approvals: read.approvals, remembered, device: undefined, firstInTenant: undefined, now, redact },
	);
}

describe("a connector of a managed fleet", () => {
	test("is counted and not told when group, path and hash are approved", () => {
		expect(judged([fleet])).toMatchObject({ severity: "info", quiet: "connector", ownership: { verdict: "cannot-tell" } });
	});

	test("is told again once the approval has ended", () => {
		expect(judged([{ ...fleet, until: "2026-11-20" }])).not.toHaveProperty("quiet");
	});

	test("and with a valid signer in place of the hash", () => {
		const { sha1: _, ...unhashed } = fleet;
		expect(judged([{ ...unhashed, signer: "Cloudflare" }])).toMatchObject({ quiet: "connector" });
		expect(judged([{ ...unhashed, signer: "Another" }])).not.toHaveProperty("quiet");
	});

	test.each<readonly [string, Partial<Reading>, Partial<Sighting>, string]>([
		["another hash", {}, { program: { ...program, sha1: "00".repeat(20) } }, "its hash or signer is another"],
		["another token file", { tokenFile: "other" }, {}, "it reads its token, credentials or settings from another file"],
		["settings elsewhere", { config: "open" }, {}, "it reads its token, credentials or settings from another file"],
	])("is told with %s, and which part differs", (_, reading, change, differs) => {
		const sighting = judged([{ name: "Branches", ...fleet }], reading, change);
		expect(sighting.severity).toBe("medium");
		expect(sighting.ownership.reason).toBe(`Not the approved connector Branches: ${differs}.`);
	});

	test.each<readonly [string, Partial<Reading>, Partial<Sighting>]>([
		["started by hand", { byServiceManager: false, byShell: true }, {}],
		["in another group", {}, { device: { ...aSighting().device, group: redacted("Sales") } }],
		["at another path", {}, { program: { ...program, path: redacted("C:\\x\\cloudflared.exe") } }],
		["as a quick tunnel", { mode: "quick" }, {}],
		["under another name", { kind: "renamed", inner: "renamed" }, {}],
		["with another edge", { detours: ["edge"] }, {}],
		["with RDP", { exposes: ["rdp"] }, {}],
	])("is told when it is %s", (_, reading, change) => {
		expect(judged([fleet], reading, change)).not.toHaveProperty("quiet");
	});

	test("is not ours with a foreign token, whatever is approved of the fleet", () => {
		const claims = [{ tunnel, place: "given" as const }];
		const other = { account: "ab".repeat(16), tunnels: [tunnel.tunnelId], owner: "a", reason: "b", until: "2027-06-30" };
		expect(judged([fleet, other], { claims })).toMatchObject({ severity: "high", ownership: { verdict: "not-ours" } });
	});
});

describe("memory", () => {
	const approved = { account, tunnels: [tunnel.tunnelId], owner: "a", reason: "b", until: "2027-06-30" };
	const install: Remembered = {
		tunnel,
		at: at("21T06:00:00"),
		sha1: program.sha1,
		sha256: program.sha256,
		path: program.path,
		folderClass: "standard",
		approvedInstall: true,
	};

	test("counts the connector that an approved installation set up on this device, and is never ours", () => {
		expect(judged([approved], {}, {}, [install])).toMatchObject({
			quiet: "connector",
			severity: "info",
			ownership: { verdict: "cannot-tell" },
		});
	});

	test.each<readonly [string, Partial<Reading>, Partial<Sighting>, Partial<Remembered>]>([
		["another file", {}, { program: { ...program, sha1: "00".repeat(20), sha256: "" } }, {}],
		["another path", {}, { program: { ...program, path: redacted("D:\\cloudflared.exe") } }, {}],
		["another token file", { tokenFile: "open" }, {}, {}],
		["no service", { byServiceManager: false }, {}, {}],
		["a start that was no installation", {}, {}, { approvedInstall: false }],
		["another account since", {}, {}, { tunnel: { ...tunnel, account: "ee".repeat(16) } }],
	])("tells of %s all the same", (_, reading, change, earlier) => {
		expect(judged([approved], reading, change, [{ ...install, ...earlier }])).not.toHaveProperty("quiet");
	});

	test("lowers one step for the same file, and never below low", () => {
		const ran = { ...install, approvedInstall: false };
		expect(judged([approved], { byServiceManager: true, tokenFile: "other" }, { severity: "medium" }, [ran]).severity).toBe("medium");
		expect(judged([approved], {}, { severity: "medium" }, [ran]).severity).toBe("low");
		expect(judged([approved], {}, { severity: "low" }, [ran]).severity).toBe("low");
	});
});

test("an approval without an account speaks for a device while it holds, and not once it has ended", () => {
	const weak = { deviceName: "fin-lt-0142.corp.example.com", owner: "platform team", reason: "remote access" };

	expect(judged([{ ...weak, until: "2026-11-21" }]).severityReason).toContain("of platform team: remote access");
	expect(judged([{ ...weak, until: "2026-11-20" }]).severityReason).not.toContain("platform team");
});

test("its service was last started with arguments of its own: that says nothing about what its registry entry holds", () => {
	const read = readApprovals(JSON.stringify({ approvals: [fleet] }), now);
	if (!read.ok) throw new Error(read.mistakes.join());
	const sighting = aSighting({ program, mode: "named-token-file", tunnel: undefined });
	const installed = { ...plainReading(sighting), folderClass: "standard", tokenFile: "default", byServiceManager: true } as const;
	const started = { at: at("21T19:00:00"), kind: "started-with-arguments", approved: false } as const;
	const fitOf = (registry: boolean) => fleetFit(sighting, { ...installed, registry }, read.approvals, now, [started]).fit;

	expect([fitOf(true), fitOf(false)]).toEqual(["registry", "none"]);
});

test("a fleet that names a user is approved for that user alone, in any case", () => {
	const change = { program: { ...program, user: redacted("CONTOSO\\svc") } };

	expect(judged([{ ...fleet, user: "contoso\\SVC" }], {}, change)).toMatchObject({ quiet: "connector" });
	expect(judged([{ ...fleet, user: "contoso\\other" }], {}, change)).not.toHaveProperty("quiet");
});

describe("what a device showed before", () => {
	const approved = { account, tunnels: [tunnel.tunnelId], owner: "net", reason: "portal", until: "2027-06-30" };
	const installation: Remembered = { tunnel, at: at("21T19:50:00"), path: redacted(path.toUpperCase()), approvedInstall: true };
	const ran: Remembered = { tunnel, at: at("21T19:50:00"), path: redacted(path), sha1: program.sha1 };
	const foreign: Remembered = { ...ran, tunnel: { ...tunnel, account: "ee".repeat(16) } };
	const lowered = "this device ran an approved tunnel from the same file before";
	const rowOf = (seenAt: Date) => judged([approved], {}, { mode: "unknown", at: seenAt }, [installation]);
	const judgedAfter = (remembered: readonly Remembered[], reading: Partial<Reading> = {}) => judged([approved], reading, {}, remembered);

	test("an approved installation's own rows are passed over for ten minutes, and no longer", () => {
		expect(rowOf(at("21T20:00:00"))).toMatchObject({ quiet: "connector" });
		expect(rowOf(at("21T20:00:00.001"))).not.toHaveProperty("quiet");
	});

	test("the newest tunnel counts, whatever was approved before it", () => {
		expect(judgedAfter([foreign, ran]).severityReason).toContain(lowered);
		expect(judgedAfter([ran, foreign]).severityReason).not.toContain(lowered);
	});

	test("an approved installation's connector that reads credentials as well is told", () => {
		expect(judgedAfter([{ ...installation, sha1: program.sha1 }])).toMatchObject({ quiet: "connector" });
		expect(judgedAfter([{ ...installation, sha1: program.sha1 }], { credentialsFile: "other" })).not.toHaveProperty("quiet");
	});

	test("the same path is the same program only with a hash that both rows have", () => {
		const { sha1: _, ...unhashed } = ran;
		expect(judgedAfter([{ ...unhashed, sha1: "00".repeat(20) }]).severityReason).not.toContain(lowered);
		expect(judgedAfter([unhashed]).severityReason).not.toContain(lowered);
	});
});
