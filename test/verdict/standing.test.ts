import { describe, expect, test } from "vitest";
import type { Sighting, Tunnel } from "../../lib/sighting/sighting.ts";
import { type Approval, readApprovals } from "../../lib/verdict/approvals.ts";
import { type Remembered, rememberable } from "../../lib/verdict/remembered.ts";
import { decideOwnership, type Judged } from "../../lib/verdict/standing.ts";
import { aSighting, at, deviceId, redacted } from "../builders.ts";

const now = at("21T20:00:00");
const ours: Tunnel = {
	account: "5a3c1f7e9b2d4860a1c4e7f20b9d6835",
	tunnelId: "0b7e4c1a-52d8-4f3b-9a61-7c2e8d5f1046",
	endpoint: "",
	fingerprint: "aaaaaaaa",
};
const theirs: Tunnel = {
	account: "9f86d081884c7d659a2feaa0c55ad015",
	tunnelId: "6ff42ae2-765d-4adf-8112-31c55c1551ef",
	endpoint: "",
	fingerprint: "bbbbbbbb",
};
const signed = { owner: "platform team", reason: "remote access", until: "2027-06-30" };
const strong = { name: "Corp-IT", account: ours.account, tunnels: [ours.tunnelId], ...signed };

function approvalsOf(...entries: readonly object[]): readonly Approval[] {
	const read = readApprovals(JSON.stringify({ approvals: entries }), now);
	if (!read.ok) throw new Error(read.mistakes.join("; "));
	return read.approvals;
}

function decide(sighting: Partial<Sighting>, entries: readonly object[] = [strong], remembered?: Remembered): Judged {
	return decideOwnership(aSighting(sighting), approvalsOf(...entries), now, remembered);
}

describe("a tunnel whose account is visible", () => {
	test("is ours when account and tunnel are approved", () => {
		expect(decide({ tunnel: ours })).toEqual({
			ownership: { verdict: "ours", reason: "Approved as Corp-IT by platform team until 2027-06-30." },
			lowered: undefined,
		});
	});

	test("is not ours when the account is not approved", () => {
		expect(decide({ tunnel: theirs }).ownership).toEqual({
			verdict: "not-ours",
			reason: "Cloudflare account 9f86d081… is not an approved one.",
		});
	});

	test("cannot be told while nothing is approved at all", () => {
		expect(decide({ tunnel: theirs }, []).ownership).toEqual({
			verdict: "cannot-tell",
			reason: "No approved accounts are configured, so no account counts as ours.",
		});
	});

	test.each([
		["device", { device: "another" }],
		["device group", { deviceGroup: "Operations" }],
		["user", { user: "somebody else" }],
		["path", { path: "C:\\elsewhere\\cloudflared.exe" }],
		["hash", { sha256: "0".repeat(64) }],
	])("cannot be told while the only approval names a %s: that is no list of accounts", (_, condition) => {
		expect(decide({ tunnel: theirs }, [{ ...condition, ...signed }])).toEqual({
			ownership: { verdict: "cannot-tell", reason: "No approved accounts are configured, so no account counts as ours." },
			lowered: undefined,
		});
	});

	test("cannot be told either while a weak approval holds, which lowers one step and says why", () => {
		expect(decide({ tunnel: theirs }, [{ deviceGroup: "finance", ...signed }])).toEqual({
			ownership: { verdict: "cannot-tell", reason: "No approved accounts are configured, so no account counts as ours." },
			lowered: "weak approval finance of platform team: remote access",
		});
	});

	test("is not ours as soon as one account is listed, also where its approval has ended: the team does list accounts", () => {
		const weak = { deviceGroup: "finance", ...signed };

		for (const listed of [strong, { ...strong, until: "2020-01-01" }])
			expect(decide({ tunnel: theirs }, [weak, listed])).toEqual({
				ownership: { verdict: "not-ours", reason: "Cloudflare account 9f86d081… is not an approved one." },
				lowered: undefined,
			});
	});

	test("cannot be told when the account is approved and the tunnel is not: the account is easily written down", () => {
		expect(decide({ tunnel: { ...ours, tunnelId: theirs.tunnelId } }).ownership).toEqual({
			verdict: "cannot-tell",
			reason: "Account 5a3c1f7e… is approved, but tunnel 6ff42ae2… is not on its list.",
		});
	});

	test("cannot be told when the token was cut before its tunnel", () => {
		expect(decide({ tunnel: { ...ours, tunnelId: "" } }).ownership.verdict).toBe("cannot-tell");
	});

	test('is ours with any tunnel, or none visible, where the approval says "any"', () => {
		const any = [{ ...strong, tunnels: "any" }];

		expect(decide({ tunnel: { ...ours, tunnelId: theirs.tunnelId } }, any).ownership.verdict).toBe("ours");
		expect(decide({ tunnel: { ...ours, tunnelId: "" } }, any).ownership.verdict).toBe("ours");
	});

	test("is compared by the whole account", () => {
		expect(decide({ tunnel: { ...ours, account: `${ours.account.slice(0, 31)}0` } }).ownership.verdict).toBe("not-ours");
	});

	test("is not ours when another tunnel of the same record is not: a decoy hides nothing", () => {
		expect(decide({ tunnel: ours, otherTunnels: [theirs] }).ownership.verdict).toBe("not-ours");
		expect(decide({ tunnel: theirs, otherTunnels: [ours] }).ownership.verdict).toBe("not-ours");
	});

	test("is ours only where everything else that the approval names is true", () => {
		const onlyHere = [{ ...strong, device: deviceId.toUpperCase(), user: "contoso\\J.MEYER" }];

		expect(decide({ tunnel: ours }, onlyHere).ownership.verdict).toBe("ours");
		expect(decide({ tunnel: ours }, [{ ...strong, device: "another" }]).ownership).toEqual({
			verdict: "cannot-tell",
			reason: "Account 5a3c1f7e… is approved, but not for this device, user or program.",
		});
	});
});

