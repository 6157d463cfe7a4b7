import { describe, expect, test } from "vitest";
import { cloudflaredWords } from "../../lib/families/cloudflared/card-words.ts";
import type { Reading } from "../../lib/sighting/reading.ts";
import type { Sighting } from "../../lib/sighting/sighting.ts";
import { type Approval, readApprovals } from "../../lib/verdict/approvals.ts";
import { plainReading } from "../../lib/verdict/plain-reading.ts";
import { decideVerdict } from "../../lib/verdict/verdict.ts";
import { aSighting, at, deviceId, redacted } from "../builders.ts";

const account = "9f86d081884c7d659a2feaa0c55ad015";
const tunnelId = "6ff42ae2-765d-4adf-8112-31c55c1551ef";
const foreign = { account: "ee".repeat(16), tunnelId, endpoint: "", fingerprint: "" };
const now = at("21T20:00:00");
const standard = {
	...aSighting().program,
	folderClass: "standard" as const,
	path: redacted("C:\\Program Files\\cloudflared\\cloudflared.exe"),
};
const signed = { owner: "platform team", reason: "x", until: "2027-06-30" };

function approvals(...entries: readonly object[]): readonly Approval[] {
	const read = readApprovals(JSON.stringify({ approvals: entries.map((one) => ({ ...signed, ...one })) }), now);
	if (!read.ok) throw new Error(read.mistakes.join());
	return read.approvals;
}

function verdictOf(
	list: readonly Approval[],
	reading: Partial<Reading> = {},
	change: Partial<Sighting> = {},
	moment = now,
): readonly [string, string] {
	const sighting = aSighting({ program: standard, ...change });
	const { ownership } = decideVerdict(sighting, { ...plainReading(sighting), ...reading }, list, moment, { words: cloudflaredWords });
	return [ownership.verdict, ownership.reason];
}

const ours = approvals({ account, tunnels: [tunnelId] });

describe("an own token", () => {
	test("is ours when account and tunnel are approved", () => {
		expect(verdictOf(ours)).toEqual(["ours", "Approved as 9f86d081 by platform team until 2027-06-30."]);
	});

	test("is not ours when the account is not", () => {
		expect(verdictOf(approvals({ account: "11".repeat(16), tunnels: [tunnelId] }))).toEqual([
			"not-ours",
			"Cloudflare account 9f86d081… is not an approved one.",
		]);
	});

	test("cannot be told while no account is approved at all", () => {
		expect(verdictOf([])[0]).toBe("cannot-tell");
		expect(verdictOf(approvals({ device: deviceId }))[0]).toBe("cannot-tell");
	});

	test("whose entry has ended cannot be told, though another entry of the account still holds", () => {
		const other = { account, tunnels: ["11111111-2222-4333-8444-555555555555"] };
		const list = approvals(other, { account, tunnels: [tunnelId], until: "2026-11-21" });

		expect(verdictOf(list, {}, {}, at("21T23:59:59"))[0]).toBe("ours");
		expect(verdictOf(list, {}, {}, at("22T00:00:00"))).toEqual([
			"cannot-tell",
			"Account 9f86d081… is approved, but tunnel 6ff42ae2… is not on its list.",
		]);
	});

	test("that names no tunnel cannot be told, whatever tunnels its account may run", () => {
		const tunnel = { account: redacted(account), tunnelId: redacted(""), endpoint: redacted(""), fingerprint: redacted("") };
		expect(verdictOf(ours, {}, { tunnel })).toEqual(["cannot-tell", "Account 9f86d081… is approved, but its tunnel is not visible."]);
	});

	test("cannot be told when only the account is approved", () => {
		expect(verdictOf(approvals({ account, tunnels: ["11111111-2222-4333-8444-555555555555"] }))).toEqual([
			"cannot-tell",
			"Account 9f86d081… is approved, but tunnel 6ff42ae2… is not on its list.",
		]);
	});

	test("is ours with any tunnel only where the entry says that nobody else uses the account", () => {
		expect(verdictOf(approvals({ account, tunnels: "any", shared: false }))[0]).toBe("ours");
		expect(verdictOf(approvals({ account, tunnels: "any" }))).toEqual([
			"cannot-tell",
			'Account 9f86d081… is approved for any tunnel, but its entry does not say "shared": false.',
		]);
	});

	test("is ours on the last day of its approval, and not after it", () => {
		const list = approvals({ account, tunnels: [tunnelId], until: "2026-11-21" });
		expect(verdictOf(list, {}, {}, at("21T23:59:59"))[0]).toBe("ours");
		expect(verdictOf(list, {}, {}, at("22T00:00:00"))[0]).toBe("cannot-tell");
	});

	test.each<readonly [string, object, object]>([
		["device", { device: deviceId.toUpperCase() }, { device: "00".repeat(20) }],
		["device's name, only as such", { deviceName: "FIN-LT-0142.corp.example.com" }, { device: "fin-lt-0142.corp.example.com" }],
		["group", { deviceGroup: "finance" }, { deviceGroup: "Sales" }],
		["path", { path: "c:\\program files\\cloudflared\\cloudflared.exe" }, { path: "C:\\x.exe" }],
		["user", { user: "contoso\\J.MEYER" }, { user: "contoso\\other" }],
		["SHA-256", { sha256: standard.sha256 }, { sha256: "00".repeat(32) }],
		["SHA-1", { sha1: standard.sha1 }, { sha1: "00".repeat(20) }],
	])("is ours only with the %s that the approval names", (_, right, wrong) => {
		expect(verdictOf(approvals({ account, tunnels: [tunnelId], ...right }))[0]).toBe("ours");
		expect(verdictOf(approvals({ account, tunnels: [tunnelId], ...wrong }))[0]).toBe("cannot-tell");
	});
});

