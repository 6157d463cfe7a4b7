import { expect, test } from "vitest";
import { changeRow } from "../../lib/store/change-row.ts";
import type { Table, Values } from "../../lib/store/table.ts";
import { createMemoryTable } from "../simulation/memory-table.ts";

const address = { partitionKey: "p", rowKey: "r" };

function setUp(exists = true) {
	const memory = createMemoryTable(() => new Date(0), exists);
	const waits: number[] = [];
	let ids = 0;
	const deps = (table: Table) => ({
		...{ table, random: () => 1, newId: () => `token${++ids}` },
		sleep: async (ms: number) => {
			waits.push(ms);
		},
	});
	const add = (table: Table, also: Parameters<Table["transact"]>[0] = []) =>
		changeRow(deps(table), address, (row) => {
			const n = Number(row?.values["n"] ?? 0) + 1;
			return { values: { n }, also, result: n };
		});
	const stored = async (): Promise<Values | undefined> => (await memory.get(address))?.values;
	return { memory, waits, add, stored };
}

test("seven who change a row at the same time all change it, each once", async () => {
	const { memory, add, stored } = setUp();
	const slow: Table = {
		...memory,
		async get(key) {
			const row = await memory.get(key);
			await new Promise(setImmediate);
			return row;
		},
	};
	const results = await Promise.all(Array.from({ length: 7 }, () => add(slow)));

	expect(results.map((one) => ("result" in one ? one.result : 0)).toSorted((a, b) => a - b)).toEqual([1, 2, 3, 4, 5, 6, 7]);
	expect(await stored()).toMatchObject({ n: 7 });
});

test("a change whose answer was lost is recognised, and not made twice", async () => {
	const { memory, add, stored } = setUp();
	let lost = 0;
	const lossy: Table = {
		...memory,
		async create(row) {
			await memory.create(row);
			lost += 1;
			// The SDK sent it again, and found its own work.
			return memory.create(row);
		},
	};

	expect(await add(lossy)).toMatchObject({ outcome: "written", result: 1 });
	expect([lost, (await stored())?.["n"]]).toEqual([1, 1]);
});

test("a missing table is created", async () => {
	const { add, memory, stored } = setUp(false);

	expect(await add(memory)).toMatchObject({ outcome: "written", result: 1 });
	expect(await stored()).toMatchObject({ n: 1 });
});

test("after eight tries against others it gives up, having waited longer each time", async () => {
	const { add, memory, waits } = setUp();
	const crowded: Table = { ...memory, create: async () => ({ outcome: "conflict" }) };

	expect(await add(crowded)).toEqual({ outcome: "crowded" });
	expect(waits).toEqual([50, 100, 200, 400, 800, 1_600, 3_200, 6_400]);
});

test("what the table refuses is not tried again, and what belongs together is written together or not at all", async () => {
	const { add, memory, stored } = setUp();
	const tooLong = { kind: "create", row: { partitionKey: "p", rowKey: "other", values: { text: "x".repeat(32_769) } } } as const;

	expect(await add(memory, [tooLong])).toEqual({ outcome: "refused", status: 400 });
	expect(await stored()).toBeUndefined();
});
