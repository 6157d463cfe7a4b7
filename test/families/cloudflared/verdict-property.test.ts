import { test } from "vitest";
import { invariants } from "./verdict-invariants.ts";

/** A part of what `npm run fuzz-verdict` tries, and always the same one: a failure here is a change of ours. */
const [runs, seed] = [60, 16];

test.for(invariants)("$name", ({ assert }) => {
	assert(runs, seed);
});
