import fc from "fast-check";
import { expect, test } from "vitest";
import { mutants, withMutant } from "./mutants.ts";
import { cases, sieveCase } from "./prefilter/sieve-property.ts";

/**
 * A property that no mistake can fail proves nothing. Each of these breaks the prefilter on purpose, and the property of
 * prefilter/sieve.test.ts must notice: a dropped match, or a record that the plain way does not find.
 */
test.each(mutants.map((mutant) => [mutant.name, mutant] as const))("caught: %s", async (_name, mutant) => {
	const result = await withMutant(mutant, (createSieve) =>
		fc.check(
			fc.property(cases, (one) => {
				const { expected, actual } = sieveCase(one, createSieve);
				expect(actual).toEqual(expected);
			}),
			{ numRuns: 20_000, seed: mutant.seed ?? 1, endOnFailure: true },
		),
	);

	expect(result.failed).toBe(true);
});
