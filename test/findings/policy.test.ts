import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Finding } from "../../lib/findings/finding.ts";
import { decide, defaultPolicy, type Reason } from "../../lib/findings/policy.ts";
import { signatures } from "../../lib/findings/signature.ts";
import type { Sighting } from "../../lib/sighting/sighting.ts";
import { aFinding, aSighting, at, redacted } from "../builders.ts";

const hour = 3_600_000;
const ours = { verdict: "ours", reason: redacted("Approved: the intranet tunnel.") } as const;

/** A finding that knows all the facts of `aSighting()`, told at 19:36:10 on the 21st. */
function aToldFinding(change: Partial<Finding> = {}): Finding {
	return aFinding({ sigs: signatures(aSighting()).map((one) => one.id), ...change });
}

function again(recordId: string, change: Partial<Sighting> = {}): Sighting {
	return aSighting({ recordId, ...change });
}

function asUser(recordId: string, user: string): Sighting {
	return again(recordId, { program: { ...aSighting().program, user: redacted(user) } });
}

function outcome(finding: Finding | undefined, sightings: readonly Sighting[], now: Date) {
	const decision = decide(finding, sightings, now, defaultPolicy);
	if (decision.reason === "repeat") throw new Error("a repeat has no finding");
	return { reason: decision.reason, finding: decision.finding, dueAt: "dueAt" in decision ? decision.dueAt : undefined };
}

function reason(finding: Finding | undefined, sightings: readonly Sighting[], now: Date): Reason {
	return decide(finding, sightings, now, defaultPolicy).reason;
}

describe("the first sighting", () => {
	test("of a device is told at once, and the device is quiet for a day", () => {
		const { reason, finding, dueAt } = outcome(undefined, [aSighting()], at("21T19:36:10"));

		expect(reason).toBe("new");
		expect(dueAt).toEqual(at("21T19:36:10"));
		expect(finding).toMatchObject({ status: "open", want: 1, reasons: { new: 1 }, count: 1, severity: "medium", noticeSeverity: "medium" });
		expect(finding).toMatchObject({ nextNoticeAt: at("22T19:36:10"), quietMs: 24 * hour, changesLeft: 3, changes: [] });
	});

	test("after approved ones only is told as new", () => {
		const approved = outcome(undefined, [again("a", { ownership: ours })], at("21T08:00:00"));
		expect(approved).toMatchObject({ reason: "held", dueAt: undefined, finding: { want: 0, count: 1, sigs: [] } });

		const hostile = outcome(approved.finding, [again("b")], at("21T09:00:00"));
		expect(hostile).toMatchObject({ reason: "new", finding: { want: 1, count: 2, newest: { recordId: "b" }, worst: { recordId: "b" } } });
	});

	test("is not overshadowed by an approved one of higher severity", () => {
		const both = [again("a", { ownership: ours, severity: "critical" }), again("b", { severity: "low" })];
		expect(outcome(undefined, both, at("21T19:36:10"))).toMatchObject({
			reason: "new",
			finding: { severity: "low", noticeSeverity: "low", newest: { recordId: "b" }, worst: { recordId: "b" } },
		});
	});
});

test("of equally grave sightings the one that arrived last is shown, whatever a device's clock says", () => {
	const ahead = again("a", { at: at("21T20:30:00"), arrivedAt: at("21T19:36:10") });
	const later = again("b", { at: at("21T19:40:00"), arrivedAt: at("21T19:41:00") });
	const first = outcome(undefined, [ahead], at("21T19:36:10"));

	expect(outcome(first.finding, [later], at("21T19:41:00")).finding.worst.recordId).toBe("b");
	expect(outcome(first.finding, [{ ...later, severity: "low" }], at("21T19:41:00")).finding.worst.recordId).toBe("a");
});

