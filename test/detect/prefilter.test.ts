import fc from "fast-check";
import { expect, test } from "vitest";
import { createSieve } from "../../lib/detect/prefilter.ts";
import { cases, type Outcome, sieveCase } from "./sieve-property.ts";

test("with the sieve the same records match as without it, in 20,000 messages made of the rules' own values", () => {
	const seen: Record<Outcome, number> = { nothing: 0, records: 0, whole: 0 };
	let matching = 0;

	fc.assert(
		fc.property(cases, (one) => {
			const { verdict, expected, actual } = sieveCase(one, createSieve);
			seen[verdict]++;
			if (expected.length > 0) matching++;
			expect(actual).toEqual(expected);
		}),
		{ numRuns: 20_000 },
	);

	// The property means little unless all three answers are common and many messages match.
	expect(Math.min(...Object.values(seen), matching)).toBeGreaterThan(1500);
});
