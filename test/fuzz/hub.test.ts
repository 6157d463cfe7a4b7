import { expect, test } from "vitest";
import { hubShapes } from "./hub-shapes.ts";
import { runHubFuzz } from "./run.ts";

test("there are more than 500 shapes of hostile messages, each with a name of its own", () => {
	const names = hubShapes().map(({ name }) => name);
	expect(names.length).toBeGreaterThan(500);
	expect(new Set(names).size).toBe(names.length);
});

test("no hub message stops the built functions, and the good message beside each is recorded and told", async () => {
	// A tenth; `npm run fuzz` takes all. The first two are known to have stopped an earlier version.
	const some = hubShapes().filter((_, index) => index < 2 || index % 10 === 3);
	expect((await runHubFuzz(some)).failures).toEqual([]);
});