describe("a device that was told about", () => {
	test("stays quiet until its quiet period is over", () => {
		const finding = aToldFinding({ nextNoticeAt: at("22T19:36:10") });

		expect(reason(finding, [again("b")], at("22T19:36:09.999"))).toBe("held");
		expect(reason(finding, [again("b")], at("22T19:36:10"))).toBe("still");
	});

	test("is quiet twice as long after each repeat, up to a week", () => {
		const quiet = (quietMs: number) => outcome(aToldFinding({ quietMs }), [again("b")], at("23T00:00:00")).finding;

		expect(quiet(24 * hour)).toMatchObject({ quietMs: 48 * hour, nextNoticeAt: at("25T00:00:00") });
		expect(quiet(96 * hour)).toMatchObject({ quietMs: 168 * hour, nextNoticeAt: at("30T00:00:00") });
		expect(quiet(168 * hour)).toMatchObject({ quietMs: 168 * hour });
	});

	test("does not stay quiet longer because it is seen again and again", () => {
		const finding = aToldFinding({ nextNoticeAt: at("22T19:36:10") });
		const seenAgain = outcome(finding, [again("b"), again("c")], at("22T19:00:00")).finding;

		expect(seenAgain).toMatchObject({ count: 3, want: 1, nextNoticeAt: at("22T19:36:10"), quietMs: 24 * hour });
	});

	test("is told again at once when it gets worse, however quiet it should be", () => {
		const finding = aToldFinding({ severity: "medium", noticeSeverity: "medium", quietMs: 96 * hour, changesLeft: 0 });

		expect(reason(finding, [again("b", { severity: "medium" })], at("21T20:00:00"))).toBe("held");
		expect(outcome(finding, [again("b", { severity: "high" })], at("21T20:00:00"))).toMatchObject({
			reason: "worse",
			dueAt: at("21T20:00:00"),
			finding: {
				want: 2,
				reasons: { new: 1, worse: 2 },
				severity: "high",
				noticeSeverity: "high",
				quietMs: 24 * hour,
				nextNoticeAt: at("22T20:00:00"),
				changesLeft: 3,
				changes: [{ n: 2, kind: "worse", text: "severity rose from medium to high" }],
			},
		});
	});

	test("is told again when a user turns up who was not seen there before", () => {
		const { reason, finding, dueAt } = outcome(aToldFinding(), [asUser("b", "CONTOSO\\svc-backup")], at("21T20:00:00"));

		expect(reason).toBe("changed");
		expect(dueAt).toEqual(at("21T20:00:00"));
		expect(finding).toMatchObject({ want: 2, reasons: { new: 1, changed: 2 }, changesLeft: 2, nextNoticeAt: at("22T20:00:00") });
		expect(finding.changes).toEqual([{ n: 2, kind: "changed", text: "another user: CONTOSO\\svc-backup" }]);
	});

	test("tells three changes in a quiet period; the fourth waits for its end, and the fifth goes with it", () => {
		let finding = aToldFinding();
		for (const n of [1, 2, 3]) {
			const told = outcome(finding, [asUser(`c${n}`, `user${n}`)], at(`21T20:0${n}:00`));
			expect(told.reason).toBe("changed");
			finding = told.finding;
		}
		const fourth = outcome(finding, [asUser("c4", "user4")], at("21T20:04:00"));
		expect(fourth).toMatchObject({ reason: "later", dueAt: at("22T20:03:00") });
		expect(fourth.finding).toMatchObject({
			want: 5,
			reasons: { new: 1, changed: 5 },
			deferredTo: at("22T20:03:00"),
			nextNoticeAt: at("23T20:03:00"),
		});

		const fifth = outcome(fourth.finding, [asUser("c5", "user5")], at("21T20:05:00"));
		expect(fifth).toMatchObject({ reason: "later", dueAt: at("22T20:03:00"), finding: { want: 6, nextNoticeAt: at("23T20:03:00") } });

		const afterwards = outcome(fifth.finding, [asUser("c6", "user6")], at("22T20:03:00"));
		expect(afterwards).toMatchObject({ reason: "later", dueAt: at("23T20:03:00") });
	});

	test.each<[string, Partial<Sighting>]>([
		["another account", { tunnel: { account: "a".repeat(32), tunnelId: "", endpoint: "", fingerprint: "" } }],
		["remote administration", { exposes: [{ text: redacted("rdp://localhost:3389"), class: "rdp" }] }],
		["another name", { program: { ...aSighting().program, renamed: true } }],
		["a worse verdict", { ownership: { verdict: "not-ours", reason: redacted("x") } }],
	])("tells %s at once when cheap facts have used up their changes, and takes none of them", (_, change) => {
		const finding = aToldFinding({ changesLeft: 0 });
		const told = outcome(finding, [again("b", change)], at("21T20:00:00"));
		expect(told).toMatchObject({ reason: "changed", dueAt: at("21T20:00:00"), finding: { changesLeft: 0 } });
	});

	test("tells 20 accounts at once, and the next one at the end of the quiet period: they can be forged by the hundred", () => {
		const withAccount = (n: number) =>
			again(`c${n}`, { tunnel: { account: n.toString(16).padStart(32, "0"), tunnelId: "", endpoint: "", fingerprint: "" } });
		let finding = aToldFinding({ changesLeft: 0, sigs: [] });
		for (let n = 0; n < 20; n++) {
			const told = outcome(finding, [withAccount(n)], at("21T20:00:00"));
			expect(told.reason).toBe("changed");
			finding = told.finding;
		}
		expect(outcome(finding, [withAccount(20)], at("21T20:00:00")).reason).toBe("later");
	});

	test("does not forget an account for a hundred cheap facts", () => {
		const rules = Array.from({ length: 150 }, (_, n) => ({ id: `rule-${n}`, severity: "medium" as const, evidence: [] }));
		const { finding } = outcome(aToldFinding(), [again("b", { rules })], at("21T20:00:00"));
		expect(finding.sigs).toHaveLength(100);
		expect(finding.sigs.some((id) => id.startsWith("account:"))).toBe(true);
	});

	test("a change at the end of the quiet period is told as a repeat, with the change in it", () => {
		const finding = aToldFinding({ changesLeft: 0, nextNoticeAt: at("22T19:36:10") });
		const late = outcome(finding, [asUser("b", "user2")], at("22T19:36:10"));

		expect(late.reason).toBe("still");
		expect(late.finding.changes).toEqual([{ n: 2, kind: "still", text: "another user: user2" }]);
	});

	test("an approved tunnel beside a hostile one is counted, and hides nothing", () => {
		const finding = aToldFinding();
		const approved = outcome(finding, [again("b", { ownership: ours, severity: "critical", at: at("21T23:00:00") })], at("21T23:00:00"));

		expect(approved).toMatchObject({ reason: "held", finding: { count: 2, severity: "medium", newest: { recordId: "0a1b2c3d4e5f" } } });
	});

	test("that was closed comes back at once, and its severity starts anew", () => {
		const closed = aToldFinding({ status: "closed", noticeSeverity: "critical", want: 4, nextNoticeAt: at("29T00:00:00") });

		expect(outcome(closed, [again("b", { severity: "low" })], at("21T20:00:00"))).toMatchObject({
			reason: "back",
			dueAt: at("21T20:00:00"),
			finding: { status: "open", want: 5, reasons: { new: 1, back: 5 }, noticeSeverity: "low", changesLeft: 3 },
		});
		expect(reason(closed, [again("b", { ownership: ours })], at("21T20:00:00"))).toBe("held");
	});
});

