import { readFileSync } from "node:fs";
import { Ajv2020 } from "ajv/dist/2020.js";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import * as z from "zod";
import { type ApprovalsRead, approvalsFile, approvalWarnings, readApprovals } from "../../lib/verdict/approvals.ts";
import { at } from "../builders.ts";
import { account, token, tunnelId } from "../families/cloudflared/tokens.ts";

const now = at("21T12:00:00");
const signed = { owner: "platform team", reason: "remote access for Corp-IT", until: "2027-06-30" };
const strong = { account, tunnels: [tunnelId], ...signed };

function read(...approvals: readonly unknown[]): ApprovalsRead {
	return readApprovals(JSON.stringify({ approvals }), now);
}

function warningsOf(...approvals: readonly unknown[]): readonly string[] {
	const result = read(...approvals);
	return result.ok ? result.warnings : ["not read"];
}

describe("an approvals file", () => {
	test("lists an account with its tunnels, whatever the case", () => {
		const result = read({ ...strong, account: account.toUpperCase(), tunnels: [tunnelId.toUpperCase()], name: "Corp-IT" });

		expect(result).toMatchObject({ ok: true, approvals: [{ number: 1, label: "Corp-IT", account, tunnels: [tunnelId] }], warnings: [] });
	});

	test("may be empty, and may name its schema", () => {
		expect(readApprovals('\uFEFF{"$schema":"approvals.schema.json","approvals":[]}', now)).toEqual({
			ok: true,
			approvals: [],
			warnings: [],
		});
	});

	test("holds through its last day, UTC", () => {
		expect(readApprovals(JSON.stringify({ approvals: [{ ...strong, until: "2026-11-21" }] }), at("21T23:59:59"))).toMatchObject({
			warnings: [],
		});
		expect(readApprovals(JSON.stringify({ approvals: [{ ...strong, until: "2026-11-21" }] }), at("22T00:00:00"))).toMatchObject({
			warnings: ["approvals[0] ended on 2026-11-21: renew or remove it"],
		});
	});

	test("shows no secret that somebody wrote into it", () => {
		expect(JSON.stringify(read({ ...strong, reason: `token ${token}` }))).not.toContain(token);
	});
});

describe("every mistake is named, with its place and without the value", () => {
	test.each([
		["{", ["the file is not JSON: see line 1 column 2"]],
		["", ["the file is empty"]],
		[" \r\n", ["the file is empty"]],
		['{"approvals": [ // ours', ["the file is not JSON: look for a comment, a comma before ] or }, or another encoding than UTF-8"]],
		[`{"approvals": [${"1,".repeat(1_000)}1]}`, expect.arrayContaining(["approvals: must have at most 1000 entries"])],
		["[]", ["the file: must be an object: { … }"]],
		["null", ["the file: must be an object: { … }"]],
		["{}", ["approvals: is missing"]],
		['{"approvals": 5}', ["approvals: must be a list: [ … ]"]],
	])("%s", (json, mistakes) => {
		expect(readApprovals(json, now)).toEqual({ ok: false, mistakes });
	});

	test.each([
		[
			"an account that is none",
			{ ...strong, account: "9f86d0" },
			"approvals[0].account: must be an account tag: 32 hexadecimal characters",
		],
		["a tunnel that is none", { ...strong, tunnels: ["web"] }, "approvals[0].tunnels[0]: must be a tunnel id: a UUID"],
		[
			"an account without tunnels",
			{ account, ...signed },
			'approvals[0].tunnels: an account needs its tunnels, and tunnels need their account: list the tunnel ids, or write "any"',
		],
		[
			"tunnels without an account",
			{ tunnels: "any", device: "srv-01", ...signed },
			'approvals[0].tunnels: an account needs its tunnels, and tunnels need their account: list the tunnel ids, or write "any"',
		],
		["nothing to approve", signed, "approvals[0]: says nothing that could be approved"],
		["no end", { account, tunnels: "any", owner: "x", reason: "y" }, "approvals[0].until: must be a date: YYYY-MM-DD"],
		["no such day", { ...strong, until: "2027-02-30" }, "approvals[0].until: must be a date: YYYY-MM-DD"],
		[
			"no owner",
			{ account, tunnels: ["6ff42ae2-765d-4adf-8112-31c55c1551ef"], reason: "y", until: "2027-01-01" },
			"approvals[0].owner: is missing",
		],
		["an owner that is none", { ...strong, owner: 5 }, "approvals[0].owner: must be text"],
		["an answer that is none", { ...strong, shared: "no" }, "approvals[0].shared: must be true or false"],
		["an empty owner", { ...strong, owner: " " }, "approvals[0].owner: must not be empty"],
		["a misspelt member", { ...strong, untill: "2027-01-01" }, "approvals[0]: does not know untill"],
		["a hash that is none", { sha256: "abc", ...signed }, "approvals[0].sha256: must be a SHA-256: 64 hexadecimal characters"],
	])("%s", (_, approval, mistake) => {
		expect(read(approval)).toEqual({ ok: false, mistakes: [mistake] });
	});

	test("all at once", () => {
		const result = read({ ...strong, account: "x" }, { ...strong, until: "soon" });

		expect(result.ok ? [] : result.mistakes).toEqual([
			"approvals[0].account: must be an account tag: 32 hexadecimal characters",
			"approvals[1].until: must be a date: YYYY-MM-DD",
		]);
	});

	test("a syntax error does not repeat the file", () => {
		expect(JSON.stringify(readApprovals(`{"approvals": [${token}]}`, now))).not.toContain(token.slice(0, 10));
	});
});

