import { expect, test } from "vitest";
import type { Table } from "../../lib/store/table.ts";
import { createQuarantine } from "../../lib/watch/quarantine.ts";
import type { Quarantined } from "../../lib/watch/quarantined.ts";
import { at } from "../builders.ts";
import { createMemoryTable } from "../simulation/memory-table.ts";
import { createScheduler } from "../simulation/scheduler.ts";
import { changeDeps } from "../store/change-deps.ts";

const now = at("21T19:36:10");

function anEntry(message: number, change: Partial<Quarantined> = {}): Quarantined {
	return {
		at: { source: "defender/3", message, offset: "8589934592", enqueuedAt: at("21T19:36:00") },
		record: undefined,
		reason: "not JSON",
		size: 812,
		sha256: "ab".repeat(32),
		...change,
	};
}

function aQuarantine(maxPerDay = 1_000, exists = true) {
	const table = createMemoryTable(() => now, exists);
	return { table, quarantine: createQuarantine({ ...changeDeps(table), maxPerDay }) };
}

test("an unreadable message is noted by where it was, how large, and why", async () => {
	const { table, quarantine } = aQuarantine(1_000, false);
	await quarantine.add([anEntry(77)], now);

	expect(table.all().find((row) => row.rowKey.startsWith("q|"))).toMatchObject({
		partitionKey: "q20261121",
		values: {
			source: "defender/3",
			message: "77",
			offset: "8589934592",
			enqueuedAt: "2026-11-21T19:36:00.000Z",
			reason: "not JSON",
			size: 812,
			sha256: "ab".repeat(32),
		},
	});
});

test("what the table refuses to keep is counted all the same", async () => {
	const table = createMemoryTable(() => now);
	const refusing: Table = {
		...table,
		transact: (writes) =>
			writes.some(({ row }) => row.rowKey.startsWith("q|"))
				? Promise.resolve({ outcome: "refused", status: 413, index: 1 })
				: table.transact(writes),
	};
	const quarantine = createQuarantine(changeDeps(refusing));
	await quarantine.add([anEntry(1), anEntry(2, { count: 5 })], now);

	expect(await quarantine.count(now)).toEqual({ kept: 0, overflow: 6 });
});

test("a batch that comes again is not counted again", async () => {
	const { table, quarantine } = aQuarantine();
	await quarantine.add([anEntry(1), anEntry(2), anEntry(2, { record: 4 })], now);
	await quarantine.add([anEntry(2), anEntry(3)], now);

	expect(await quarantine.count(now)).toEqual({ kept: 4, overflow: 0 });
	expect(table.all()).toHaveLength(5);
});

test("a flood fills the day's rows and is only counted from then on", async () => {
	const { table, quarantine } = aQuarantine(150);
	await quarantine.add(
		Array.from({ length: 400 }, (_, n) => anEntry(n)),
		now,
	);

	expect(await quarantine.count(now)).toEqual({ kept: 150, overflow: 250 });
	expect(table.all()).toHaveLength(151);
});

test("an entry that stands for many records takes one row, and counts them all", async () => {
	const { table, quarantine } = aQuarantine();
	await quarantine.add([anEntry(1), anEntry(2, { record: 20, count: 9_980, error: "TypeError" })], now);

	expect(await quarantine.count(now)).toEqual({ kept: 2, overflow: 9_979 });
	expect(table.all().filter(({ values }) => values["count"] === 9_980 && values["error"] === "TypeError")).toHaveLength(1);
});

test("two instances that note at the same time lose no count", async () => {
	const { table, quarantine } = aQuarantine();
	const other = createQuarantine(changeDeps(table));
	await Promise.all([quarantine.add([anEntry(1), anEntry(2)], now), other.add([anEntry(3)], now), quarantine.add([anEntry(4)], now)]);

	expect(await quarantine.count(now)).toEqual({ kept: 4, overflow: 0 });
});

test("32 instances that read a partition each note at the same time, and none is turned away", async () => {
	const scheduler = createScheduler(3, now.getTime());
	const memory = createMemoryTable(() => now);
	const late = async <T>(work: () => Promise<T>): Promise<T> => {
		await scheduler.after(3 + scheduler.random() * 4);
		return work();
	};
	const table: Table = {
		...memory,
		get: (key) => late(() => memory.get(key)),
		page: (...which) => late(() => memory.page(...which)),
		transact: (writes) => late(() => memory.transact(writes)),
	};
	let done = 0;
	const instance = async (index: number) => {
		const quarantine = createQuarantine({ ...changeDeps(table), random: scheduler.random, sleep: scheduler.after });
		for (let message = 0; message < 20; message++) {
			await quarantine.add([anEntry(message, { at: { source: `defender/${index}`, message } })], now);
			done += 1;
		}
	};
	const all = Promise.allSettled(Array.from({ length: 32 }, (_, index) => instance(index)));
	await scheduler.run(now.getTime() + 600_000);
	await all;

	expect(done).toBe(640);
	expect(await createQuarantine(changeDeps(memory)).count(now)).toEqual({
		kept: 640,
		overflow: 0,
	});
});

test("the day's rows are shared by all sources", async () => {
	const { quarantine } = aQuarantine(30);
	for (let source = 0; source < 16; source++) {
		await quarantine.add(
			Array.from({ length: 4 }, (_, message) => anEntry(message, { at: { source: `defender/${source}`, message } })),
			now,
		);
	}

	expect(await quarantine.count(now)).toEqual({ kept: 30, overflow: 34 });
});

test("nothing to note touches nothing", async () => {
	const { table, quarantine } = aQuarantine();
	await quarantine.add([], now);
	expect(table.all()).toEqual([]);
});