describe("an approved token is not ours", () => {
	test.each<readonly [string, Partial<Reading>, string]>([
		["under another name", { inner: "renamed" }, "the program is not cloudflared by its name"],
		["in a file that only calls itself cloudflared", { pretends: true }, "the program is not cloudflared by its name"],
		["in a file that its command line calls otherwise", { calledOtherwise: true }, "its command line calls the program by another name"],
		["in a temporary folder", { folderClass: "temp" }, "the program lies where anybody can write"],
		["in a user's folder", { folderClass: "user" }, "the program lies in a user's folder or has a name of its own"],
		["under a name of its own", { inner: "variant" }, "the program lies in a user's folder or has a name of its own"],
		["beside a second credential", { secondCredential: true }, "the command names a second credential"],
		["with a name twice in it", { decoding: "ambiguous" }, "its token cannot be read without doubt"],
		["with RDP", { exposes: ["rdp"] }, "this command opens remote administration"],
		["with a whole network", { exposes: ["network"] }, "this command opens remote administration"],
		["with another edge", { detours: ["edge"] }, "the command leads its connection to another server"],
		["with its settings elsewhere", { config: "open" }, "its config file lies in an unusual folder"],
		["at a foreign address", { contact: { host: "foreign-edge", talker: "tool" } }, "it connected to an address that is not Cloudflare's"],
		["in the arguments of a service's start", { startArguments: true }, "the service was started with other arguments"],
		["in a record too long to read", { unread: true }, "the record holds more than was read"],
	])("%s", (_, reading, words) => {
		expect(verdictOf(ours, reading)).toEqual(["cannot-tell", `The tunnel is approved as 9f86d081, but ${words}.`]);
	});

	test("beside a token of another account", () => {
		const claims = [...plainReading(aSighting()).claims, { tunnel: foreign, place: "elsewhere" as const }];
		expect(verdictOf(ours, { claims })).toEqual([
			"cannot-tell",
			"The tunnel is approved as 9f86d081, but a token of another account stands beside it.",
		]);
	});

	test("but in a folder that the approval itself names it is", () => {
		const named = approvals({ account, tunnels: [tunnelId], path: standard.path });
		expect(verdictOf(named, { folderClass: "temp" })[0]).toBe("ours");
	});
});

