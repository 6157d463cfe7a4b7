import { spawnSync } from "node:child_process";
import { expect, test } from "vitest";
import { createTableStore } from "../../lib/store/table-store.ts";
import { startAzurite } from "../azurite.ts";
import { at } from "../builders.ts";
import { createMemoryTable, type MemoryTable } from "../simulation/memory-table.ts";
import { mutants } from "../simulation/mutants.ts";
import type { InstanceDeps } from "./instance.ts";
import { describe, replay } from "./replay.ts";
import { variants } from "./variants.ts";
import { readWalks } from "./walk.ts";
import { keptWalkCount, keptWalks, modelHeader, printWalks } from "./walks.ts";

const kept = keptWalks();
const walks = readWalks(kept);

type Changes = Parameters<typeof replay>[2] & { readonly memory?: (memory: MemoryTable) => MemoryTable };

/** How many walks the code takes as the model does, up to the first that it does not. */
async function sameUntil({
	memory = (same) => same,
	...changes
}: Changes = {}): Promise<{ readonly same: number; readonly difference: string }> {
	for (const [index, walk] of walks.entries()) {
		const clock = { now: at("21T19:36:10") };
		const table = memory(createMemoryTable(() => clock.now));
		const difference = await replay(walk, { table, clock }, changes);
		if (difference !== undefined) return { same: index, difference: describe(difference) };
	}
	return { same: walks.length, difference: "" };
}

test("recording, claiming, sending and settling do in 1,000 random walks what the model does, call by call", async () => {
	expect(await sameUntil()).toEqual({ same: 1_000, difference: "" });
});

/** Chance does not come here: instance 2 looks, is overtaken, and finds work again when more than a lease has passed. */
const tooLate = `# 0
takes 1 0 absent 0 0 0 0 00 0 0
commits 1 0 due 1 0 0 0 10 0 0
acknowledges 1 0 due 1 0 0 0 10 0 0
looks 2 0 due 1 0 0 0 10 0 0
looks 1 0 due 1 0 0 0 10 0 0
claims 1 0 leased 1 0 1 1 10 0 0
dies 1 0 leased 1 0 1 0 10 0 0
looks 1 0 leased 1 0 1 0 10 0 0
claims 1 0 leased 1 0 1 1 10 0 0
composes 1 0 leased 1 0 1 1 10 0 0
isTaken 1 0 leased 1 0 1 1 10 1 0
settles 1 0 done 1 1 0 0 10 1 0
takes 1 1 done 1 1 0 0 10 1 0
commits 1 1 due 2 1 0 0 11 1 0
misses 2 0 due 2 1 0 0 11 1 0
looksAgain 2 0 due 2 1 0 0 11 1 0
claims 2 0 leased 2 1 2 0 11 1 0
isTooLate 2 0 leased 2 1 2 0 11 1 0
`;

test("who looked longer ago than a lease lasts begins no message", async () => {
	const [walk] = readWalks(tooLate);
	if (walk === undefined) throw new Error("there is one");
	const clock = { now: at("21T19:36:10") };
	const difference = await replay(walk, { table: createMemoryTable(() => clock.now), clock });
	expect(difference === undefined ? "" : describe(difference)).toBe("");
});

test("the walks reach each other step of the model hundreds of times", () => {
	const counts = Map.groupBy(
		walks.flatMap(({ steps }) => steps),
		({ name }) => name,
	);
	expect(counts.size).toBe(16);
	for (const [name, { length }] of counts) expect(length, name).toBeGreaterThan(400);
});

test("fifty of the walks over the API of Table Storage", async () => {
	const azurite = await startAzurite();
	try {
		const clock = { now: at("21T19:36:10") };
		const store = createTableStore({ connectionString: azurite.connectionString(), tableName: "walks" });
		await store.ensure();
		// Only the time is ours.
		const table = {
			...store,
			page: async (...asked: Parameters<typeof store.page>) => ({ ...(await store.page(...asked)), at: clock.now }),
		};
		for (const walk of walks.slice(0, 50)) {
			const difference = await replay(walk, { table, clock });
			expect(difference === undefined ? "" : describe(difference)).toBe("");
		}
	} finally {
		await azurite.close();
	}
});

/** Recording cannot fail in the model, so that what its errors do shows in the simulation only. */
const elsewhere = "an error while recording is swallowed";

test.for(variants.filter(({ name }) => name !== elsewhere))("a walk notices when $name", async ({ name }) => {
	const sabotage = mutants.find((one) => one.name === name)?.sabotage ?? {};
	const { same } = await sameUntil({ sabotage, ...(sabotage.memory === undefined ? {} : { memory: sabotage.memory }) });
	expect(same).toBeLessThan(1_000);
});

const added: readonly { readonly where: string; readonly calling: InstanceDeps["calling"] }[] = [
	{
		where: "before a claim or a mark",
		calling: (table) => ({ ...table, replace: (row, etag) => table.get(row).then(() => table.replace(row, etag)) }),
	},
	{
		where: "before a transaction",
		calling: (table) => ({ ...table, transact: (writes) => table.ensure().then(() => table.transact(writes)) }),
	},
	{
		where: "after a reading",
		calling: (table) => ({
			...table,
			get: (key) => table.get(key).then(async (row) => ((await table.get(key)) === undefined ? undefined : row)),
		}),
	},
	{
		where: "after a listing",
		calling: (table) => ({
			...table,
			page: (range, options) => table.page(range, options).then((page) => table.ensure().then(() => page)),
		}),
	},
];

test.for(added)("a call $where that the model has no label for is noticed", async ({ calling }) => {
	const { same, difference } = await sameUntil({ calling });
	expect(same).toBeLessThan(10);
	expect(difference).toContain("calls ");
});

test("the walks that are kept were made from the model as it is: `npm run model -- --walks` makes them again", () => {
	expect(kept.slice(0, kept.indexOf("\n"))).toBe(modelHeader());
	expect(walks.map(({ seed }) => seed)).toEqual(Array.from({ length: keptWalkCount }, (_, n) => n + 1));
});

/** Another version may draw other numbers. */
const spin = spawnSync("spin", ["-V"], { encoding: "utf8" }).stdout ?? "";
const isSame = spin.includes("Version 6.5.2");
if (!isSame) process.stderr.write("The kept walks were not made again: SPIN 6.5.2 is not installed (apt-get install spin).\n");

test.skipIf(!isSame)("SPIN draws the same walks again", () => {
	expect(kept).toContain(printWalks([1, 2, 3]));
});