describe("an approval ends", () => {
	const until = [{ ...strong, until: "2026-11-21" }];

	test("after its last day, and says so", () => {
		const sighting = aSighting({ tunnel: ours });

		expect(decideOwnership(sighting, approvalsOf(...until), at("21T23:59:59"), undefined).ownership.verdict).toBe("ours");
		expect(decideOwnership(sighting, approvalsOf(...until), at("22T00:00:00"), undefined).ownership).toEqual({
			verdict: "cannot-tell",
			reason: "The approval of account 5a3c1f7e… ended on 2026-11-21; ask platform team.",
		});
	});

	test("but not while another one holds", () => {
		expect(decide({ tunnel: ours }, [{ ...strong, until: "2020-01-01" }, strong]).ownership.verdict).toBe("ours");
	});
});

describe("a weak approval lowers one step, and approves nothing", () => {
	const weak = { device: deviceId, ...signed };

	test.each([
		["device", { device: "fin-lt-0142.CORP.example.com" }],
		["device group", { deviceGroup: "finance" }],
		["user", { user: "contoso\\j.meyer" }],
		["path", { path: "c:\\users\\J.MEYER\\downloads\\cloudflared.exe" }],
		["hash", { sha256: aSighting().program.sha256.toUpperCase() }],
	])("by %s", (_, condition) => {
		const judged = decide({ tunnel: undefined, mode: "named-token-file" }, [strong, { ...condition, ...signed }]);

		expect(judged.ownership.verdict).toBe("cannot-tell");
		expect(judged.lowered).toContain("of platform team: remote access");
	});

	test("when all of it is true, and while it holds", () => {
		const file = { tunnel: undefined, mode: "named-token-file" as const };

		expect(decide(file, [{ ...weak, user: "somebody else" }]).lowered).toBeUndefined();
		expect(decide(file, [{ ...weak, until: "2020-01-01" }]).lowered).toBeUndefined();
	});

	test("never for an account that is not ours on the same device", () => {
		expect(decide({ tunnel: theirs }, [strong, weak])).toMatchObject({ ownership: { verdict: "not-ours" }, lowered: undefined });
	});
});

describe("a missing token is never approval", () => {
	test.each(["named-token", "named-token-file", "named-env", "named-credentials", "quick", "service-install", "unknown"] as const)(
		"%s",
		(mode) => {
			expect(decide({ tunnel: undefined, mode }, [{ ...strong, tunnels: "any" }]).ownership.verdict).toBe("cannot-tell");
		},
	);

	test("a tunnel that is named by its id alone lowers one step when it is on a list", () => {
		const byId = { account: "", tunnelId: ours.tunnelId, endpoint: "", fingerprint: "" };

		expect(decide({ tunnel: byId, mode: "named-credentials" })).toMatchObject({
			ownership: { verdict: "cannot-tell" },
			lowered: "the tunnel's id is approved, its account is not visible",
		});
		expect(decide({ tunnel: { ...byId, tunnelId: theirs.tunnelId }, mode: "named-credentials" }).lowered).toBeUndefined();
	});
});

