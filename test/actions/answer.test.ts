import { expect, test } from "vitest";
import { type AnswerRequest, answer } from "../../lib/actions/answer.ts";
import { proposalOf } from "../../lib/actions/proposal.ts";
import type { Answered } from "../../lib/findings/answered.ts";
import type { Finding } from "../../lib/findings/finding.ts";
import { aFinding, aSighting, at, redacted } from "../builders.ts";

const now = at("21T20:00:00");

function typed(kind: AnswerRequest["kind"], change: Partial<AnswerRequest> = {}): AnswerRequest {
	return { kind, by: redacted("Kim Lee"), how: "page", verified: false, ...change };
}

function signedIn(kind: AnswerRequest["kind"], change: Partial<AnswerRequest> = {}): AnswerRequest {
	return typed(kind, { verified: true, ...change });
}

function accepted(finding: Finding, request: AnswerRequest, when = now): Finding {
	const answered = answer(finding, request, when);
	if (!answered.ok) throw new Error(answered.refusal.code);
	return answered.finding;
}

function refusal(finding: Finding, request: AnswerRequest, when = now): string | undefined {
	const answered = answer(finding, request, when);
	return answered.ok ? undefined : answered.refusal.code;
}

function past(change: Partial<Answered>): Answered {
	return { kind: "silence", by: redacted("Ana"), how: "page", verified: false, at: at("10T00:00:00"), n: 1, ...change };
}

test("acknowledging keeps reminders away for 24 hours, and everybody who was told hears of it", () => {
	const finding = accepted(aFinding({ nextNoticeAt: at("21T21:00:00") }), typed("acknowledge"));

	expect(finding).toMatchObject({
		want: 2,
		reasons: { new: 1, answered: 2 },
		nextNoticeAt: at("22T20:00:00"),
		ack: { by: "Kim Lee", verified: false, until: at("22T20:00:00") },
		history: [{ kind: "acknowledge", by: "Kim Lee", how: "page", verified: false, n: 2, at: now }],
	});
});

test("who comes second is told that someone is on it; a note is kept and nobody hears the same twice", () => {
	const finding = accepted(aFinding(), typed("acknowledge"));

	expect(refusal(finding, typed("acknowledge", { by: redacted("Ana") }))).toBe("acknowledged");
	const noted = answer(finding, typed("acknowledge", { by: redacted("Ana"), note: redacted("on the phone with them") }), now);
	expect(noted).toMatchObject({ ok: true, finding: { want: 2, ack: { by: "Kim Lee" }, history: [{}, { by: "Ana" }] } });
	expect(noted).not.toHaveProperty("notice");
});

test("after the 24 hours somebody can be on it again, not a moment before", () => {
	const finding = accepted(aFinding(), typed("acknowledge"));

	expect(refusal(finding, typed("acknowledge"), at("22T19:59:59.999"))).toBe("acknowledged");
	expect(accepted(finding, typed("acknowledge"), at("22T20:00:00")).ack).toMatchObject({ until: at("23T20:00:00") });
});

test("a reminder that was further away than 24 hours stays where it was", () => {
	expect(accepted(aFinding({ nextNoticeAt: at("25T20:00:00") }), typed("acknowledge")).nextNoticeAt).toEqual(at("25T20:00:00"));
	expect(accepted(aFinding({ nextNoticeAt: undefined }), typed("acknowledge")).nextNoticeAt).toEqual(at("22T20:00:00"));
});

test("what stood on no page speaks again during a silence: three such facts at once, or more where more were left", () => {
	const told = aFinding({ sigs: ["user:000000000000"], changesLeft: 0 });
	expect(accepted(told, typed("silence"))).toMatchObject({ sigs: [], changesLeft: 3 });
	expect(accepted({ ...told, changesLeft: 5 }, typed("silence"))).toMatchObject({ changesLeft: 5 });
});

test("a silence lasts 24 hours unless it says otherwise, and 30 days at most", () => {
	expect(accepted(aFinding(), typed("silence")).silence).toMatchObject({ until: at("22T20:00:00"), severity: "medium", held: 0 });
	const days30 = new Date(now.getTime() + 30 * 86_400_000);
	expect(accepted(aFinding(), signedIn("silence", { until: days30 })).silence?.until).toEqual(days30);
	expect(refusal(aFinding(), signedIn("silence", { until: new Date(days30.getTime() + 1) }))).toBe("too-long");
	expect(refusal(aFinding(), signedIn("silence", { until: now }))).toBe("past");
	expect(refusal(aFinding(), signedIn("silence", { until: new Date(Number.NaN) }))).toBe("past");
});

