import { expect, test } from "vitest";
import { isOverdue, withDeadline, within } from "../../lib/app/deadline.ts";
import type { Table } from "../../lib/store/table.ts";
import { at } from "../builders.ts";
import { createMemoryTable } from "../simulation/memory-table.ts";

const never = () => new Promise<never>(() => undefined);

test("what never ends is given up, and says what it was", async () => {
	const error: unknown = await within(20, "reading", never()).catch((reason: unknown) => reason);
	expect(isOverdue(error)).toBe(true);
	expect(error).toMatchObject({ message: "reading: no end within 0.02 s" });
});

test("what ends or fails in time is what it was", async () => {
	expect(await within(5_000, "reading", Promise.resolve(7))).toBe(7);
	const error: unknown = await within(5_000, "reading", Promise.reject(new Error("no"))).catch((reason: unknown) => reason);
	expect(error).toMatchObject({ message: "no" });
	expect(isOverdue(error)).toBe(false);
});

test("every operation of a table that hangs ends", async () => {
	const hanging: Table = { get: never, create: never, replace: never, remove: never, transact: never, page: never, ensure: never };
	const table = withDeadline(hanging, 20);
	const row = { partitionKey: "p", rowKey: "r", values: {} };
	const all = [
		table.get(row),
		table.create(row),
		table.replace(row, "e"),
		table.remove(row, "e"),
		table.transact([]),
		table.page({ partitionKey: "p", from: "", to: "~" }),
		table.ensure(),
	];
	for (const result of await Promise.allSettled(all))
		expect(result).toMatchObject({ status: "rejected", reason: { name: "OverdueError" } });
});

test("a table that answers is not changed by it", async () => {
	const table = withDeadline(
		createMemoryTable(() => at("21T10:00:00")),
		5_000,
	);
	await table.create({ partitionKey: "p", rowKey: "r", values: { n: 1 } });
	expect(await table.get({ partitionKey: "p", rowKey: "r" })).toMatchObject({ values: { n: 1 } });
});