describe("what the device showed earlier", () => {
	const service: Sighting = aSighting({
		tunnel: undefined,
		mode: "named-token-file",
		program: {
			...aSighting().program,
			path: redacted("C:\\Program Files\\cloudflared\\cloudflared.exe"),
			folderClass: "standard",
			chain: [redacted("wininit.exe"), redacted("services.exe"), redacted("cloudflared.exe")],
		},
	});
	const installed: Remembered = {
		tunnel: ours,
		at: at("09T20:00:00"),
		sha256: service.program.sha256,
		folderClass: "standard",
		service: true,
	};

	test("approves the installed service: the same binary, from the standard folder, started by the service manager", () => {
		expect(decide(service, [strong], installed)).toEqual({
			ownership: {
				verdict: "ours",
				reason:
					"The token is read from a file, so the account is not on the command line. 12 days ago this device showed account 5a3c1f7e…; " +
					"the same binary runs as the installed service. Approved as Corp-IT by platform team until 2027-06-30.",
			},
			lowered: undefined,
		});
	});

	const other = service.program;
	test.each([
		["another binary", { ...other, sha256: "0".repeat(64) }, installed, "the binary is not known to be the same"],
		["no known binary", { ...other, sha256: "" }, { ...installed, sha256: "" }, "the binary is not known to be the same"],
		["another folder", { ...other, folderClass: "temp" as const }, installed, "it does not run from the standard folder"],
		["another folder then", other, { ...installed, folderClass: "user" as const }, "it does not run from the standard folder"],
		[
			"a start by hand",
			{ ...other, chain: [redacted("cmd.exe"), redacted("cloudflared.exe")] },
			installed,
			"it does not run as the installed service",
		],
		["a start by hand then", other, { ...installed, service: false }, "it does not run as the installed service"],
		["nothing but the account", other, { tunnel: ours, at: installed.at }, "the binary is not known to be the same"],
	])("only lowers one step with %s: an intruder can plant our account first", (_, program, remembered, missing) => {
		const judged = decide({ ...service, program }, [strong], remembered);

		expect(judged.ownership.verdict).toBe("cannot-tell");
		expect(judged.ownership.reason).toContain(`this device showed account 5a3c1f7e…, which is approved, but ${missing}.`);
		expect(judged.lowered).toBe("this device showed an approved account earlier");
	});

	test("tells that it is not ours", () => {
		expect(decide(service, [strong], { ...installed, tunnel: theirs, at: at("21T19:00:00") }).ownership).toEqual({
			verdict: "not-ours",
			reason:
				"The token is read from a file, so the account is not on the command line. One hour ago this device showed account 9f86d081…, which is not an approved one.",
		});
	});

	test.each([
		["nothing", []],
		["no account", [{ deviceGroup: "another", ...signed }]],
	])("is told even where %s is approved", (_, entries) => {
		expect(decide(service, entries, installed).ownership).toEqual({
			verdict: "cannot-tell",
			reason:
				"The token is read from a file, so the account is not on the command line. 12 days ago this device showed account 5a3c1f7e…. No approved accounts are configured.",
		});
	});

	test("says nothing about a quick tunnel, nor about a tunnel that is named otherwise", () => {
		expect(decide({ ...service, mode: "quick" }, [strong], installed).ownership.reason).toBe(
			"A quick tunnel belongs to no account: anyone who has its address gets in.",
		);
		const named = { ...service, tunnel: { account: "", tunnelId: theirs.tunnelId, endpoint: "", fingerprint: "" } };
		expect(decide(named, [strong], installed)).toMatchObject({ ownership: { verdict: "cannot-tell" }, lowered: undefined });
	});

	test("approves the row about the installed service, never a command that installs without a readable token", () => {
		const row = { ...service, mode: "service-install" as const };

		expect(decide({ ...row, program: { ...service.program, commandLine: redacted("") } }, [strong], installed).ownership.verdict).toBe(
			"ours",
		);
		expect(
			decide({ ...row, program: { ...service.program, commandLine: redacted("cloudflared service install") } }, [strong], installed),
		).toMatchObject({
			ownership: { verdict: "cannot-tell" },
			lowered: undefined,
		});
	});

	test("goes behind what is visible now", () => {
		expect(decide({ tunnel: theirs }, [strong], installed).ownership.verdict).toBe("not-ours");
	});

	test("is worth remembering with the binary, the folder and whether it was the service", () => {
		expect(rememberable(aSighting({ ...service, mode: "service-install", tunnel: ours }))).toEqual({
			tunnel: ours,
			at: service.at,
			sha256: service.program.sha256,
			folderClass: "standard",
			service: true,
		});
		expect(rememberable(service)).toBeUndefined();
		expect(rememberable(aSighting({ tunnel: { ...ours, account: "" } }))).toBeUndefined();
	});
});