describe("a record that comes again", () => {
	test("is recognised and changes nothing", () => {
		const finding = aToldFinding({ seen: ["0a1b2c3d4e5f"] });
		expect(reason(finding, [aSighting({ severity: "critical" })], at("25T00:00:00"))).toBe("repeat");
	});

	test("twice in one batch is counted once", () => {
		expect(outcome(undefined, [aSighting(), aSighting()], at("21T20:00:00")).finding.count).toBe(1);
	});

	test("is remembered for 400 records, and no more", () => {
		const many = Array.from({ length: 401 }, (_, n) => again(`r${n}`));
		const { finding } = outcome(undefined, many, at("21T20:00:00"));

		expect(finding.count).toBe(401);
		expect(finding.seen).toHaveLength(400);
		expect(reason(finding, [again("r1")], at("21T20:00:00"))).toBe("repeat");
		expect(reason(finding, [again("r0")], at("21T20:00:00"))).toBe("held");
	});
});

describe("what counts as a change", () => {
	const told = aToldFinding();
	const program = aSighting().program;
	const tunnel = { account: "a".repeat(32), tunnelId: "11111111-2222-3333-4444-555555555555", endpoint: "", fingerprint: "00000000" };

	test.each<[string, Partial<Sighting>]>([
		["another tunnel and account", { tunnel }],
		["another binary", { program: { ...program, sha256: "f".repeat(64) } }],
		["another kind of folder", { program: { ...program, folderClass: "temp" } }],
		["another user", { program: { ...program, user: redacted("SYSTEM") } }],
		["a disguised name", { program: { ...program, renamed: true } }],
		["something exposed", { exposes: [{ text: redacted("rdp://localhost:3389"), class: "rdp" }] }],
		["another rule", { rules: [{ id: "cloudflared-portable-execution", severity: "medium", evidence: [] }] }],
	])("%s", (_, change) => {
		expect(reason(told, [again("b", change)], at("21T20:00:00"))).toBe("changed");
	});

	test.each<[string, Partial<Sighting>]>([
		["another command line", { program: { ...program, commandLine: redacted("cloudflared.exe tunnel run other") } }],
		["another path of the same kind", { program: { ...program, path: redacted("C:\\Users\\j.meyer\\Desktop\\cloudflared.exe") } }],
		["the user in other letters", { program: { ...program, user: redacted("contoso\\J.MEYER") } }],
		["a record that knows less", { tunnel: undefined, program: { ...program, sha256: "", user: redacted(""), folderClass: "unknown" } }],
	])("not %s", (_, change) => {
		expect(reason(told, [again("b", change)], at("21T20:00:00"))).toBe("held");
	});
});

