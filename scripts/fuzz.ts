/**
 * The long run of the prefilter's property: `node scripts/fuzz.ts [cases] [seed]`, 1,000,000 by default. Prints the seed
 * to repeat it with, and the smallest case that fails, if one does.
 */
import fc from "fast-check";
import { createSieve } from "../lib/detect/prefilter/prefilter.ts";
import { cases, sieveCase } from "../test/detect/prefilter/sieve-property.ts";

const total = Number(process.argv[2] ?? 1_000_000);
const firstSeed = Number(process.argv[3] ?? Date.now() % 1_000_000_000);
const round = 20_000;
let matching = 0;

for (let done = 0; done < total; done += round) {
	const seed = firstSeed + done;
	const result = fc.check(
		fc.property(cases, (one) => {
			const { expected, actual } = sieveCase(one, createSieve);
			if (expected.length > 0) matching++;
			return JSON.stringify(actual) === JSON.stringify(expected);
		}),
		{ numRuns: Math.min(round, total - done), seed },
	);
	if (result.failed) {
		console.error(`FAILED with seed ${seed} after ${result.numRuns} cases:`);
		console.error(JSON.stringify(result.counterexample, undefined, "\t"));
		process.exit(1);
	}
	if ((done / round) % 10 === 9) console.log(`${done + round} cases, ${matching} with matches`);
}
console.log(`${total} cases from seed ${firstSeed}: nothing that a rule matches was dropped; ${matching} cases had matches`);
