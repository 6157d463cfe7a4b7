import { describe, expect, test } from "vitest";
import { findingKey } from "../../lib/findings/finding.ts";
import { afterRecording, eachMinute } from "../../lib/outbox/deliver.ts";
import type { Sighting } from "../../lib/sighting/sighting.ts";
import type { Table } from "../../lib/store/table.ts";
import { aSighting, at, redacted } from "../builders.ts";
import { createSink, createWorld, delivered, failed, type World } from "./world.ts";

const rdp = [{ text: redacted("rdp://localhost:3389"), class: "rdp" }] as const;

function onDevice(name: string, change: Partial<Sighting> = {}): Sighting {
	return aSighting({ recordId: name, device: { ...aSighting().device, id: redacted(`device-${name}`), name: redacted(name) }, ...change });
}

function devices(count: number, change: Partial<Sighting> = {}): readonly Sighting[] {
	return Array.from({ length: count }, (_, n) => onDevice(`pc-${n}`, change));
}

function keysOf(sightings: readonly Sighting[]): readonly string[] {
	return sightings.map((one) => findingKey(one.device, "cloudflared"));
}

function tellAll(sightings: readonly Sighting[]) {
	return keysOf(sightings).map((key) => ({ key }));
}

function later(world: World, ms: number): void {
	world.clock.now = new Date(world.clock.now.getTime() + ms);
}