describe("warnings", () => {
	test.each([
		["sha256", "a".repeat(64)],
		["sha1", "a".repeat(40)],
		["signer", "x"],
		["path", "x"],
		["device", "a".repeat(40)],
		["deviceName", "x"],
		["deviceGroup", "x"],
		["user", "x"],
	])("an entry with a %s only is weak", (condition, value) => {
		expect(warningsOf({ [condition]: value, ...signed })).toEqual([
			"approvals[0] is weak: it names no account, so it only lowers the severity one step",
		]);
	});

	test("any tunnel of an account is warned about, and does not count until the entry says that nobody else uses it", () => {
		const any = { account: "5a".repeat(16), tunnels: "any", ...signed };
		expect(warningsOf(any)).toEqual([
			'approvals[0] approves any tunnel and does not count until it says "shared": false; list the tunnels of an account that others use too',
		]);
		expect(warningsOf({ ...any, shared: false })).toEqual([
			"approvals[0] approves any tunnel of its account: list the tunnels where you can",
		]);
	});

	test("a device that is no id is warned about: names have a field of their own", () => {
		expect(warningsOf({ device: "srv-01", deviceGroup: "x", ...signed })).toContain(
			"approvals[0].device is no DeviceId, so it matches nothing: write the id, or the name as deviceName",
		);
	});

	test("a managed fleet is not weak: device or group, path, and hash or signer", () => {
		expect(warningsOf({ deviceGroup: "x", path: "x", sha1: "a".repeat(40), ...signed })).toEqual([]);
		expect(warningsOf({ deviceGroup: "x", path: "x", ...signed })).toHaveLength(1);
	});

	test("tell at any time what is wrong by then, without reading the file again", () => {
		const file = read({ ...strong, until: "2026-11-21" }, strong, { device: "a".repeat(40), ...signed, until: "2026-11-22" });
		const approvals = file.ok ? file.approvals : [];
		const weak = "approvals[2] is weak: it names no account, so it only lowers the severity one step";

		expect(approvalWarnings(approvals, at("21T23:59:59"))).toEqual([
			weak,
			"approvals[0] and approvals[1] overlap: keep one, so that its end is clear",
		]);
		expect(approvalWarnings(approvals, at("22T00:00:00"))).toEqual(["approvals[0] ended on 2026-11-21: renew or remove it", weak]);
		expect(approvalWarnings(approvals, at("23T00:00:00"))).toEqual([
			"approvals[0] ended on 2026-11-21: renew or remove it",
			"approvals[2] ended on 2026-11-22: renew or remove it",
		]);
	});

	test.each([
		["the same tunnel", strong, strong, true],
		["any tunnel and one of them", { ...strong, tunnels: "any" }, strong, true],
		["two tunnels of an account", strong, { ...strong, tunnels: ["00000000-0000-4000-8000-000000000000"] }, false],
		["two devices of an account", { ...strong, device: "a" }, { ...strong, device: "b" }, false],
		["an entry that has ended", strong, { ...strong, until: "2020-01-01" }, false],
	])("%s in two entries", (_, one, other, overlap) => {
		const expected = "approvals[0] and approvals[1] overlap: keep one, so that its end is clear";

		expect(warningsOf(one, other).includes(expected)).toBe(overlap);
	});
});

