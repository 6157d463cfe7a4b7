import { expect, test } from "vitest";
import { catalogue, explain, playOne } from "./run.ts";

const pairs = [...catalogue(0, 500)];

const chunk = 25;

test.each(Array.from({ length: pairs.length / chunk }, (_, n) => n * chunk))(
	"nothing is lost when two kinds of faults come together (from pair %i)",
	async (from) => {
		for (const { seed, plan } of pairs.slice(from, from + chunk)) {
			const played = await playOne(seed, plan);
			if (played.violations.length > 0) expect.fail(await explain(played));
		}
	},
);
