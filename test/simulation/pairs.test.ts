import { expect, test } from "vitest";
import { catalogue, explain, playOne } from "./run.ts";

const pairs = [...catalogue(0, 500)];

test.each([0, 100, 200, 300, 400])("nothing is lost when two kinds of faults come together (from pair %i)", async (from) => {
	for (const { seed, plan } of pairs.slice(from, from + 100)) {
		const played = await playOne(seed, plan);
		if (played.violations.length > 0) expect.fail(await explain(played));
	}
});
