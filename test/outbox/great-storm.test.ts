import { expect, test } from "vitest";
import { eachMinute } from "../../lib/outbox/deliver.ts";
import { fallBack } from "../../lib/outbox/fallback.ts";
import type { Sighting } from "../../lib/sighting/sighting.ts";
import type { Table } from "../../lib/store/table.ts";
import { aSighting, at, redacted } from "../builders.ts";
import { createSink, createWorld, delivered, failed, type World } from "./world.ts";

// Crowds as large as the product promises to bear.

function devices(count: number, change: Partial<Sighting> = {}): readonly Sighting[] {
	const { device } = aSighting();
	return Array.from({ length: count }, (_, n) =>
		aSighting({ recordId: `r${n}`, device: { ...device, id: redacted(`device-${n}`), name: redacted(`pc-${n}`) }, ...change }),
	);
}

test("a storm of 10,000 findings after an hour without the chat is over within two minutes", async () => {
	const teams = createSink("teams", failed({ reason: "network", status: undefined }));
	const world = createWorld([teams]);
	const crowd = devices(10_000);
	const passMinutes = (minutes: number): void => {
		world.clock.now = new Date(world.clock.now.getTime() + minutes * 60_000);
	};
	for (let minute = 0; minute < 60; minute++) {
		await world.recorder.record(
			crowd.filter((_, n) => n % 60 === minute),
			world.clock.now,
		);
		await world.dispatcher.deliverDue(eachMinute);
		passMinutes(1);
	}
	expect(teams.got.length).toBeLessThan(100);
	teams.answers = [delivered];
	teams.got.length = 0;
	const first = await world.dispatcher.deliverDue(eachMinute);
	passMinutes(1);
	const second = await world.dispatcher.deliverDue(eachMinute);

	expect(first.sent + second.sent).toBe(10_000);
	expect(teams.got.length).toBeLessThanOrEqual(4);
	passMinutes(60);
	expect(await world.dispatcher.deliverDue(eachMinute)).toMatchObject({ sent: 0, left: 0 });
});

/** So many notices that have waited too long. */
async function lateOn(count: number): Promise<World> {
	const world = createWorld([createSink("teams", failed())]);
	await world.recorder.record(devices(count, { severity: "high" }), world.clock.now);
	return world;
}

test("the fallback takes little of the table's time for 10,000 late notices, and none for what it has been given", async () => {
	const world = await lateOn(10_000);
	const { memory } = world;
	let calls = 0;
	let running = 0;
	let most = 0;
	const counted = async <T>(work: () => Promise<T>): Promise<T> => {
		calls += 1;
		running += 1;
		most = Math.max(most, running);
		await new Promise((resolve) => setImmediate(resolve));
		running -= 1;
		return work();
	};
	const table: Table = {
		...memory,
		get: (key) => counted(() => memory.get(key)),
		create: (row) => counted(() => memory.create(row)),
		page: (range, options) => counted(() => memory.page(range, options)),
		transact: (writes) => counted(() => memory.transact(writes)),
	};
	await fallBack(table, "webhook", at("21T19:46:10"));
	expect(calls).toBeLessThanOrEqual(16 + 2 * 200);
	expect(most).toBe(16);

	const few = await lateOn(150);
	await fallBack(few.memory, "webhook", at("21T19:46:10"));
	let again = 0;
	const get: Table["get"] = (key) => {
		again += 1;
		return few.memory.get(key);
	};
	expect(await fallBack({ ...few.memory, get }, "webhook", at("21T19:47:10"))).toBe(0);
	expect(again).toBe(0);
});