describe("a storm", () => {
	test("of eleven findings is one message; ten are told one by one", async () => {
		const teams = createSink("teams");
		const calm = createWorld([teams]);
		await calm.recorder.record(devices(10), calm.clock.now);
		expect(await calm.dispatcher.deliverDue(eachMinute)).toMatchObject({ sent: 10, storms: [] });

		const stormy = createWorld([teams]);
		teams.got.length = 0;
		await stormy.recorder.record(devices(11), stormy.clock.now);
		expect(await stormy.dispatcher.deliverDue(eachMinute)).toMatchObject({
			sent: 11,
			left: 0,
			posts: [],
			storms: [{ count: 11, outcome: "sent" }],
		});
		expect(teams.got).toMatchObject([{ type: "storm", count: 11, bySeverity: { medium: 11, high: 0 }, since: at("21T19:36:10") }]);
	});

	test("names the ten worst and counts the rest", async () => {
		const teams = createSink("teams");
		const world = createWorld([teams]);
		await world.recorder.record([...devices(30, { severity: "low" }), onDevice("worst")], world.clock.now);
		await world.dispatcher.deliverDue(eachMinute);

		const [storm] = teams.got;
		if (storm?.type !== "storm") throw new Error("expected a storm notice");
		expect(storm).toMatchObject({ count: 31, bySeverity: { low: 30, medium: 1 } });
		expect(storm.worst).toHaveLength(10);
		expect(storm.worst[0]?.device.name).toBe("worst");
	});

	test("leaves every member told with its own number", async () => {
		const world = createWorld([createSink("teams")]);
		const crowd = devices(250);
		await world.recorder.record(crowd, world.clock.now);
		await world.dispatcher.deliverDue(eachMinute);

		for (const key of keysOf(crowd)) expect(await world.owed("teams", key)).toMatchObject({ state: "done", sent: 1, countSent: 1 });
		later(world, 60_000);
		expect(await world.dispatcher.deliverDue(eachMinute)).toMatchObject({ sent: 0 });
	});

	test("never folds what is severe, and tells it first", async () => {
		const teams = createSink("teams");
		const world = createWorld([teams]);
		await world.recorder.record([...devices(200), onDevice("planted", { severity: "high" })], world.clock.now);
		await world.dispatcher.deliverDue(eachMinute);

		expect(teams.got).toMatchObject([
			{ type: "finding", finding: { device: { name: "planted" } } },
			{ type: "storm", count: 200 },
		]);
	});

	test("does not fold an exposed RDP port either, while there is room", async () => {
		const teams = createSink("teams");
		const world = createWorld([teams]);
		await world.recorder.record([...devices(200), onDevice("planted", { exposes: rdp })], world.clock.now);
		await world.dispatcher.deliverDue(eachMinute);

		expect(teams.got.map((notice) => notice.type)).toEqual(["finding", "storm"]);
	});

	test("of exposed ports themselves: as many as there is room for go singly, the rest together", async () => {
		const teams = createSink("teams");
		const world = createWorld([teams]);
		await world.recorder.record(devices(60, { exposes: rdp }), world.clock.now);
		await world.dispatcher.deliverDue(eachMinute);

		expect(teams.got.filter((notice) => notice.type === "finding")).toHaveLength(12);
		expect(teams.got.at(-1)).toMatchObject({ type: "storm", count: 48 });
	});

	test("of severe findings keeps its pace and loses none", async () => {
		const teams = createSink("teams");
		const world = createWorld([teams]);
		await world.recorder.record(devices(30, { severity: "critical" }), world.clock.now);
		expect(await world.dispatcher.deliverDue(eachMinute)).toMatchObject({ sent: 20, left: 10, storms: [] });
		later(world, 60_000);
		expect(await world.dispatcher.deliverDue(eachMinute)).toMatchObject({ sent: 10, left: 0 });
	});

	const foreignRdp = { severity: "high", exposes: rdp, ownership: { verdict: "not-ours", reason: redacted("Unknown.") } } as const;

	test.each([
		["what is critical", { severity: "critical" }],
		["a foreign account behind RDP", foreignRdp],
	] as const)("of high findings that has used up its places leaves one at once for %s", async (_name, planted) => {
		const teams = createSink("teams");
		const world = createWorld([teams]);
		const crowd = devices(200, { severity: "high" });
		for (let minute = 0; minute < 10; minute++) {
			await world.recorder.record(crowd.slice(minute * 20, (minute + 1) * 20), world.clock.now);
			await world.dispatcher.deliverDue(eachMinute);
			later(world, 60_000);
		}
		expect(teams.got.filter(({ type }) => type === "finding")).toHaveLength(56);

		const one = onDevice("planted", planted);
		await world.recorder.record([one], world.clock.now);
		expect(await world.dispatcher.deliver(tellAll([one]), afterRecording)).toMatchObject({ sent: 1, left: 0 });
		expect(teams.got.at(-1)).toMatchObject({ finding: { device: { name: "planted" } } });
	});

	test("of high findings tells the foreign account behind RDP before all others", async () => {
		const teams = createSink("teams");
		const world = createWorld([teams]);
		const crowd = devices(200, { severity: "high" });
		await world.recorder.record(crowd, world.clock.now);
		later(world, 1);
		const one = onDevice("planted", foreignRdp);
		await world.recorder.record([one], world.clock.now);
		await world.dispatcher.deliver(tellAll([...crowd, one]), afterRecording);
		expect(teams.got[0]).toMatchObject({ finding: { device: { name: "planted" } } });
	});

	test("is left to the timer; right after recording only what is urgent goes out", async () => {
		const teams = createSink("teams");
		const world = createWorld([teams]);
		const crowd = [...devices(50), onDevice("planted", { severity: "high" })];
		await world.recorder.record(crowd, world.clock.now);

		expect(await world.dispatcher.deliver(tellAll(crowd), afterRecording)).toMatchObject({ sent: 1, left: 50 });
		expect(teams.got).toMatchObject([{ finding: { device: { name: "planted" } } }]);
	});

	test("that cannot be sent stays owed, and goes out when the chat takes messages again", async () => {
		const teams = createSink(
			"teams",
			failed({ scope: "destination", reason: "rateLimited", status: 429, retryAfterMs: 60_000 }),
			delivered,
		);
		const world = createWorld([teams]);
		await world.recorder.record(devices(300), world.clock.now);
		expect(await world.dispatcher.deliverDue(eachMinute)).toMatchObject({ sent: 0, retried: 300 });

		later(world, 120_000);
		expect(await world.dispatcher.deliverDue(eachMinute)).toMatchObject({ sent: 300, left: 0 });
		expect(teams.got).toMatchObject([{ type: "storm", count: 300 }, { type: "finding" }, { type: "storm", count: 299 }]);
	});

	test("is claimed once when two instances see it at the same time", async () => {
		const teams = createSink("teams");
		const world = createWorld([teams]);
		await world.recorder.record(devices(120), world.clock.now);
		await Promise.all([world.dispatcher.deliverDue(eachMinute), world.dispatcher.deliverDue(eachMinute)]);

		const told = teams.got.reduce((sum, notice) => sum + (notice.type === "storm" ? notice.count : 1), 0);
		expect(told).toBe(120);
	});

	test("is kept when the answer to its claim is lost", async () => {
		const teams = createSink("teams");
		let transactions = 0;
		const world = createWorld([teams], {
			table: (memory): Table => ({
				...memory,
				async transact(writes) {
					const done = await memory.transact(writes);
					if (!writes.every((write) => write.row.rowKey.startsWith("o|"))) return done;
					transactions += 1;
					return transactions === 1 ? memory.transact(writes) : done;
				},
			}),
		});
		await world.recorder.record(devices(40), world.clock.now);

		expect(await world.dispatcher.deliverDue(eachMinute)).toMatchObject({ sent: 40, possibleDuplicates: 0 });
	});

	test("takes in what a meanwhile wanted notice adds, and owes that one still", async () => {
		const teams = createSink("teams");
		const world = createWorld([teams]);
		const plainSend = teams.send;
		let meanwhile: readonly Sighting[] = [onDevice("pc-3", { recordId: "more", severity: "high" })];
		teams.send = async (notice, signal) => {
			const now = meanwhile;
			meanwhile = [];
			if (now.length > 0) await world.recorder.record(now, world.clock.now);
			return plainSend(notice, signal);
		};
		await world.recorder.record(devices(20), world.clock.now);
		await world.dispatcher.deliverDue(eachMinute);
		later(world, 5_000);
		await world.dispatcher.deliverDue(eachMinute);

		expect(teams.got).toMatchObject([
			{ type: "storm", count: 20 },
			{ type: "finding", n: 2, kinds: ["worse"], moreSinceLast: 1 },
		]);
	});

	test("that is refused is told one by one, and what was wanted meanwhile comes first", async () => {
		const teams = createSink("teams", failed({ scope: "dead", reason: "rejected", status: 400 }), delivered);
		const world = createWorld([teams]);
		const plainSend = teams.send;
		let meanwhile: readonly Sighting[] = [onDevice("pc-3", { recordId: "more", severity: "critical" })];
		teams.send = async (notice, signal) => {
			const now = meanwhile;
			meanwhile = [];
			if (now.length > 0) await world.recorder.record(now, world.clock.now);
			return plainSend(notice, signal);
		};
		const crowd = devices(20);
		await world.recorder.record(crowd, world.clock.now);
		await world.dispatcher.deliverDue(eachMinute);
		later(world, 5_000);
		await world.dispatcher.deliverDue(eachMinute);

		expect(teams.got.slice(0, 2)).toMatchObject([
			{ type: "storm", count: 20 },
			{ type: "finding", n: 2, kinds: ["new", "worse"] },
		]);
		expect(teams.got.slice(1).map(({ type }) => type)).not.toContain("storm");
		const states = await Promise.all(keysOf(crowd).map(async (key) => (await world.owed("teams", key))?.state));
		expect(states).not.toContain("dead");
	});
});
