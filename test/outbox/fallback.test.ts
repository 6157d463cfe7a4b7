import { describe, expect, test } from "vitest";
import { eachMinute } from "../../lib/outbox/deliver.ts";
import { fallBack } from "../../lib/outbox/fallback.ts";
import { owedAddress } from "../../lib/outbox/owed-row.ts";
import type { Sighting } from "../../lib/sighting/sighting.ts";
import type { Table } from "../../lib/store/table.ts";
import { aSighting, at, redacted } from "../builders.ts";
import { createSink, createWorld, failed, keyOfSighting } from "./world.ts";

describe("the fallback", () => {
	const lateOn = async (count: number, more: readonly Sighting[] = []) => {
		const world = createWorld([createSink("teams", failed())]);
		const device = (n: number) => ({ ...aSighting().device, id: redacted(`pc-${n}`) });
		const crowd = Array.from({ length: count }, (_, n) => aSighting({ severity: "high", recordId: `r${n}`, device: device(n) }));
		await world.recorder.record([...crowd, ...more], world.clock.now);
		return world;
	};

	test("gets the 200 most urgent of a crowd in one run, the others in the next ones, and none twice", async () => {
		const world = await lateOn(450, [aSighting({ severity: "critical" })]);
		expect(await fallBack(world.memory, "webhook", at("21T19:46:10"))).toBe(200);
		expect(await world.owed("webhook")).toMatchObject({ severity: "critical", state: "due" });
		expect(await fallBack(world.memory, "webhook", at("21T19:47:10"))).toBe(200);
		expect(await fallBack(world.memory, "webhook", at("21T19:48:10"))).toBe(51);
		expect(await fallBack(world.memory, "webhook", at("21T19:49:10"))).toBe(0);
	});

	test("is not told the same twice when it takes a notice while the late ones are looked through", async () => {
		const webhook = createSink("webhook");
		const world = createWorld([createSink("teams", failed()), webhook]);
		const elsewhere = createWorld([webhook], { table: () => world.memory });
		await world.recorder.record([aSighting({ severity: "high" })], world.clock.now);
		const table: Table = {
			...world.memory,
			async page(range, options) {
				const page = await world.memory.page(range, options);
				if (range.from.startsWith("f|")) await elsewhere.dispatcher.deliverDue(eachMinute);
				return page;
			},
		};
		await fallBack(table, "webhook", at("21T19:46:10"));
		await elsewhere.dispatcher.deliverDue(eachMinute);

		expect(webhook.got).toMatchObject([{ n: 1 }]);
		expect(await world.owed("webhook")).toMatchObject({ want: 1, sent: 1, state: "done" });
	});

	test("gets it also when its own row about that device was damaged", async () => {
		const world = await lateOn(0, [aSighting({ severity: "high" })]);
		await world.memory.create({ ...owedAddress(keyOfSighting, "webhook"), values: { v: 1, state: "?" } });
		expect(await fallBack(world.memory, "webhook", at("21T19:46:10"))).toBe(1);
		expect(await world.owed("webhook")).toMatchObject({ state: "due", want: 1 });
	});
});
