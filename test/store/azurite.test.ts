import { afterAll, beforeAll, expect, test } from "vitest";
import { defaultPolicy } from "../../lib/findings/policy.ts";
import { createDispatcher, eachMinute } from "../../lib/outbox/deliver.ts";
import { createRecorder } from "../../lib/outbox/record.ts";
import { createTableStore } from "../../lib/store/table-store.ts";
import { createQuarantine } from "../../lib/watch/quarantine.ts";
import { type Azurite, startAzurite } from "../azurite.ts";
import { aSighting, at, redacted } from "../builders.ts";
import { createSink } from "../outbox/world.ts";

let azurite: Azurite;
beforeAll(async () => {
	azurite = await startAzurite();
});
afterAll(() => azurite.close());

let ids = 0;

/** The real store over HTTP; only the clock is ours, and moves while somebody sleeps. */
function setUp(tableName: string) {
	const table = createTableStore({ connectionString: azurite.connectionString(), tableName });
	const clock = { now: new Date() };
	const base = {
		table,
		clock: () => clock.now,
		random: () => 0.5,
		newId: () => `id${++ids}`,
		sleep: async (ms: number) => {
			clock.now = new Date(clock.now.getTime() + ms);
		},
		deadline: () => new AbortController().signal,
	};
	const teams = createSink("teams");
	return {
		table,
		teams,
		clock,
		recorder: createRecorder({ ...base, destinations: ["teams"], policy: defaultPolicy }),
		dispatcher: createDispatcher({ ...base, destinations: [teams] }),
		quarantine: createQuarantine(base),
	};
}

function onDevice(name: string) {
	return aSighting({ recordId: name, device: { ...aSighting().device, id: redacted(name) } });
}

test("a first finding makes its own table and is told once", async () => {
	const { teams, recorder, dispatcher, clock } = setUp("first");

	expect(await recorder.record([aSighting()], clock.now)).toMatchObject([
		{ reason: "new", owed: [{ destination: "teams", kinds: ["new"] }] },
	]);
	expect(await recorder.record([aSighting()], clock.now)).toMatchObject([{ reason: "repeat" }]);
	expect(await recorder.record([aSighting({ recordId: "b" })], clock.now)).toMatchObject([{ reason: "held", finding: { count: 2 } }]);
	expect(await dispatcher.deliverDue(eachMinute)).toMatchObject({ sent: 1, interrupted: undefined });
	expect(await dispatcher.deliverDue(eachMinute)).toMatchObject({ sent: 0, interrupted: undefined });
	expect(teams.got).toMatchObject([{ kinds: ["new"], moreSinceLast: 2, finding: { newest: { recordId: "b" } } }]);
});

test("a storm of 300 is claimed and marked in transactions, and nobody is told twice", async () => {
	const { teams, recorder, dispatcher, clock } = setUp("storm");
	// Fifteen batches: with all of them at once a slow machine would reach the limit of a single request.
	for (let first = 0; first < 300; first += 20) {
		await recorder.record(
			Array.from({ length: 20 }, (_, n) => onDevice(`pc-${first + n}`)),
			clock.now,
		);
	}

	expect(await dispatcher.deliverDue(eachMinute)).toMatchObject({ sent: 300, left: 0, possibleDuplicates: 0, interrupted: undefined });
	expect(await dispatcher.deliverDue(eachMinute)).toMatchObject({ sent: 0, left: 0, interrupted: undefined });
	expect(teams.got).toMatchObject([{ type: "storm", count: 300 }]);
});

test("eight workers with the same batches count each record once", async () => {
	const { table, clock } = setUp("workers");
	const workers = Array.from({ length: 8 }, () => setUp("workers").recorder);
	await table.ensure();
	const untilRecorded = async (worker: number, n: number): Promise<void> => {
		const done = await workers[worker]
			?.record([aSighting({ recordId: `r${n}` }), aSighting({ recordId: `r${n + 1}` })], clock.now)
			.catch(() => undefined);
		if (done === undefined) await untilRecorded(worker, n);
	};
	await Promise.all(Array.from({ length: 24 }, (_, n) => untilRecorded(n % 8, n)));
	const [last] = (await workers[0]?.record([aSighting({ recordId: "last" })], clock.now)) ?? [];

	expect(last?.finding?.count).toBe(26);
});

test("the quarantine notes each unreadable message once", async () => {
	const { quarantine } = setUp("quarantine");
	const entry = { at: { source: "hub/1", message: 7 }, record: undefined, reason: "not-json", size: 3, sha256: "ab" };
	await quarantine.add([entry, { ...entry, record: 2 }], at("21T10:00:00"));
	await quarantine.add([entry], at("21T11:00:00"));

	expect(await quarantine.count(at("21T12:00:00"))).toEqual({ kept: 2, overflow: 0 });
});
