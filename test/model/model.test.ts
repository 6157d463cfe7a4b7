import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { mutants } from "../simulation/mutants.ts";
import { variants } from "./variants.ts";

test.for(variants)("the model without one line, $name, has its saboteur in the simulation", ({ name }) => {
	expect(mutants.map((one) => one.name)).toContain(name);
});

test("every line that the model can leave out is a variant that must fail", () => {
	const model = readFileSync(new URL("outbox.pml", import.meta.url), "utf8");
	const conditional = [...model.matchAll(/^#ifn?def (\w+)$/gm)].map(([, define]) => define);
	expect([...new Set(conditional)].sort()).toEqual(variants.map(({ define }) => define).sort());
});
