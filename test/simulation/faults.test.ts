import { describe, expect, test } from "vitest";
import { allFaults, faultKinds } from "./faults.ts";
import { catalogue, explain, playOne } from "./run.ts";

const each = 20;
const histories = [...catalogue(each, 0)];

describe("nothing is lost, told needlessly twice or counted wrong when", () => {
	test.each(allFaults.map((kind, index) => ({ kind, words: faultKinds[kind], index })))("$words ($kind)", async ({ index }) => {
		for (const { seed, plan } of histories.slice(index * each, (index + 1) * each)) {
			const played = await playOne(seed, plan);
			if (played.violations.length > 0) expect.fail(await explain(played));
		}
	});
});

test("one seed is one history", async () => {
	expect(await playOne(77, ["S5", "C10"])).toEqual(await playOne(77, ["S5", "C10"]));
});