describe("a credential that is not visible", () => {
	const hidden: Partial<Reading> = { mode: "named-env", tunnel: undefined, decoding: "not-visible" };

	test("is never ours, whatever stands beside it", () => {
		const claims = plainReading(aSighting()).claims.map(({ tunnel }) => ({ tunnel, place: "given" as const }));
		expect(verdictOf(ours, { ...hidden, claims })[0]).toBe("cannot-tell");
	});

	test("is not ours when a foreign token is given for it", () => {
		expect(verdictOf(ours, { ...hidden, claims: [{ tunnel: foreign, place: "given" }] })[0]).toBe("not-ours");
	});

	test("cannot be told for a foreign token that only stands somewhere", () => {
		expect(verdictOf(ours, { ...hidden, claims: [{ tunnel: foreign, place: "elsewhere" }] })[0]).toBe("cannot-tell");
	});

	test.each(["quick", "adhoc-named", "access-client", "maintenance", "would-fail", "service-mode", "service-uninstall"] as const)(
		"%s is never ours, even with an approved token in its place",
		(mode) => {
			expect(verdictOf(ours, { mode })[0]).toBe("cannot-tell");
		},
	);
});

test("a bystander with approved tokens is passed over only where its whole record was read", () => {
	const own = { account, tunnelId, endpoint: "", fingerprint: "" };
	const bystander = { ...plainReading(aSighting()), kind: "other" as const, inner: "other" as const, mode: "unknown" as const };
	const of = (reading: Partial<Reading>): boolean =>
		decideVerdict(aSighting(), { ...bystander, tunnel: undefined, ...reading }, ours, now).unapprovedToken;

	expect(of({ claims: [{ tunnel: own, place: "elsewhere" }], unread: false })).toBe(false);
	expect(of({ claims: [{ tunnel: own, place: "elsewhere" }], unread: true })).toBe(true);
	expect(of({ claims: [], unread: true })).toBe(false);
});

test("of several foreign tokens the one that a start uses is named, wherever it stands", () => {
	const beside = { ...foreign, account: "dd".repeat(16) };
	const claims = [
		{ tunnel: beside, place: "given" as const },
		{ tunnel: foreign, place: "effective" as const },
	];

	expect(verdictOf(ours, { mode: "named-env", tunnel: undefined, claims })).toEqual([
		"not-ours",
		"Cloudflare account eeeeeeee… is not an approved one.",
	]);
});

test("a token beside another one is foreign only where accounts are listed", () => {
	const reading = plainReading(aSighting({ tunnel: undefined, mode: "named-env" }));
	const claims = [{ tunnel: foreign, place: "elsewhere" as const }];
	const beside = (list: readonly Approval[]) => decideVerdict(aSighting(), { ...reading, claims }, list, now).foreignBeside;

	expect(beside(ours)).toBe(true);
	expect(beside(approvals({ device: deviceId }))).toBe(false);
});

test("an approval's path vouches for the place in any case, and its hash for no row that has another kind of hash", () => {
	const program = {
		...standard,
		folderClass: "user" as const,
		path: redacted("C:\\Users\\ana\\cloudflared.exe"),
		sha1: "a".repeat(40),
		sha256: "",
	};
	const entry = { account, tunnels: [tunnelId] };

	expect(verdictOf(ours, {}, { program })[0]).toBe("cannot-tell");
	expect(verdictOf(approvals({ ...entry, path: "c:\\users\\ANA\\cloudflared.exe" }), {}, { program })[0]).toBe("ours");
	expect(verdictOf(approvals({ ...entry, sha256: "b".repeat(64) }), {}, { program: { ...program, folderClass: "standard" } })).toEqual([
		"cannot-tell",
		"Account 9f86d081… is approved, but not for this device, user or program.",
	]);
});
