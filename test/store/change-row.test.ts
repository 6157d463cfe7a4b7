import { expect, test } from "vitest";
import { changeRow, replaceUnchanged } from "../../lib/store/change-row.ts";
import type { Table, Values } from "../../lib/store/table.ts";
import { createMemoryTable } from "../simulation/memory-table.ts";
import { changeDeps } from "./change-deps.ts";

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

test("a table that is just being created is waited for, and not asked again and again meanwhile", async () => {
	const { add, memory } = setUp(false);
	let creates = 0;
	const slow: Table = {
		...memory,
		create: (row) => {
			creates += 1;
			return memory.create(row);
		},
		async ensure() {
			for (let turn = 0; turn < 20; turn++) await new Promise(setImmediate);
			await memory.ensure();
		},
	};

	expect(await add(slow)).toMatchObject({ outcome: "written" });
	expect(creates).toBe(2);
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

test("a row that somebody else changed since it was read is left as they wrote it", async () => {
	const { memory, stored } = setUp();
	await memory.create({ ...address, values: { n: 1 } });
	const before = await memory.get(address);
	await memory.replace({ ...address, values: { n: 2 } }, before?.etag ?? "");

	expect(await replaceUnchanged(changeDeps(memory), address, before, { n: 3 })).toBeUndefined();
	expect(await replaceUnchanged(changeDeps(memory), address, undefined, { n: 3 })).toBeUndefined();
	expect(await stored()).toEqual({ n: 2 });
});

test("a row that nobody changed is replaced without reading it again, also when the answer is lost", async () => {
	const { memory, stored } = setUp();
	await memory.create({ ...address, values: { n: 1 } });
	const before = await memory.get(address);
	let reads = 0;
	const lossy: Table = {
		...memory,
		get: (key) => {
			reads += 1;
			return memory.get(key);
		},
		async replace(row, etag) {
			await memory.replace(row, etag);
			return memory.replace(row, etag);
		},
	};

	const after = await replaceUnchanged(changeDeps({ ...lossy, replace: memory.replace }), address, before, { n: 2 });
	expect([reads, after?.values["n"]]).toEqual([0, 2]);
	expect((await replaceUnchanged(changeDeps(lossy), address, after, { n: 3 }))?.values["n"]).toBe(3);
	expect(await stored()).toMatchObject({ n: 3 });
});
