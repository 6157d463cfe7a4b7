import { describe, expect, test } from "vitest";
import { answer } from "../../lib/actions/answer.ts";
import type { Finding } from "../../lib/findings/finding.ts";
import { findingAddress, findingValues, readFinding } from "../../lib/findings/finding-row.ts";
import { decide, defaultPolicy } from "../../lib/findings/policy.ts";
import { signatures } from "../../lib/findings/signature.ts";
import { covers, longestSilenceOf, type Silence, scopeOf } from "../../lib/findings/silence.ts";
import type { Sighting } from "../../lib/sighting/sighting.ts";
import { aFinding, aSighting, at, redacted } from "../builders.ts";

const seen = aSighting({ exposes: [{ text: redacted("rdp://10.0.0.1:3389"), class: "rdp" }] });

function silenced(change: Partial<Silence> = {}, finding: Partial<Finding> = {}): Finding {
	const base = aFinding({ newest: seen, worst: seen, sigs: signatures(seen).map(({ id }) => id), ...finding });
	return {
		...base,
		silence: {
			by: redacted("Kim Lee"),
			how: "page",
			verified: false,
			at: at("21T20:00:00"),
			until: at("22T20:00:00"),
			severity: base.severity,
			scope: scopeOf(base).map(({ id }) => id),
			held: 0,
			...change,
		},
	};
}

let records = 0;
/** The same again, as another record. */
function again(change: Partial<Sighting> = {}): Sighting {
	records += 1;
	return { ...seen, recordId: `r${records}`, ...change };
}

test("what a silence covers is counted and held, also when the quiet period is over", () => {
	const finding = silenced({}, { nextNoticeAt: at("21T21:00:00") });

	const decided = decide(finding, [again(), again()], at("22T10:00:00"), defaultPolicy);

	expect(decided).toMatchObject({ reason: "held", finding: { count: 3, silence: { held: 2 } } });
});

const program = seen.program;
const tunnel = { account: "0".repeat(32), tunnelId: "11111111-765d-4adf-8112-31c55c1551ef", endpoint: "", fingerprint: "" };
const others: readonly (readonly [string, Partial<Sighting>])[] = [
	["another account", { tunnel: { ...tunnel } }],
	["another tunnel", { tunnel: { ...tunnel, account: seen.tunnel?.account ?? "" } }],
	["another target of the same kind", { exposes: [{ text: redacted("rdp://10.0.0.2:3389"), class: "rdp" }] }],
	["another binary", { program: { ...program, sha256: "f".repeat(64) } }],
	["another user", { program: { ...program, user: redacted("CONTOSO\\other") } }],
	["another kind of folder", { program: { ...program, folderClass: "temp" } }],
	["another name", { program: { ...program, renamed: true } }],
	["another rule", { rules: [...seen.rules, { id: "cloudflared-encoded-command", severity: "medium", evidence: [] }] }],
	["a tunnel that cannot be seen", { tunnel: undefined, mode: "named-token-file", tokenFile: redacted("C:\\t.txt") }],
	["a verdict that got worse", { ownership: { verdict: "not-ours", reason: redacted("Not listed.") } }],
	["a severity that got worse", { severity: "high" }],
];
test.each(others)("a silence does not cover %s: it is told at once", (_, change) => {
	const decided = decide(silenced(), [again(change)], at("21T21:00:00"), defaultPolicy);

	expect(["changed", "worse"]).toContain(decided.reason);
	expect(decided).toMatchObject({ dueAt: at("21T21:00:00") });
});

test("a strong fact ends the silence, and the message says whose it was and how much it held", () => {
	const decided = decide(silenced({ held: 41 }), [again({ severity: "high" })], at("21T21:00:00"), defaultPolicy);

	expect(decided).toMatchObject({
		reason: "worse",
		finding: {
			changes: expect.arrayContaining([
				expect.objectContaining({ text: "this ends the silence by Kim Lee (unverified); events held back: 41" }),
			]),
			history: [{ kind: "ended", how: "tunnelwatch", by: "Kim Lee", held: 41, n: 2 }],
		},
	});
	expect(decided).not.toHaveProperty("finding.silence");
});

