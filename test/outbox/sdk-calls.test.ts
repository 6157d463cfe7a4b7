import { afterAll, beforeAll, expect, test } from "vitest";
import { findingKey } from "../../lib/findings/finding.ts";
import { defaultPolicy } from "../../lib/findings/policy.ts";
import { createReadAhead } from "../../lib/findings/read-ahead.ts";
import { afterRecording, createDispatcher, eachMinute } from "../../lib/outbox/deliver.ts";
import type { Destination } from "../../lib/outbox/delivery.ts";
import { createRecorder } from "../../lib/outbox/record.ts";
import { createServerClock, listening } from "../../lib/store/server-clock.ts";
import { createTableStore } from "../../lib/store/table-store.ts";
import { type Azurite, startAzurite } from "../azurite.ts";
import { aSighting, redacted } from "../builders.ts";
import { startCountingProxy } from "../counting-proxy.ts";
import { createSink } from "./world.ts";

let azurite: Azurite;
let proxy: Awaited<ReturnType<typeof startCountingProxy>>;
beforeAll(async () => {
	azurite = await startAzurite();
	proxy = await startCountingProxy(azurite.url);
});
afterAll(async () => {
	proxy.close();
	await azurite.close();
});

/** What a process that has just started does with one new device, over the real SDK. */
async function process(tableName: string, destination: Destination, device: string) {
	const clock = () => new Date();
	const server = createServerClock(clock);
	const table = listening(createTableStore({ connectionString: azurite.connectionString(proxy.url), tableName }), server);
	await table.ensure();
	let ids = 0;
	const base = { table, clock, random: () => 0.5, newId: () => `${device}${++ids}`, sleep: async () => undefined, deadline: never };
	const readAhead = createReadAhead(table);
	const recorder = createRecorder({ ...base, destinations: [destination.name], policy: defaultPolicy, readAhead: readAhead.take });
	const dispatcher = createDispatcher({ ...base, server, destinations: [destination] });
	const sighting = aSighting({ device: { ...aSighting().device, id: redacted(device) }, recordId: device });
	const record = async () => {
		const recorded = await recorder.record([sighting], clock());
		proxy.take();
		return recorded;
	};
	await readAhead.finding(aKey(sighting));
	return { record, dispatcher };
}

function aKey({ device, family }: ReturnType<typeof aSighting>): string {
	return findingKey(device, family);
}

const never = () => new AbortController().signal;

test.each([
	["a chat", createSink("teams")],
	["a webhook", { ...createSink("webhook"), unlimited: true as const }],
])("%s is told right after recording with at most 4 calls to the table, also by a process that has just started", async (_name, sink) => {
	const { record, dispatcher } = await process(`after${sink.name}`, sink, `pc-${sink.name}`);
	const recorded = await record();
	expect(await dispatcher.deliver(recorded, afterRecording)).toMatchObject({ sent: 1, left: 0 });
	expect(proxy.take().length).toBeLessThanOrEqual(4);
	expect(await dispatcher.deliverDue(eachMinute)).toMatchObject({ sent: 0, left: 0 });
});

test.each([
	["a chat", createSink("teams")],
	["a webhook", { ...createSink("webhook"), unlimited: true as const }],
])("%s is told by the timer with at most 4 calls to the table, besides those of a look at what is open", async (_name, sink) => {
	const idle = await process(`timer${sink.name}`, sink, `pc-${sink.name}`);
	proxy.take();
	await idle.dispatcher.deliverDue(eachMinute);
	const look = proxy.take().length;
	await idle.record();
	expect(await idle.dispatcher.deliverDue(eachMinute)).toMatchObject({ sent: 1, left: 0 });
	expect(proxy.take().length - look).toBeLessThanOrEqual(4);
});
