import { expect, test } from "vitest";
import type { Sighting } from "../../lib/cloudflared/sighting.ts";
import { findingKey } from "../../lib/findings/finding.ts";
import { createPrevalenceCounter } from "../../lib/findings/prevalence.ts";
import { aSighting, at, redacted } from "../builders.ts";
import { createMemoryTable } from "../simulation/memory-table.ts";

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
	const counter = createPrevalenceCounter({ table, clock: () => clock.now });
	const show = async (from: number, to: number, device?: string) => {
		for (let n = from; n < to; n++) await counter.count(withBinary(n, device));
	};
	const rows = (prefix: string) => table.all().filter((row) => row.rowKey.startsWith(prefix));
	return { clock, show, counter, rows };
}

test("a device that shows a new binary each second adds 60 rows an hour, and the rest is counted in one", async () => {
	const { show, rows } = setUp();
	await show(0, 60);
	expect(rows("d|")).toHaveLength(60);

	await show(60, 261);
	expect(rows("d|")).toHaveLength(60);
	// 201 were left out; the table hears of the first at once, and of the others fifty at a time.
	expect(rows("g|")).toMatchObject([{ rowKey: `g|${findingKey(withBinary(0).device)}`, values: { rows: 60, leftOut: 200 } }]);
});

test("the next hour has room again, and other devices always had", async () => {
	const { clock, show, rows } = setUp();
	await show(0, 100);
	await show(0, 10, "pc-2");
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