describe("what a reviewer could read otherwise than Tunnelwatch", () => {
	const file = (text: string) => readApprovals(text, at("21T00:00:00"));

	test("a member that stands twice refuses the file, by its place", () => {
		const entry = JSON.stringify(strong).slice(0, -1);
		const wider = file(`{"approvals":[${JSON.stringify(strong)},${entry},"tunnels":"any","shared":false}]}`);
		expect(wider).toEqual({ ok: false, mistakes: ["approvals[1].tunnels: stands twice: keep one"] });

		// Left over from two people's changes: the first list would be dropped.
		const two = file(`{"approvals":[${JSON.stringify(strong)}],"approvals":[]}`);
		expect(two).toEqual({ ok: false, mistakes: ["approvals: stands twice: keep one"] });

		const escaped = file(`{"approvals":[${entry},"own\\u0065r":"mallory"}]}`);
		expect(escaped).toEqual({ ok: false, mistakes: ["approvals[0].owner: stands twice: keep one"] });
	});

	test("the same member in two entries, or its name as a value, is nothing twice", () => {
		const names = { ...strong, name: 'tunnels", "tunnels": [1]', owner: "owner" };
		expect(file(JSON.stringify({ approvals: [names, { ...names, account: "b".repeat(32) }] })).ok).toBe(true);
	});

	test("a file that is larger than 1 MB is refused before it is read", () => {
		const rest = JSON.stringify({ approvals: [strong] });
		expect(file(rest.padEnd(1_048_576)).ok).toBe(true);
		expect(file(rest.padEnd(1_048_577))).toEqual({ ok: false, mistakes: ["the file is larger than 1 MB"] });
	});

	test("a thousand equal entries are named once each", () => {
		const equal = file(JSON.stringify({ approvals: Array.from({ length: 1_000 }, () => strong) }));
		expect(equal.ok && equal.warnings.length).toBe(999);
		expect(equal.ok && equal.warnings.at(-1)).toBe("approvals[0] and approvals[999] overlap: keep one, so that its end is clear");
	});
});

describe("the schema for editors", () => {
	const schema: unknown = JSON.parse(readFileSync(new URL("../../docs/approvals.schema.json", import.meta.url), "utf8"));
	const validate = new Ajv2020({ formats: { date: /^\d{4}-\d\d-\d\d$/ } }).compile(schema as object);

	test("is made from the one that reads the file", () => {
		expect(schema).toEqual(z.toJSONSchema(approvalsFile, { io: "input" }));
	});

	test("accepts the sample, and so does the reader, without a warning", () => {
		const sample = readFileSync(new URL("../../samples/approvals.json", import.meta.url), "utf8");

		expect(validate(JSON.parse(sample))).toBe(true);
		expect(readApprovals(sample, now)).toMatchObject({ ok: true, warnings: [] });
	});

	test("agrees with the reader on files with one thing changed", () => {
		const values = fc.constantFrom<unknown>(
			undefined,
			"",
			" ",
			"x",
			"any",
			[],
			[tunnelId],
			["x"],
			account,
			"a".repeat(64),
			1,
			null,
			"2027-06-30",
		);
		const members = fc.constantFrom(
			"name",
			"account",
			"tunnels",
			"sha256",
			"path",
			"device",
			"deviceGroup",
			"user",
			"owner",
			"reason",
			"until",
			"other",
		);
		fc.assert(
			fc.property(fc.boolean(), members, values, (isStrong, member, value) => {
				const { account: _, tunnels: __, ...weak } = { ...strong, device: "srv-01" };
				const file = JSON.parse(JSON.stringify({ approvals: [{ ...(isStrong ? strong : weak), [member]: value }] })) as unknown;
				expect(validate(file)).toBe(readApprovals(JSON.stringify(file), now).ok);
			}),
			{ numRuns: 2_000 },
		);
	});
});

test("no text makes the reader throw", () => {
	fc.assert(
		fc.property(
			fc.oneof(
				fc.string(),
				fc.json(),
				fc.anything().map((value) => JSON.stringify({ approvals: [value] }) ?? ""),
			),
			(text) => {
				readApprovals(text, now);
			},
		),
	);
});

test("upper case in a file changes nothing: hashes are folded, and a shared account is recognised in other entries", () => {
	const hashed = read({ ...signed, sha1: "AB".repeat(20), sha256: "CD".repeat(32) });
	const shared = read({ ...strong, account: account.toUpperCase(), shared: true }, { ...strong, account, tunnels: "any", shared: false });

	expect(hashed).toMatchObject({ ok: true, approvals: [{ sha1: "ab".repeat(20), sha256: "cd".repeat(32) }] });
	expect(shared).toEqual({
		ok: false,
		mistakes: ["approvals[1].tunnels: another entry says that this account is shared: list the tunnels"],
	});
	expect(warningsOf({ ...signed, user: "CORP\\ana", path: "C:\\a" }, { ...signed, user: "corp\\Ana", path: "c:\\A" })).toContain(
		"approvals[0] and approvals[1] overlap: keep one, so that its end is clear",
	);
});

test("a fleet is a device or a group with path and program; such an entry is not called weak", () => {
	const program = { path: "C:\\a", sha1: "a".repeat(40), ...signed };

	expect(warningsOf({ device: "a".repeat(40), ...program })).toEqual([]);
	expect(warningsOf({ deviceGroup: "Finance", ...program })).toEqual([]);
	expect(warningsOf(program)).toEqual(["approvals[0] is weak: it names no account, so it only lowers the severity one step"]);
});
