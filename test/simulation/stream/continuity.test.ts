import { describe, expect, test } from "vitest";
import { type Continuity, mutants, playContinuity } from "./continuity.ts";

function played(count: number, mutant?: Parameters<typeof playContinuity>[1]): readonly Continuity[] {
	return Array.from({ length: count }, (_, seed) => playContinuity(seed, mutant));
}

const sum = (all: readonly Continuity[], of: (one: Continuity) => number) => all.reduce((total, one) => total + of(one), 0);

// All of it: npm run simulate.
describe("an account of what was read", () => {
	const all = played(400);

	test("finds every message that the host passes over, and has it read again or told lost within five minutes", () => {
		expect(sum(all, ({ planted }) => planted)).toBeGreaterThan(1_000);
		expect(sum(all, ({ missed }) => missed)).toBe(0);
		expect(Math.max(...all.map(({ slowestS }) => slowestS))).toBeLessThanOrEqual(300);
	});

	test("never calls missing what is noted, and tells nobody of a gap that closes", () => {
		expect(sum(all, ({ falseGaps }) => falseGaps)).toBe(0);
		expect(sum(all, ({ gapAlarms }) => gapAlarms)).toBe(0);
	});

	test("stays short, whatever crashes and repeats", () => {
		expect(Math.max(...all.map(({ mostRanges }) => mostRanges))).toBeLessThanOrEqual(64);
	});

	test.each(mutants)("that is kept wrongly is noticed: %s", (mutant) => {
		const broken = played(60, mutant);
		expect(sum(broken, ({ missed, falseGaps }) => missed + falseGaps)).toBeGreaterThan(0);
	});
});
