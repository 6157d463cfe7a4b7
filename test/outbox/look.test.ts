import { expect, test } from "vitest";
import { lookAt, moveSettled } from "../../lib/outbox/look.ts";
import { owedAddress, owedRange, owedValues, settledAddress } from "../../lib/outbox/owed-row.ts";
import { createServerClock } from "../../lib/store/server-clock.ts";
import { at } from "../builders.ts";
import { createMemoryTable } from "../simulation/memory-table.ts";

const now = at("21T10:00:00");

const told = owedValues({
	state: "done",
	want: 1,
	sent: 1,
	count: 1,
	countSent: 1,
	severity: "medium",
	urgency: "ordinary",
	dueAt: undefined,
	wantedAt: now,
	attempt: 0,
	leaseId: "",
	leaseUntil: undefined,
	triedAt: now,
	refusedAt: undefined,
	fellBack: 0,
	settledBy: "",
	lastStatus: undefined,
	lastError: undefined,
	sentAt: now,
	proof: "confirmed",
});

test("of very many rows that the version before left open, a look keeps only as many as the pass moves; the next looks find the rest", async () => {
	const table = createMemoryTable(() => now);
	const keys = Array.from({ length: 2_500 }, (_, n) => `a${n.toString(16).padStart(23, "0")}`);
	for (const key of keys) await table.create({ ...owedAddress(key, "teams"), values: told });
	const look = () =>
		lookAt(
			table,
			[owedRange("sa")],
			() => undefined,
			createServerClock(() => now),
		);

	const first = await look();
	expect(first.settled).toHaveLength(2_000);
	await moveSettled(table, first.settled);
	const second = await look();
	expect(second.settled).toHaveLength(500);
	await moveSettled(table, second.settled);
	expect((await look()).settled).toEqual([]);
	for (const key of keys) expect(await table.get(settledAddress(key, "teams"))).toBeDefined();
});
