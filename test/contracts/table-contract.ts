import { describe, expect, test } from "vitest";
import { type NewRow, rowsOf, type Table, type Values } from "../../lib/store/table.ts";

let partitions = 0;

/** What findings demand of every table. `create` gives one that exists; `createMissing` one that does not yet. */
export function tableContract(name: string, create: () => Promise<Table>, createMissing: () => Promise<Table>): void {
	describe(`${name} keeps the table's promises`, () => {
		const fresh = async () => {
			partitions += 1;
			const partitionKey = `p${partitions}`;
			const row = (rowKey: string, values: Values = {}): NewRow => ({ partitionKey, rowKey, values });
			return { table: await create(), partitionKey, row };
		};
		const etagOf = async (table: Table, row: NewRow) => (await table.get(row))?.etag ?? "none";

		test("what was written is read back, in the same types", async () => {
			const { table, row } = await fresh();
			const values = { text: "a", empty: "", big: 4_294_967_296, small: 7, half: 1.5, yes: true, emoji: "🛰️" };

			expect((await table.create(row("r", values))).outcome).toBe("written");
			expect((await table.get(row("r")))?.values).toEqual(values);
		});

		test("a row that is not there reads as undefined", async () => {
			const { table, row } = await fresh();
			expect(await table.get(row("r"))).toBeUndefined();
		});

		test("a row can be created once", async () => {
			const { table, row } = await fresh();
			await table.create(row("r", { by: "first" }));

			expect((await table.create(row("r", { by: "second" }))).outcome).toBe("conflict");
			expect((await table.get(row("r")))?.values).toEqual({ by: "first" });
		});

		test("of 50 concurrent creates one wins", async () => {
			const { table, row } = await fresh();
			const outcomes = await Promise.all(Array.from({ length: 50 }, (_, by) => table.create(row("r", { by }))));

			expect(outcomes.filter((one) => one.outcome === "written")).toHaveLength(1);
			expect(outcomes.filter((one) => one.outcome === "conflict")).toHaveLength(49);
		});

		test("of 50 concurrent claims with one ETag one wins", async () => {
			const { table, row } = await fresh();
			await table.create(row("r"));
			const etag = await etagOf(table, row("r"));
			const outcomes = await Promise.all(Array.from({ length: 50 }, (_, by) => table.replace(row("r", { by }), etag)));

			expect(outcomes.filter((one) => one.outcome === "written")).toHaveLength(1);
			expect(outcomes.filter((one) => one.outcome === "stale")).toHaveLength(49);
		});

		test("a stale ETag changes nothing, and removes nothing", async () => {
			const { table, row } = await fresh();
			await table.create(row("r", { n: 1 }));
			const stale = await etagOf(table, row("r"));
			const replaced = await table.replace(row("r", { n: 2 }), stale);

			expect(replaced).toEqual({ outcome: "written", etag: await etagOf(table, row("r")) });
			expect(await table.replace(row("r", { n: 3 }), stale)).toEqual({ outcome: "stale" });
			expect(await table.remove(row("r"), stale)).toBe("stale");
			expect(await table.transact([{ kind: "replace", row: row("r", { n: 3 }), etag: stale }])).toEqual({ outcome: "stale", index: 0 });
			expect((await table.get(row("r")))?.values).toEqual({ n: 2 });
		});

		test("replacing drops the columns that are not given", async () => {
			const { table, row } = await fresh();
			await table.create(row("r", { old: 1 }));
			await table.replace(row("r", { fresh: 2 }), await etagOf(table, row("r")));

			expect((await table.get(row("r")))?.values).toEqual({ fresh: 2 });
		});

		test("a row that is gone cannot be replaced or removed", async () => {
			const { table, row } = await fresh();
			await table.create(row("r"));
			const etag = await etagOf(table, row("r"));

			expect(await table.remove(row("r"), etag)).toBe("removed");
			expect(await table.remove(row("r"), etag)).toBe("missing");
			expect(await table.replace(row("r"), etag)).toEqual({ outcome: "missing" });
		});

		test("a transaction is written whole", async () => {
			const { table, row } = await fresh();
			await table.create(row("a", { n: 1 }));
			const etag = await etagOf(table, row("a"));
			const done = await table.transact([
				{ kind: "replace", row: row("a", { n: 2 }), etag },
				{ kind: "create", row: row("b", { n: 2 }) },
			]);

			expect(done).toEqual({ outcome: "written", etags: [await etagOf(table, row("a")), await etagOf(table, row("b"))] });
			expect([(await table.get(row("a")))?.values, (await table.get(row("b")))?.values]).toEqual([{ n: 2 }, { n: 2 }]);
		});

		test("a row moves to another key within one transaction", async () => {
			const { table, row } = await fresh();
			await table.create(row("from", { n: 1 }));
			await table.create(row("other", { n: 1 }));
			const done = await table.transact([
				{ kind: "create", row: row("to", { text: "DELETE /x HTTP/1.1\r\nif-match: *\r\n" }) },
				{ kind: "remove", row: row("from"), etag: await etagOf(table, row("from")) },
				{ kind: "remove", row: row("other"), etag: await etagOf(table, row("other")) },
			]);

			expect(done).toEqual({ outcome: "written", etags: [await etagOf(table, row("to")), "", ""] });
			expect([await table.get(row("from")), await table.get(row("other"))]).toEqual([undefined, undefined]);
			expect((await table.get(row("to")))?.values).toEqual({ text: "DELETE /x HTTP/1.1\r\nif-match: *\r\n" });
		});

		test("a transaction removes nothing that somebody else has changed, and then writes nothing else either", async () => {
			const { table, row } = await fresh();
			await table.create(row("from", { n: 1 }));
			const stale = await etagOf(table, row("from"));
			await table.replace(row("from", { n: 2 }), stale);

			expect(
				await table.transact([
					{ kind: "create", row: row("to") },
					{ kind: "remove", row: row("from"), etag: stale },
				]),
			).toEqual({ outcome: "stale", index: 1 });
			expect(await table.get(row("to"))).toBeUndefined();
			expect((await table.get(row("from")))?.values).toEqual({ n: 2 });
			expect(
				await table.transact([
					{ kind: "create", row: row("to") },
					{ kind: "remove", row: row("gone"), etag: stale },
				]),
			).toEqual({ outcome: "missing", index: 1 });
			expect(await table.get(row("to"))).toBeUndefined();
		});

		test("a transaction with one bad write writes nothing and says which", async () => {
			const { table, row } = await fresh();
			await table.create(row("taken"));

			expect(
				await table.transact([
					{ kind: "create", row: row("a") },
					{ kind: "create", row: row("taken") },
				]),
			).toEqual({ outcome: "conflict", index: 1 });
			expect(
				await table.transact([
					{ kind: "create", row: row("a") },
					{ kind: "replace", row: row("taken"), etag: "W/\"datetime'2026-11-21T00%3A00%3A00.0000000Z'\"" },
				]),
			).toEqual({ outcome: "stale", index: 1 });
			expect(
				await table.transact([
					{ kind: "create", row: row("a") },
					{ kind: "replace", row: row("gone"), etag: "W/\"datetime'2026-11-21T00%3A00%3A00.0000000Z'\"" },
				]),
			).toEqual({ outcome: "missing", index: 1 });
			expect(await table.get(row("a"))).toBeUndefined();
		});

		test("100 rows fit into a transaction, 101 do not, and no row fits twice", async () => {
			const { table, row } = await fresh();
			const creates = Array.from({ length: 101 }, (_, n) => ({ kind: "create", row: row(`r${n}`) }) as const);

			expect(await table.transact(creates)).toMatchObject({ outcome: "refused", status: 400 });
			expect(await table.transact(creates.slice(0, 100))).toMatchObject({ outcome: "written" });
			expect(
				await table.transact([
					{ kind: "create", row: row("twice") },
					{ kind: "create", row: row("twice") },
				]),
			).toMatchObject({ outcome: "refused", status: 400 });
		});

		test.each(["a/b", "a\\b", "a#b", "a?b", "a\tb", "a\u007fb", "x".repeat(513)])("the key %j is refused for ever", async (rowKey) => {
			const { table, row } = await fresh();
			expect(await table.create(row(rowKey))).toEqual({ outcome: "refused", status: 400 });
		});

		test.each(["a|b", "a%b", "a'b", "a b", "", "x".repeat(512)])("the key %j is accepted", async (rowKey) => {
			const { table, row } = await fresh();
			expect((await table.create(row(rowKey, { n: 1 }))).outcome).toBe("written");
			expect((await table.get(row(rowKey)))?.values).toEqual({ n: 1 });
		});

		test("a text of 32,768 units fits, one more does not", async () => {
			const { table, row } = await fresh();

			expect((await table.create(row("fits", { text: "x".repeat(32_768) }))).outcome).toBe("written");
			expect(await table.create(row("long", { text: "x".repeat(32_769) }))).toEqual({ outcome: "refused", status: 400 });
			expect(await table.transact([{ kind: "create", row: row("long", { text: "x".repeat(32_769) }) }])).toMatchObject({
				outcome: "refused",
				status: 400,
			});
		});

		test("a range lists its rows in the order of their keys, page by page, and nobody else's", async () => {
			const { table, partitionKey, row } = await fresh();
			for (const key of ["o|b", "f|a", "o|a", "o}", "o|c", "o|a|x"]) await table.create(row(key));
			await table.create({ partitionKey: `${partitionKey}x`, rowKey: "o|a", values: {} });

			const range = { partitionKey, from: "o|", to: "o}" };
			const listed: string[] = [];
			for await (const found of rowsOf(table, range, 2)) listed.push(found.rowKey);

			expect(listed).toEqual(["o|a", "o|a|x", "o|b", "o|c"]);
			expect((await table.page(range, { size: 2 })).rows).toHaveLength(2);
			expect((await table.page({ partitionKey, from: "x", to: "y" })).rows).toEqual([]);
		});

		test("a listing carries the server's time", async () => {
			const { table, partitionKey } = await fresh();
			const asked = Date.now();
			const { at } = await table.page({ partitionKey, from: "a", to: "b" });

			// HTTP knows whole seconds.
			expect(at.getTime()).toBeGreaterThan(asked - 1_000);
			expect(at.getTime()).toBeLessThanOrEqual(Date.now());
		});

		test("a table that does not exist reads as empty, and can be created from then on", async () => {
			const { partitionKey, row } = await fresh();
			const table = await createMissing();

			expect(await table.get(row("r"))).toBeUndefined();
			expect((await table.page({ partitionKey, from: "a", to: "z" })).rows).toEqual([]);
			expect(await table.create(row("r"))).toEqual({ outcome: "tableMissing" });
			expect(await table.transact([{ kind: "create", row: row("r") }])).toMatchObject({ outcome: "tableMissing" });
			await Promise.all([table.ensure(), table.ensure()]);
			expect((await table.create(row("r"))).outcome).toBe("written");
		});
	});
}