test("who is on it stays on it for another fact, and is no longer on what got worse or came back", () => {
	const ack = { by: redacted("Kim Lee"), how: "page", verified: false, at: at("21T20:00:00"), until: at("22T20:00:00") } as const;
	const after = (change: Partial<Sighting>, finding: Partial<Finding> = {}) => {
		const decided = decide(
			{ ...silenced({}, { ack, ...finding }), silence: silenced().silence as Silence },
			[again(change)],
			at("21T21:00:00"),
			defaultPolicy,
		);
		return decided.reason === "repeat" ? undefined : [decided.reason, decided.finding.ack?.by];
	};
	expect(after({ severity: "high" })).toEqual(["worse", undefined]);
	expect(after({ exposes: [{ text: redacted("smb://10.0.0.1"), class: "smb" }] })).toEqual(["changed", "Kim Lee"]);
	expect(after({ program: { ...seen.program, user: redacted("CONTOSO\\other") } }, { status: "closed" })).toEqual(["back", undefined]);
});

test("what a silence holds adds up, batch after batch", () => {
	const decided = decide(silenced({ held: 3 }), [again(), again()], at("21T21:00:00"), defaultPolicy);
	expect(decided).toMatchObject({ reason: "held", finding: { silence: { held: 5 } } });
});

test("a cheap fact outside the silence is told, and the silence stays for the rest", () => {
	const decided = decide(
		silenced(),
		[again({ program: { ...program, user: redacted("CONTOSO\\other") } })],
		at("21T21:00:00"),
		defaultPolicy,
	);

	expect(decided).toMatchObject({ reason: "changed", finding: { silence: { held: 0 } } });
	if (decided.reason === "repeat") return;
	expect(decide(decided.finding, [again()], at("21T21:01:00"), defaultPolicy).reason).toBe("held");
});

test("once told, another target of the same kind is no news any more, and is reminded of when the quiet period is over", () => {
	const other = { exposes: [{ text: redacted("rdp://10.0.0.2:3389"), class: "rdp" as const }] };
	const decided = decide(silenced(), [again(other)], at("21T21:00:00"), defaultPolicy);
	if (decided.reason === "repeat") throw new Error("counted");

	expect(decide(decided.finding, [again(other)], at("21T21:01:00"), defaultPolicy).reason).toBe("held");
	expect(decide(decided.finding, [again(other)], at("22T21:01:00"), defaultPolicy).reason).toBe("still");
});

describe("what was reported earlier and did not stand on the page when it was silenced", () => {
	const stranger = { program: { ...program, user: redacted("CONTOSO\\other") } };
	const otherAccount = { tunnel: { account: "0".repeat(32), tunnelId: seen.tunnel?.tunnelId ?? "", endpoint: "", fingerprint: "" } };
	const quiet = { nextNoticeAt: at("28T20:00:00"), quietMs: 7 * 86_400_000, changesLeft: 0 };
	/** All of it told, and silenced through the front door. */
	const answered = (earlier: Partial<Sighting>): Finding => {
		const sigs = [seen, { ...seen, ...earlier }].flatMap(signatures).map(({ id }) => id);
		const finding = aFinding({ newest: seen, worst: seen, sigs, ...quiet });
		const request = { kind: "silence", by: redacted("Kim Lee"), how: "cli", verified: true, until: at("24T20:00:00") } as const;
		const answer_ = answer(finding, request, at("21T20:00:00"));
		if (!answer_.ok) throw new Error(answer_.refusal.code);
		return answer_.finding;
	};

	test("speaks at once, and only once", () => {
		const decided = decide(answered(stranger), [again(stranger)], at("21T21:00:00"), defaultPolicy);
		expect(decided).toMatchObject({ reason: "changed", dueAt: at("21T21:00:00"), finding: { silence: { held: 0 } } });
		if (decided.reason === "repeat") return;
		expect(decide(decided.finding, [again(stranger)], at("21T21:01:00"), defaultPolicy).reason).toBe("held");
	});

	test("ends the silence if it is a strong fact", () => {
		const decided = decide(answered(otherAccount), [again(otherAccount)], at("21T21:00:00"), defaultPolicy);
		expect(decided).toMatchObject({ reason: "changed", dueAt: at("21T21:00:00") });
		expect(decided).not.toHaveProperty("finding.silence");
	});

	test("gets no flood through: three cheap facts speak at once, the fourth waits for the end of the quiet period", () => {
		let finding = answered({});
		const reasons = [1, 2, 3, 4].map((n) => {
			const user = redacted(`CONTOSO\\other${n}`);
			const decided = decide(finding, [again({ program: { ...program, user } })], at(`21T21:0${n}:00`), defaultPolicy);
			if (decided.reason !== "repeat") ({ finding } = decided);
			return decided.reason;
		});
		expect(reasons).toEqual(["changed", "changed", "changed", "later"]);
	});
});

