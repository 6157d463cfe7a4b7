import { expect, test } from "vitest";
import { createMemory } from "../../lib/findings/judge-batch.ts";
import { defaultPolicy } from "../../lib/findings/policy.ts";
import { createReadAhead } from "../../lib/findings/read-ahead.ts";
import { createPrevalenceCounter } from "../../lib/knowledge/prevalence.ts";
import { afterRecording, createDispatcher, eachMinute } from "../../lib/outbox/deliver.ts";
import { createRecorder } from "../../lib/outbox/record.ts";
import { createServerClock, listening } from "../../lib/store/server-clock.ts";
import type { Table } from "../../lib/store/table.ts";
import { aSighting, at, redacted } from "../builders.ts";
import { createMemoryTable } from "../simulation/memory-table.ts";
import { createSink } from "./world.ts";

function setUp() {
	const clock = { now: at("21T19:36:10") };
	const memory = createMemoryTable(() => clock.now);
	const calls: string[] = [];
	const counted = <A extends readonly unknown[], R>(name: string, work: (...args: A) => R) => {
		return (...args: A): R => {
			calls.push(name);
			return work(...args);
		};
	};
	const server = createServerClock(() => clock.now);
	const counting: Table = {
		get: counted("get", memory.get),
		create: counted("create", memory.create),
		replace: counted("replace", memory.replace),
		remove: counted("remove", memory.remove),
		transact: counted("transact", memory.transact),
		page: counted("page", memory.page),
		ensure: counted("ensure", memory.ensure),
	};
	const table = listening(counting, server);
	let ids = 0;
	const base = {
		...{ table, clock: () => clock.now, random: () => 0.5, newId: () => `id${++ids}` },
		deadline: () => new AbortController().signal,
		sleep: async (ms: number) => {
			clock.now = new Date(clock.now.getTime() + ms);
		},
	};
	const sinks = [createSink("teams"), { ...createSink("webhook"), unlimited: true as const }];
	const readAhead = createReadAhead(table);
	const prevalence = createPrevalenceCounter(base);
	const judge = createMemory({
		approvals: () => [],
		finding: readAhead.finding,
		device: () => Promise.resolve(undefined),
		release: () => Promise.resolve(undefined),
		prevalence: prevalence.look,
	});
	const destinations = sinks.map(({ name }) => name);
	const recorder = createRecorder({ ...base, destinations, policy: defaultPolicy, readAhead: readAhead.take });
	const dispatcher = createDispatcher({ ...base, server, destinations: sinks });
	const take = () => calls.splice(0).length;
	return {
		take,
		clock,
		memory,
		dispatcher,
		async record(device: string) {
			const sighting = aSighting({ device: { ...aSighting().device, id: redacted(device), name: redacted(device) }, recordId: device });
			const judged = await judge([sighting], clock.now);
			const [recorded] = await recorder.record(judged, clock.now);
			await prevalence.note(judged);
			return recorded === undefined ? [] : [recorded];
		},
	};
}

test("a new finding for two destinations costs at most 8 table calls, counting how common it is included", async () => {
	const { record, take } = setUp();
	await record("pc-1");
	expect(take()).toBeLessThanOrEqual(8);
	await record("pc-2");
	expect(take()).toBeLessThanOrEqual(8);
});

test("a notice costs 3 table calls in a pass, and what a pass reads and reserves once", async () => {
	const { record, take, dispatcher, clock } = setUp();
	for (let n = 0; n < 20; n++) await record(`pc-${n}`);
	take();
	const { sent } = await dispatcher.deliverDue(eachMinute);
	const one = take();
	clock.now = new Date(clock.now.getTime() + 60_000);
	await dispatcher.deliverDue(eachMinute);

	expect(sent).toBeGreaterThanOrEqual(20);
	expect(one / sent).toBeLessThanOrEqual(4);
});

test("what is told right after recording costs at most 4 table calls for each destination", async () => {
	const { record, take, dispatcher } = setUp();
	const recorded = await record("pc-1");
	take();
	expect(await dispatcher.deliver(recorded, afterRecording)).toMatchObject({ sent: 2 });
	expect(take()).toBeLessThanOrEqual(8);
});

test("the timer asks the table no more when 1,000 findings are stored than when none is", async () => {
	const { record, take, dispatcher, memory } = setUp();
	await dispatcher.deliverDue(eachMinute);
	const empty = take();
	for (let n = 0; n < 1_000; n++) await record(`pc-${n}`);
	for (let minute = 0; minute < 5; minute++) await dispatcher.deliverDue(eachMinute);
	expect(memory.all().filter(({ rowKey }) => rowKey.startsWith("o|"))).toEqual([]);
	take();
	await dispatcher.deliverDue(eachMinute);
	expect(take()).toBe(empty);
});
