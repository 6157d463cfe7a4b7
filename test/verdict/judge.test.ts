import { describe, expect, test } from "vitest";
import { withRow } from "../../lib/defender/device.ts";
import { cloudflaredWords } from "../../lib/families/cloudflared/card-words.ts";
import { redact } from "../../lib/families/redact.ts";
import { readApprovals } from "../../lib/verdict/approvals.ts";
import { asRelease } from "../../lib/verdict/as-release.ts";
import { type JudgeContext, judge } from "../../lib/verdict/judge.ts";
import { plainReading } from "../../lib/verdict/plain-reading.ts";
import { aSighting, at, deviceId, redacted, tenantId } from "../builders.ts";
import { token } from "../families/cloudflared/tokens.ts";

const strong = {
	account: "5a3c1f7e9b2d4860a1c4e7f20b9d6835",
	tunnels: "any",
	shared: false,
	owner: "platform team",
	reason: "x",
	until: "2027-06-30",
};
const read = readApprovals(JSON.stringify({ approvals: [strong] }), at("21T20:00:00"));
const knowledge: JudgeContext = {
	approvals: read.ok ? read.approvals : [],
	remembered: [],
	device: undefined,
	firstInTenant: undefined,
	now: at("21T20:00:00"),
	redact,
	words: cloudflaredWords,
};
const server = withRow(undefined, {
	table: "DeviceInfo",
	tenantId,
	columns: {
		DeviceId: deviceId,
		Timestamp: "2026-11-21T18:00:00Z",
		DeviceType: "Server",
		OSPlatform: "WindowsServer2022",
		LoggedOnUsers: `[{"UserName":"${token}"}]`,
	},
});

test("somebody else's tunnel to RDP of a server is critical, and the message can say why", () => {
	const judged = judge(aSighting({ mode: "named-token", exposes: [{ text: redacted("rdp://localhost"), class: "rdp" }] }), {
		...knowledge,
		device: server,
	});

	expect(judged).toMatchObject({
		severity: "critical",
		severityReason: "an account that is not approved exposes remote administration of a server",
		ownership: { verdict: "not-ours" },
		device: { facts: { os: "WindowsServer2022", kind: "server" } },
	});
});

test("our own tunnel is of no urgency", () => {
	const tunnel = { account: strong.account, tunnelId: "", endpoint: "", fingerprint: "" };

	const program = { ...aSighting().program, folderClass: "standard" as const };
	expect(judge(aSighting({ tunnel, program }), knowledge)).toMatchObject({
		severity: "info",
		quiet: "approved",
		ownership: { verdict: "ours" },
	});
});

test("a weak approval is named in the reason", () => {
	const weak = readApprovals(
		JSON.stringify({ approvals: [{ device: deviceId, owner: "Ana", reason: "test", until: "2027-01-01" }] }),
		knowledge.now,
	);
	const judged = judge(aSighting({ tunnel: undefined, mode: "unknown" }), { ...knowledge, approvals: weak.ok ? weak.approvals : [] });

	expect(judged).toMatchObject({
		severity: "low",
		severityReason: `as the rule says (weak approval ${deviceId} of Ana: test)`,
	});
});

test("weak approvals alone never make an unknown account more urgent than no approvals", () => {
	const tunnel = { account: "9f86d081884c7d659a2feaa0c55ad015", tunnelId: "", endpoint: "", fingerprint: "" };
	const severityWith = (...entries: readonly object[]) => {
		const file = readApprovals(JSON.stringify({ approvals: entries }), knowledge.now);
		return judge(aSighting({ tunnel }), { ...knowledge, approvals: file.ok ? file.approvals : [] }).severity;
	};
	const signed = { owner: "Ana", reason: "test", until: "2027-01-01" };

	expect(severityWith()).toBe("medium");
	expect(severityWith({ device: "another", ...signed })).toBe("medium");
	expect(severityWith({ device: deviceId, ...signed })).toBe("medium");
	expect(severityWith({ device: deviceId, ...signed }, strong)).toBe("high");
});

test("what is known of the device holds no secret either", () => {
	expect(JSON.stringify(judge(aSighting(), { ...knowledge, device: server }))).not.toContain(token);
});

