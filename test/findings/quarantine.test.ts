import { expect, test } from "vitest";
import { createQuarantine, type Quarantined } from "../../lib/findings/quarantine.ts";
import { at } from "../builders.ts";
import { createMemoryTable } from "../simulation/memory-table.ts";

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
	return { table, quarantine: createQuarantine({ table, random: () => 0.5, sleep: async () => undefined, maxPerDay }) };
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

test("two instances that note at the same time lose no count", async () => {
	const { table, quarantine } = aQuarantine();
	const other = createQuarantine({ table, random: () => 0.5, sleep: async () => undefined });
	await Promise.all([quarantine.add([anEntry(1), anEntry(2)], now), other.add([anEntry(3)], now), quarantine.add([anEntry(4)], now)]);

	expect(await quarantine.count(now)).toEqual({ kept: 4, overflow: 0 });
});

test("nothing to note touches nothing", async () => {
	const { table, quarantine } = aQuarantine();
	await quarantine.add([], now);
	expect(table.all()).toEqual([]);
});
