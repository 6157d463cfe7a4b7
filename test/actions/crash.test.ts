import { expect, test } from "vitest";
import type { AnswerRequest } from "../../lib/actions/answer.ts";
import { endSilences } from "../../lib/actions/end-silences.ts";
import { recordAnswer } from "../../lib/actions/record-answer.ts";
import { eachMinute } from "../../lib/outbox/deliver.ts";
import type { Notice } from "../../lib/outbox/delivery.ts";
import type { Table } from "../../lib/store/table.ts";
import { aSighting, redacted } from "../builders.ts";
import { createSink, createWorld, keyOfSighting } from "../outbox/world.ts";

const minute = 60_000;
let ids = 0;

/** The process dies at its call number `at`, before the table has done it or after; nothing comes back from there. */
function dying(table: Table, at: number, when: "before" | "after") {
	const { promise, resolve } = Promise.withResolvers<"died">();
	let calls = 0;
	const call = async <T>(work: () => Promise<T>): Promise<T> => {
		if (++calls !== at) return work();
		if (when === "after") await work();
		resolve("died");
		return new Promise(() => undefined);
	};
	const mortal: Table = {
		get: (key) => call(() => table.get(key)),
		create: (row) => call(() => table.create(row)),
		replace: (row, etag) => call(() => table.replace(row, etag)),
		remove: (key, etag) => call(() => table.remove(key, etag)),
		transact: (writes) => call(() => table.transact(writes)),
		page: (range, options) => call(() => table.page(range, options)),
		ensure: () => call(() => table.ensure()),
	};
	return { mortal, died: promise };
}

function depsOf(table: Table) {
	return { table, random: () => 0.5, sleep: async () => undefined, newId: () => `crash${++ids}` };
}

async function told() {
	const sinks = [createSink("teams"), createSink("webhook")];
	const world = createWorld(sinks);
	await world.recorder.record([aSighting()], world.clock.now);
	await world.dispatcher.deliverDue(eachMinute);
	const kinds = () => sinks.map(({ got }) => got.map((notice) => (notice as Notice).kinds.join()));
	return { world, kinds };
}

const deaths = (["before", "after"] as const).flatMap((when) => Array.from({ length: 12 }, (_, n) => ({ when, at: n + 1 })));

const answers: readonly Pick<AnswerRequest, "kind">[] = [{ kind: "acknowledge" }, { kind: "silence" }, { kind: "not-ours" }];

test.for(answers)("a process that dies between any two calls of the answer $kind: once pressed again it counts once", async ({ kind }) => {
	const request: AnswerRequest = { kind, by: redacted("Kim Lee"), how: "page", verified: true, form: "form-1" };
	let died = 0;
	for (const { at, when } of deaths) {
		const { world, kinds } = await told();
		const { mortal, died: death } = dying(world.memory, at, when);
		const first = await Promise.race([recordAnswer(depsOf(mortal), keyOfSighting, request, world.clock.now), death]);
		if (first === "died") died += 1;
		// Who got no answer presses the same button again.
		const second = first === "died" ? await recordAnswer(depsOf(world.memory), keyOfSighting, request, world.clock.now) : first;
		if (!second.ok) expect(second.refusal).toMatchObject({ code: "used" });
		for (let n = 0; n < 3; n++) {
			world.clock.now = new Date(world.clock.now.getTime() + minute);
			await world.dispatcher.deliverDue(eachMinute);
		}

		const follow = kind === "not-ours" ? "escalated" : "answered";
		expect(kinds(), `${when} call ${at}`).toEqual([
			["new", follow],
			["new", follow],
		]);
		expect((await world.finding())?.history?.map((line) => line.kind)).toEqual([kind]);
		expect((await world.finding())?.want).toBe(2);
	}
	// Three readings, the silence that is noted, and the transaction: each of them was one to die at.
	expect(died).toBeGreaterThanOrEqual(8);
});

test("a timer that dies between any two calls of ending a silence: its end is told once, with what it held", async () => {
	let died = 0;
	for (const { at, when } of deaths) {
		const { world, kinds } = await told();
		const silence: AnswerRequest = { kind: "silence", by: redacted("Kim Lee"), how: "cli", verified: true };
		await recordAnswer(depsOf(world.memory), keyOfSighting, silence, world.clock.now);
		await world.recorder.record([aSighting({ recordId: "again" })], world.clock.now);
		await world.dispatcher.deliverDue(eachMinute);
		world.clock.now = new Date(world.clock.now.getTime() + 25 * 60 * minute);
		const { mortal, died: death } = dying(world.memory, at, when);
		if ((await Promise.race([endSilences(depsOf(mortal), world.clock.now), death])) === "died") died += 1;
		for (let n = 0; n < 3; n++) {
			await endSilences(depsOf(world.memory), world.clock.now);
			await world.dispatcher.deliverDue(eachMinute);
			world.clock.now = new Date(world.clock.now.getTime() + minute);
		}

		expect(kinds(), `${when} call ${at}`).toEqual([
			["new", "answered", "still"],
			["new", "answered", "still"],
		]);
		const finding = await world.finding();
		expect(finding?.silence).toBeUndefined();
		expect(finding?.history?.map((line) => [line.kind, line.held])).toEqual([
			["silence", undefined],
			["ended", 1],
		]);
	}
	expect(died).toBeGreaterThanOrEqual(8);
});
