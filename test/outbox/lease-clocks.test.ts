import { describe, expect, test } from "vitest";
import { afterRecording, eachMinute } from "../../lib/outbox/deliver.ts";
import type { Key, Table } from "../../lib/store/table.ts";
import { aSighting } from "../builders.ts";
import { createSink, createWorld, keyOfSighting, type World } from "./world.ts";

const tenMinutes = 600_000;

function later(world: World, ms: number): void {
	world.clock.now = new Date(world.clock.now.getTime() + ms);
}

/** Two processes on one table; its server keeps the first one's time, and the second one's clock is off by so much. */
async function twoProcesses(offMs: number) {
	const [first, second] = [createSink("teams"), createSink("teams")];
	const one = createWorld([first]);
	const other = createWorld([second], { table: () => one.memory });
	later(other, offMs);
	await one.recorder.record([aSighting()], one.clock.now);
	const pass = (ms: number) => {
		later(one, ms);
		later(other, ms);
	};
	return { one, other, first, second, pass };
}

/** Claims the notice and dies while sending it. */
async function dieSending(world: World, sink: ReturnType<typeof createSink>): Promise<void> {
	sink.send = () => new Promise(() => undefined);
	void world.dispatcher.deliverDue(eachMinute);
	for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
}

describe("whose clock is wrong", () => {
	test.each([
		["ten minutes fast", tenMinutes],
		["ten minutes slow", -tenMinutes],
	])("a process that is %s takes over a lease when the server says that it is over, not before", async (_, offMs) => {
		const { one, other, first, second, pass } = await twoProcesses(offMs);
		await dieSending(one, first);

		pass(85_000);
		await other.dispatcher.deliverDue(eachMinute);
		expect(second.got).toHaveLength(0);

		pass(10_000);
		await other.dispatcher.deliverDue(eachMinute);
		expect(second.got).toHaveLength(1);
	});

	test("the lease that a fast process takes is over for the others after 90 seconds of the server, not before", async () => {
		const { one, other, first, second, pass } = await twoProcesses(tenMinutes);
		await dieSending(other, second);

		pass(85_000);
		await one.dispatcher.deliverDue(eachMinute);
		expect(first.got).toHaveLength(0);

		pass(10_000);
		await one.dispatcher.deliverDue(eachMinute);
		expect(first.got).toHaveLength(1);
	});
});

describe("a message is begun", () => {
	/** Between the claim and the message, the table takes this long to show the finding. */
	async function sentAfter(ms: number) {
		const sink = createSink("teams");
		const delays: number[] = [];
		const world: World = createWorld([sink], {
			table: (memory): Table => ({
				...memory,
				async get(key: Key) {
					const row = await memory.get(key);
					if (key.rowKey.startsWith("f|")) for (const delay of delays) later(world, delay);
					return row;
				},
			}),
		});
		await world.recorder.record([aSighting()], world.clock.now);
		delays.push(ms);
		await world.dispatcher.deliver([{ key: keyOfSighting }], afterRecording);
		return { world, sink, owed: await world.owed("teams") };
	}

	test("while enough of its lease is left that it ends before anybody else may send it", async () => {
		expect((await sentAfter(59_000)).sink.got).toHaveLength(1);
	});

	test("but not when its lease is nearly over: it stays owed, and the next one to look sends it once", async () => {
		const { world, sink, owed } = await sentAfter(61_000);
		expect(sink.got).toHaveLength(0);
		expect(owed).toMatchObject({ sent: 0, want: 1 });

		later(world, 60_000);
		const other = createSink("teams");
		const another = createWorld([other], { table: () => world.memory });
		another.clock.now = world.clock.now;
		await another.dispatcher.deliverDue(eachMinute);
		expect(other.got).toHaveLength(1);
	});
});