test("a name that anyone can type gets only the short answers that can be taken back", () => {
	expect(refusal(aFinding(), typed("close", { as: "cleaned" }))).toBe("needs-sign-in");
	expect(refusal(aFinding(), typed("propose"))).toBe("needs-sign-in");
	expect(refusal(aFinding(), typed("silence", { until: at("22T20:00:00.001") }))).toBe("needs-sign-in");
	expect(refusal(aFinding({ severity: "critical" }), typed("silence"))).toBe("critical");
	expect(refusal(aFinding({ severity: "critical" }), signedIn("silence"))).toBeUndefined();
	expect(refusal(aFinding(), typed("silence", { how: "cli", until: at("27T20:00:00") }))).toBeUndefined();
});

test("unverified silences end with the second in a row", () => {
	expect(refusal(aFinding({ history: [past({})] }), typed("silence"))).toBeUndefined();
	expect(refusal(aFinding({ history: [past({}), past({})] }), typed("silence"))).toBe("in-a-row");
	expect(refusal(aFinding({ history: [past({}), past({}), past({ verified: true })] }), typed("silence"))).toBeUndefined();
	// Who uses the command line has the table's own rights.
	expect(refusal(aFinding({ history: [past({ how: "cli" }), past({})] }), typed("silence"))).toBeUndefined();
	expect(refusal(aFinding({ history: [past({}), past({}), past({ kind: "lift" })] }), typed("silence"))).toBe("in-a-row");
});

test("a finding takes 10 answers an hour from the page, and the command line is not held to it", () => {
	const history = Array.from({ length: 10 }, () => past({ kind: "lift", at: at("21T19:00:01") }));

	expect(refusal(aFinding({ history }), typed("acknowledge"))).toBe("too-many");
	expect(refusal(aFinding({ history }), typed("acknowledge"), at("21T20:00:01"))).toBeUndefined();
	expect(refusal(aFinding({ history }), typed("acknowledge", { how: "cli" }))).toBeUndefined();
});

test("where neither tunnel nor binary is known nothing can be silenced, without a tunnel for a week at most", () => {
	const quick = aSighting({ tunnel: undefined, mode: "quick" });
	const unknown = aSighting({ ...quick, program: { ...quick.program, sha256: "" } });

	expect(refusal(aFinding({ worst: unknown, newest: unknown }), typed("silence"))).toBe("indistinct");
	expect(refusal(aFinding({ worst: quick, newest: quick }), signedIn("silence", { until: at("28T20:00:00") }))).toBeUndefined();
	expect(refusal(aFinding({ worst: quick, newest: quick }), signedIn("silence", { until: at("28T20:00:00.001") }))).toBe("too-long-unseen");
});

test("lifting ends the silence at once and tells how much it had held", () => {
	const silenced = accepted(aFinding(), typed("silence"));
	expect(refusal(aFinding(), typed("lift"))).toBe("not-silenced");

	const quiet = accepted(silenced, typed("lift"));
	expect(quiet.silence).toBeUndefined();
	expect(quiet.reasons).toEqual({ new: 1, answered: 3 });
	if (silenced.silence === undefined) throw new Error("silenced");
	const busy = accepted({ ...silenced, silence: { ...silenced.silence, held: 41 } }, typed("lift"));
	expect(busy).toMatchObject({
		reasons: { new: 1, answered: 3, still: 3 },
		changes: [{ n: 3, kind: "still", text: "the silence by Kim Lee (unverified) ended; events during it: 41" }],
	});
});

test("what a silence held is told once: the quiet period starts again, and a later reminder stays where it was", () => {
	const silence = { ...accepted(aFinding(), typed("silence")).silence, held: 2 } as NonNullable<Finding["silence"]>;
	const changes = Array.from({ length: 10 }, (_, n) => ({ n: 1, kind: "changed" as const, text: redacted(`fact ${n}`) }));
	const lifted = (change: Partial<Finding>) => accepted(aFinding({ silence, quietMs: 24 * 3_600_000, count: 3, ...change }), typed("lift"));

	expect(lifted({ nextNoticeAt: at("21T21:00:00") })).toMatchObject({ nextNoticeAt: at("22T20:00:00"), countAtNotice: 3 });
	expect(lifted({ nextNoticeAt: at("25T20:00:00") }).nextNoticeAt).toEqual(at("25T20:00:00"));
	expect(lifted({ nextNoticeAt: undefined }).nextNoticeAt).toEqual(at("22T20:00:00"));
	// The row keeps the newest ten.
	expect(lifted({ changes }).changes.map(({ text }) => text)).toEqual([
		...["fact 1", "fact 2", "fact 3", "fact 4", "fact 5", "fact 6", "fact 7", "fact 8", "fact 9"],
		"the silence by Kim Lee (unverified) ended; events during it: 2",
	]);
});