test("a silence ends at its moment, not a millisecond earlier", () => {
	const finding = silenced({}, { nextNoticeAt: at("21T21:00:00") });

	expect(decide(finding, [again()], at("22T19:59:59.999"), defaultPolicy).reason).toBe("held");
	expect(decide(finding, [again()], at("22T20:00:00"), defaultPolicy).reason).toBe("still");
});

test("where no tunnel can be seen a silence lasts a week at most, and an unknown binary cannot be silenced", () => {
	const day = 86_400_000;
	const quick = again({ tunnel: undefined, mode: "quick" });
	const unknown = again({ tunnel: undefined, mode: "quick", program: { ...program, sha256: "" } });

	expect(longestSilenceOf({ newest: seen, worst: seen })).toBe(30 * day);
	expect(longestSilenceOf({ newest: quick, worst: seen })).toBe(7 * day);
	expect(longestSilenceOf({ newest: seen, worst: unknown })).toBe(0);
});

test("a sighting is covered only if each of its facts was seen", () => {
	const finding = silenced();
	if (finding.silence === undefined) throw new Error("silenced");

	expect(covers(finding.silence, again())).toBe(true);
	expect(covers({ ...finding.silence, scope: [] }, again())).toBe(false);
	expect(covers(finding.silence, again({ severity: "low" }))).toBe(true);
});

test("what people said survives the table, and a damaged column silences nothing", () => {
	const finding: Finding = {
		...silenced({ note: redacted("patch window") }),
		ack: { by: redacted("Ana"), how: "cli", verified: true, at: at("21T20:00:00"), until: at("22T20:00:00") },
		confirmedAt: at("21T20:00:00"),
		history: [
			{ kind: "silence", by: redacted("Kim Lee"), how: "page", verified: false, at: at("21T20:00:00"), n: 2, until: at("22T20:00:00") },
		],
	};
	const values = findingValues(finding);
	const stored = { ...findingAddress(finding.key), etag: "e" };

	expect(readFinding({ ...stored, values }).finding).toEqual(finding);
	const damaged = readFinding({ ...stored, values: { ...values, answers: '{"silence":{"until":"soon"}}' } }).finding;
	expect(damaged?.silence).toBeUndefined();
	expect(damaged?.count).toBe(finding.count);
});

test("each thing that people said survives the table by itself, and where nobody said anything nothing is stored", () => {
	const { silence } = silenced();
	if (silence === undefined) throw new Error("silenced");
	const actor = { by: redacted("Ana"), how: "cli", verified: true, at: at("21T20:00:00") } as const;
	const said: readonly Partial<Finding>[] = [
		{ ack: { ...actor, until: at("22T20:00:00") } },
		{ silence },
		{ confirmedAt: at("21T20:00:00") },
		{ history: [{ ...actor, kind: "close", n: 2, as: "cleaned" }] },
	];

	expect(findingValues(aFinding())).not.toHaveProperty("answers");
	for (const one of said) {
		const finding = aFinding(one);
		const row = { ...findingAddress(finding.key), etag: "e", values: findingValues(finding) };
		expect(readFinding(row).finding).toEqual(finding);
	}
});
