import { expect, test } from "vitest";
import { summaryText } from "../../cli/summary.ts";
import { createTotals } from "../../lib/app/totals.ts";
import type { Recorded } from "../../lib/outbox/recorded.ts";
import { aFinding, at } from "../builders.ts";

const told = (key: string, reason: "new" | "later", dueAt: Date): Recorded => ({
	...{ key, reason, dueAt, setAside: undefined, damaged: false, written: undefined, fresh: 1, repeats: 0, finding: aFinding() },
	kinds: [reason === "later" ? "changed" : reason],
	owed: [{ destination: "teams", kinds: ["changed"] }],
});

function totalsOf(recorded: readonly Recorded[]) {
	const counter = createTotals();
	counter.add({
		messages: 1,
		records: 1,
		known: 1,
		quarantined: [],
		sightings: [],
		recorded,
		devices: [],
		origins: new Map(),
		learnFailed: undefined,
	});
	return counter.totals();
}

const words = (recorded: readonly Recorded[]) =>
	summaryText({
		totals: totalsOf(recorded),
		quarantined: [],
		deliveries: [],
		owed: [],
		destinations: ["teams"],
		whatIf: true,
		seconds: 1,
	}).split("\n")[1];

test("a notice that waits for the end of a quiet period is named with its moment", () => {
	const now = at("21T10:00:00");

	expect(words([told("a", "new", now), told("b", "later", at("22T09:30:00"))])).toBe(
		"0 matches on 2 devices. 1 notice would go to teams. 1 waits until 2026-11-22 09:30 UTC.",
	);
	expect(words([told("a", "later", at("22T11:00:00")), told("b", "later", at("22T09:30:00"))])).toContain(
		" 2 wait, the first until 2026-11-22 09:30 UTC.",
	);
});

test("what is told at once afterwards no longer waits", () => {
	const recorded = [told("a", "later", at("22T09:30:00")), told("a", "new", at("21T10:00:00"))];

	expect(totalsOf(recorded)).toMatchObject({ notices: 2, waiting: 0, waitingUntil: undefined });
});