test("a device's clock counts up to an hour ahead of the arrival, and no further", () => {
	const now = at("21T12:00:00");
	const judgedAt = (moment: Date) => judge(aSighting({ at: moment }), { ...knowledge, now }).at;

	expect(judgedAt(at("21T13:00:00"))).toEqual(at("21T13:00:00"));
	expect(judgedAt(at("21T13:00:01"))).toEqual(at("21T13:00:00"));
	expect(judgedAt(new Date("2031-01-01T00:00:00Z"))).toEqual(at("21T13:00:00"));
	expect(judgedAt(at("19T01:00:00"))).toEqual(at("19T01:00:00"));
});

describe("an approval that names tenants", () => {
	const account = "9f86d081884c7d659a2feaa0c55ad015";
	const tunnelId = "6ff42ae2-765d-4adf-8112-31c55c1551ef";
	const mine = "aaaaaaaa-0000-4000-8000-000000000001";
	const theirs = "aaaaaaaa-0000-4000-8000-000000000002";
	const signed = { owner: "platform team", reason: "x", until: "2027-06-30" };
	const verdictIn = (tenantId: string, ...entries: readonly object[]) => {
		const file = readApprovals(JSON.stringify({ approvals: entries.map((one) => ({ ...signed, ...one })) }), knowledge.now);
		if (!file.ok) throw new Error(file.mistakes.join());
		const { device, program } = aSighting();
		const sighting = aSighting({
			device: { ...device, tenantId: redacted(tenantId) },
			program: { ...program, folderClass: "standard", path: redacted("C:\\Program Files\\cloudflared\\cloudflared.exe") },
			tunnel: { account, tunnelId, endpoint: "", fingerprint: "" },
		});
		return judge(sighting, { ...knowledge, approvals: file.approvals }).ownership.verdict;
	};
	const entry = { account, tunnels: [tunnelId] };

	test("holds in those, however their ids are written, and in no other", () => {
		expect(verdictIn(mine, { ...entry, tenants: [mine.toUpperCase()] })).toBe("ours");
		expect(verdictIn(theirs, { ...entry, tenants: [mine] })).not.toBe("ours");
		expect(verdictIn(theirs, entry)).toBe("ours");
	});

	test("is no list of accounts for another tenant: there nobody knows whose a tunnel is", () => {
		const other = { account: "11".repeat(16), tunnels: [tunnelId] };
		expect(verdictIn(mine, { ...other, tenants: [mine] })).toBe("not-ours");
		expect(verdictIn(theirs, { ...other, tenants: [mine] })).toBe("cannot-tell");
	});
});

test("neither an approval that has ended nor a fleet's is named as a weak one", () => {
	const reasonWith = (entry: object) => {
		const file = readApprovals(JSON.stringify({ approvals: [{ owner: "Ana", reason: "test", ...entry }] }), knowledge.now);
		if (!file.ok) throw new Error(file.mistakes.join());
		return judge(aSighting({ tunnel: undefined, mode: "unknown" }), { ...knowledge, approvals: file.approvals }).severityReason;
	};
	const { path, sha1 } = aSighting().program;

	expect(reasonWith({ device: deviceId, until: "2026-11-20" })).toBe("as the rule says");
	expect(reasonWith({ device: deviceId, path, sha1, until: "2027-01-01" })).toBe("as the rule says");
});

test("another tunnel of the same account stays on the card, beside the one that counts", () => {
	const tunnel = { account: strong.account, tunnelId: "6ff42ae2-765d-4adf-8112-31c55c1551ef", endpoint: "", fingerprint: "" };
	const other = { ...tunnel, tunnelId: "7aa42ae2-765d-4adf-8112-31c55c1551ef" };

	expect(judge(aSighting({ tunnel, otherTunnels: [other] }), knowledge)).toMatchObject({ tunnel, otherTunnels: [other] });
});

test("a hash that turns out to be a release's makes a bystander the tool under another name, and a variant stays one", () => {
	const release = { version: "2026.10.0", asset: "windows-amd64.exe" };
	const kindOf = (kind: "other" | "variant") => {
		const sighting = aSighting();
		const reading = { ...plainReading(sighting), kind, inner: kind, bystander: true };
		const known = asRelease({ ...sighting, reading }, release);
		return [known.program.kind, known.reading?.bystander];
	};

	expect(kindOf("other")).toEqual(["renamed", false]);
	expect(kindOf("variant")).toEqual(["variant", false]);
});