test("of more than 100 facts about a device the newest are remembered: the oldest are told again, what is known is not", () => {
	const day = at("21T20:00:00");
	const rules = (from: number, to: number) =>
		Array.from({ length: to - from }, (_, n) => ({ id: `rule-${from + n}`, severity: "medium" as const, evidence: [] }));
	const bare = { tunnel: undefined, program: { ...aSighting().program, sha256: "", user: redacted(""), folderClass: "unknown" as const } };
	const first = outcome(undefined, [again("a", { ...bare, rules: rules(0, 100) })], day).finding;
	const { finding } = outcome(first, [again("b", { ...bare, rules: rules(100, 101) })], day);

	expect(finding.sigs).toHaveLength(100);
	expect(reason(finding, [again("c", { ...bare, rules: rules(100, 101) })], day)).toBe("held");
	expect(reason(finding, [again("d", { ...bare, rules: rules(1, 2) })], day)).toBe("held");
	expect(reason(finding, [again("e", { ...bare, rules: rules(0, 1) })], day)).toBe("changed");
});

test("the order inside a batch does not matter, and neither does cutting it in two", () => {
	const sighting = fc.record({
		id: fc.integer({ min: 0, max: 30 }),
		minute: fc.integer({ min: 10, max: 59 }),
		severity: fc.constantFrom("low", "medium", "high", "critical"),
		user: fc.constantFrom("u1", "u2", "u3", ""),
		approved: fc.boolean(),
	});
	const toSighting = ({ id, minute, severity, user, approved }: typeof sighting extends fc.Arbitrary<infer T> ? T : never) =>
		again(`${id}-${minute}-${severity}-${user}-${approved}`, {
			severity,
			at: at(`21T12:${minute}:00`),
			program: { ...aSighting().program, user: redacted(user) },
			...(approved ? { ownership: ours } : {}),
		});
	const endState = (batches: readonly (readonly Sighting[])[]) => {
		let finding: Finding | undefined;
		for (const batch of batches) {
			const decision = decide(finding, batch, at("21T13:00:00"), defaultPolicy);
			if (decision.reason !== "repeat") finding = decision.finding;
		}
		if (finding === undefined) return undefined;
		const { count, firstSeen, lastSeen, severity, noticeSeverity, sigs, rules, newest, worst } = finding;
		return {
			count,
			firstSeen,
			lastSeen,
			severity,
			noticeSeverity,
			sigs: [...sigs].sort(),
			rules,
			newest: newest.recordId,
			worst: worst.recordId,
		};
	};
	fc.assert(
		fc.property(fc.array(sighting, { minLength: 1, maxLength: 12 }), fc.nat(12), (raw, split) => {
			const list = raw.map(toSighting);
			const whole = endState([list]);
			expect(endState([[...list].reverse()])).toEqual(whole);
			expect(endState([list.slice(0, split), list.slice(split), list.slice(0, split)])).toEqual(whole);
		}),
		{ numRuns: 500 },
	);
});

test("of very many strong facts the newest are remembered, so that what was just told is no news again", () => {
	const many = Array.from({ length: 50 }, (_, n) => `account:${String(n).padStart(12, "0")}`);
	const tunnel = {
		...aSighting().tunnel,
		account: redacted("ab".repeat(16)),
		tunnelId: redacted(""),
		endpoint: redacted(""),
		fingerprint: redacted(""),
	};
	const { reason, finding } = outcome(aToldFinding({ sigs: many }), [again("x", { tunnel })], at("21T20:00:00"));

	expect(reason).toBe("changed");
	const accounts = finding.sigs.filter((id) => id.startsWith("account:"));
	expect(accounts).toHaveLength(50);
	expect(accounts.slice(0, 2)).toEqual(["account:000000000001", "account:000000000002"]);
	expect(accounts.at(-1)).toBe(signatures(again("x", { tunnel })).find(({ id }) => id.startsWith("account:"))?.id);
});
