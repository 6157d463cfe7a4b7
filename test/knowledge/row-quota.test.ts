import { expect, test } from "vitest";
import type { Sighting } from "../../lib/sighting/sighting.ts";
import { inParallel } from "../../lib/store/parallel.ts";
import type { Table } from "../../lib/store/table.ts";
import { aSighting, at, redacted } from "../builders.ts";
import { createMemoryTable } from "../simulation/memory-table.ts";
import { createCounter } from "./counter.ts";

function withBinary(n: number, device = "pc-1"): Sighting {
	const base = aSighting();
	return aSighting({
		device: { ...base.device, id: redacted(device) },
		tunnel: undefined,
		program: { ...base.program, sha256: n.toString(16).padStart(64, "0") },
	});
}

function setUp() {
	const clock = { now: at("21T19:36:10") };
	const table = createMemoryTable(() => clock.now);
	const counter = createCounter({ table, clock: () => clock.now });
	const slowly = async <T>(work: () => Promise<T>): Promise<T> => {
		await new Promise(setImmediate);
		return work();
	};
	/** Another instance, with a memory of its own; others come in between each of its reads and writes. */
	const another = () => {
		const late: Table = {
			...table,
			get: (key) => slowly(() => table.get(key)),
			create: (row) => slowly(() => table.create(row)),
			replace: (row, etag) => slowly(() => table.replace(row, etag)),
		};
		const { count } = createCounter({ table: late, clock: () => clock.now });
		return async (from: number, to: number) => {
			const flood = Array.from({ length: to - from }, (_, n) => withBinary(from + n));
			await inParallel(flood, 48, count);
		};
	};
	const show = async (from: number, to: number, device?: string) => {
		for (let n = from; n < to; n++) await counter.count(withBinary(n, device));
	};
	const rows = (prefix: string) => table.all().filter((row) => row.rowKey.startsWith(prefix));
	return { clock, show, another, counter, rows };
}

test("a device that shows a new binary each second adds 60 rows an hour, and no more", async () => {
	const { show, rows } = setUp();
	await show(0, 60);
	expect(rows("d|")).toHaveLength(60);

	await show(60, 262);
	expect(rows("d|")).toHaveLength(60);
});

test("also when it shows many at once", async () => {
	const { another, rows } = setUp();
	await another()(0, 400);

	expect(rows("d|")).toHaveLength(60);
});

test("several instances exceed the cap by what each adds before it hears of the others, and no more", async () => {
	const { another, rows } = setUp();
	await Promise.all([another()(0, 1_000), another()(1_000, 2_000), another()(2_000, 3_000), another()(3_000, 4_000)]);

	expect(rows("d|").length).toBeLessThanOrEqual(4 * 60);
	const before = rows("d|").length;
	await another()(4_000, 5_000);
	expect(rows("d|").length).toBeLessThanOrEqual(before + 60);
});

test("what it showed before takes no room", async () => {
	const { another, rows } = setUp();
	await another()(0, 40);
	await another()(0, 40);

	expect(rows("d|")).toHaveLength(40);
});

test("the next hour has room again, and other devices always had", async () => {
	const { clock, show, rows } = setUp();
	await show(0, 100);
	await show(300, 310, "pc-2");
	expect(rows("d|")).toHaveLength(70);

	clock.now = at("21T20:00:00");
	await show(200, 210);
	expect(rows("d|")).toHaveLength(80);
});

test("what is left out still gets an answer: known from this device at least", async () => {
	const { show, counter } = setUp();
	await show(0, 60);

	expect(await counter.count(withBinary(99))).toMatchObject({ binary: { devices: 1 } });
});

test("a binary that is on many devices is one row, and nothing more is written about it", async () => {
	const { counter, rows } = setUp();
	for (let device = 0; device < 150; device++) await counter.count(withBinary(1, `pc-${device}`));

	expect(rows("d|")).toHaveLength(1);
	const [row] = rows("d|");
	expect(String(row?.values["devices"]).split(" ")).toHaveLength(100);
	expect(await counter.count(withBinary(1, "pc-200"))).toMatchObject({ binary: { devices: 100 } });
	expect(rows("d|")).toEqual([row]);
});
