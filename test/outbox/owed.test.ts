import { expect, test } from "vitest";
import { claim, giveUp, isClaimable, kindsOwed, type Owed, putOff, raise, told } from "../../lib/outbox/owed.ts";
import { aFinding, at } from "../builders.ts";

const start = at("21T10:00:00");
const cause = { lastError: "server", lastStatus: 500 } as const;

function owed(change: Partial<Owed> = {}): Owed {
	return { ...raise(undefined, { reason: "new", finding: aFinding(), urgency: "severe", dueAt: start }), ...change };
}

test("a notice is sent by somebody else once its lease of 90 seconds is over, not at its last moment", () => {
	const leased = claim(owed(), "lease", start);
	expect(isClaimable(leased, at("21T10:01:30"), undefined)).toBe(false);
	expect(isClaimable(leased, at("21T10:01:30.001"), undefined)).toBe(true);
});

test("a notice that was put off is due at its moment, or as soon as its destination has recovered since the failed try", () => {
	const waiting = putOff(claim(owed(), "lease", start), at("21T10:30:00"), cause);
	expect(isClaimable(waiting, at("21T10:29:59.999"), undefined)).toBe(false);
	expect(isClaimable(waiting, at("21T10:30:00"), undefined)).toBe(true);
	expect(isClaimable(waiting, at("21T10:01:00"), at("21T10:00:00.001"))).toBe(true);
	// What failed after the recovery, or in the same moment, waits.
	expect(isClaimable(waiting, at("21T10:01:00"), start)).toBe(false);
	expect(isClaimable(owed({ dueAt: at("21T10:30:00") }), at("21T10:01:00"), at("21T10:00:30"))).toBe(false);
});

test("what is wanted while a notice waits makes it neither milder nor less urgent, and only what presses starts its three days anew", () => {
	const waiting = putOff(claim(owed({ severity: "critical", urgency: "critical" }), "lease", start), at("21T10:30:00"), cause);
	const later = (reason: "changed" | "worse") =>
		raise(waiting, { reason, finding: aFinding({ want: 2, noticeSeverity: "medium" }), urgency: "ordinary", dueAt: at("21T10:05:00") });
	expect(later("changed")).toMatchObject({ want: 2, severity: "critical", urgency: "critical", wantedAt: start, dueAt: at("21T10:30:00") });
	expect(later("worse")).toMatchObject({ severity: "critical", wantedAt: at("21T10:05:00"), dueAt: new Date(0) });
});

test("a message names the reasons that were not told yet, and none that is not wanted", () => {
	const finding = { want: 3, reasons: { new: 1, changed: 3, still: 2, worse: 4 } };
	expect(kindsOwed(finding, 0).toSorted()).toEqual(["changed", "new", "still"]);
	expect(kindsOwed(finding, 2)).toEqual(["changed"]);
	expect(kindsOwed(finding, 3)).toEqual([]);
});

test("what was wanted while a notice was on its way is due, whether that one arrived or was given up", () => {
	const more = { ...claim(owed(), "lease", start), want: 2 };
	const now = at("21T10:00:20");
	expect(told(more, 1, 5, "queued", now)).toMatchObject({ state: "due", sent: 1, countSent: 5, attempt: 0, settledBy: "lease" });
	expect(told(more, 2, 5, "queued", now)).toMatchObject({ state: "done", sent: 2 });
	expect(giveUp(more, 1, cause, now)).toMatchObject({ state: "due", sent: 0, attempt: 0, wantedAt: now });
	expect(giveUp(more, 2, cause, now)).toMatchObject({ state: "dead", sent: 0, lastStatus: 500 });
});