test("who silences again in the minute in which a silence ends loses nothing of what it held", () => {
	const held = { ...accepted(aFinding(), typed("silence")).silence, held: 41 } as NonNullable<Finding["silence"]>;
	const silenced = aFinding({ silence: held });

	for (const time of ["22T19:59:59", "22T20:00:00", "22T20:00:30"])
		expect(accepted(silenced, signedIn("silence"), at(time)).silence).toMatchObject({ at: at(time), held: 41 });
});

test("who says that it is not ours makes it high at least, ends the silence, and nobody can silence it until it is closed", () => {
	const finding = accepted(accepted(aFinding(), typed("silence")), typed("not-ours", { by: redacted("Ana") }));

	expect(finding).toMatchObject({ severity: "high", noticeSeverity: "high", confirmedAt: now, reasons: { escalated: 3 } });
	expect(finding.silence).toBeUndefined();
	// What a person says does not change the verdict.
	expect(finding.worst.ownership.verdict).toBe("cannot-tell");
	expect(refusal(finding, signedIn("silence"))).toBe("confirmed");
	expect(refusal(finding, typed("not-ours"))).toBe("confirmed");
	expect(accepted(finding, signedIn("close", { as: "cleaned" })).confirmedAt).toBeUndefined();
});

test("a closed finding has no silence and takes no further answer", () => {
	const closed = accepted(accepted(aFinding(), typed("silence")), signedIn("close", { as: "false-positive" }));

	expect(closed).toMatchObject({ status: "closed", history: [{}, { kind: "close", as: "false-positive" }] });
	expect(closed.silence).toBeUndefined();
	expect(refusal(closed, typed("acknowledge"))).toBe("closed");
});

test("an answer needs a name, and something that was told", () => {
	expect(refusal(aFinding(), typed("acknowledge", { by: redacted(" 12 ") }))).toBe("no-name");
	expect(refusal(aFinding({ want: 0 }), typed("acknowledge"))).toBe("nothing-told");
});

test("an approval is proposed for one account and one tunnel that were both seen, and for nothing else", () => {
	const proposed = proposalOf(aFinding());
	expect(proposed).toMatchObject({
		ok: true,
		proposal: { account: "9f86d081884c7d659a2feaa0c55ad015", tunnels: ["6ff42ae2-765d-4adf-8112-31c55c1551ef"] },
	});
	const seen = aSighting();
	const other = { account: "0".repeat(32), tunnelId: "6ff42ae2-765d-4adf-8112-31c55c1551e0", endpoint: "", fingerprint: "" };
	const not = [
		{ tunnel: undefined },
		{ tunnel: undefined, mode: "quick" as const },
		{ mode: "quick" as const },
		{ program: { ...seen.program, renamed: true } },
		{ otherTunnels: [other] },
	].map((change) => aSighting(change));
	for (const worst of not) expect(proposalOf(aFinding({ worst, newest: worst })).ok).toBe(false);
	expect(proposalOf(aFinding({ worst: aSighting({ tunnel: other }) })).ok).toBe(false);
	expect(refusal(aFinding({ worst: aSighting({ mode: "quick" }) }), signedIn("propose"))).toBe("no-proposal");
	expect(accepted(aFinding(), signedIn("propose")).ack?.by).toBe("Kim Lee");
});

test("who proposes an approval does not take over from who is on it", () => {
	const finding = accepted(accepted(aFinding(), typed("acknowledge")), signedIn("propose", { by: redacted("Ana") }), at("21T21:00:00"));

	expect(finding.ack).toMatchObject({ by: "Kim Lee", until: at("22T20:00:00") });
});

test("an escalation makes nothing milder, and reaches whoever was kept from the finding", () => {
	const kept = { digest: ["teams", "slack"], keeps: ["slack"] };
	const finding = accepted(aFinding({ severity: "critical", routed: kept }), typed("not-ours"));

	expect(finding).toMatchObject({ severity: "critical", noticeSeverity: "critical", routed: { digest: ["teams", "slack"], keeps: [] } });
	expect(accepted(aFinding({ severity: "low" }), typed("not-ours"))).toMatchObject({ severity: "high", noticeSeverity: "high" });
});

test("what was promised for later is not told of a finding that is closed", () => {
	const finding = accepted(aFinding({ deferredTo: at("22T20:00:00") }), signedIn("close", { as: "cleaned" }));

	expect(finding).toMatchObject({ status: "closed", deferredTo: undefined });
});

test("the audit trail keeps the newest 20 lines", () => {
	let finding = aFinding();
	for (let n = 0; n < 25; n++) finding = accepted(finding, typed(n % 2 === 0 ? "silence" : "lift", { how: "cli", verified: true }));

	expect(finding.history).toHaveLength(20);
	expect(finding.history?.at(-1)?.n).toBe(26);
});
