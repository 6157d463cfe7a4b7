import { expect, test } from "vitest";
import { mutants } from "./mutants.ts";
import { playOne } from "./run.ts";

const patience = 150;

test.each(mutants)("the simulation notices when $name", async ({ plan, seed: first = 1, maxEvents, seenAs, sabotage }) => {
	for (let seed = first; seed < first + patience; seed++) {
		const { violations } = await playOne(seed, plan, { sabotage, ...(maxEvents === undefined ? {} : { maxEvents }) });
		if (violations.some((violation) => seenAs.some((invariant) => violation.startsWith(invariant)))) return;
	}
	expect.fail(`not noticed in ${patience} histories`);
});
