import fc from "fast-check";
import { expect, test } from "vitest";
import { createSieve } from "../../../lib/detect/prefilter/prefilter.ts";
import { cases, type Outcome, sieveCase } from "./sieve-property.ts";

// A part of `npm run fuzz`.
test("with the sieve the same records match as without it, in 5,000 messages made of the rules' own values", () => {
	const seen: Record<Outcome, number> = { nothing: 0, records: 0, whole: 0 };
	let matching = 0;

	fc.assert(
		fc.property(cases, (one) => {
			const { verdict: answer, expected, actual } = sieveCase(one, createSieve);
			seen[answer]++;
			if (expected.length > 0) matching++;
			expect(actual).toEqual(expected);
		}),
		{ numRuns: 5_000 },
	);

	// The property means little unless all three answers are common and many messages match.
	expect(Math.min(...Object.values(seen), matching)).toBeGreaterThan(375);
});
