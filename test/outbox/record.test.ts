import { describe, expect, test } from "vitest";
import { findingKey } from "../../lib/findings/finding.ts";
import { findingAddress } from "../../lib/findings/finding-row.ts";
import { eachMinute } from "../../lib/outbox/deliver.ts";
import { atOnce } from "../../lib/outbox/owed.ts";
import type { Sighting } from "../../lib/sighting/sighting.ts";
import type { Table } from "../../lib/store/table.ts";
import { aSighting, at, redacted } from "../builders.ts";
import { createMemoryTable } from "../simulation/memory-table.ts";
import { createSink, createWorld, keyOfSighting } from "./world.ts";

const now = at("21T19:36:10");
const teams = createSink("teams");
const webhook = createSink("webhook");

function onDevice(name: string, recordId = name): Sighting {
	return aSighting({ recordId, device: { ...aSighting().device, id: redacted(name.repeat(40).slice(0, 40)), name: redacted(name) } });
}

function asUser(recordId: string, user: string): Sighting {
	return aSighting({ recordId, program: { ...aSighting().program, user: redacted(user) } });
}

describe("recording", () => {
	test("stores the finding and what each destination is owed about it", async () => {
		const world = createWorld([teams, webhook]);
		const [recorded] = await world.recorder.record([aSighting()], now);

		expect(recorded).toMatchObject({
			key: keyOfSighting,
			reason: "new",
			fresh: 1,
			repeats: 0,
			kinds: ["new"],
			dueAt: now,
			owed: [
				{ destination: "teams", kinds: ["new"] },
				{ destination: "webhook", kinds: ["new"] },
			],
		});
		expect(await world.finding()).toEqual(recorded?.finding);
		expect(await world.owed("teams")).toMatchObject({ state: "due", want: 1, sent: 0, dueAt: atOnce, wantedAt: now, severity: "medium" });
	});

	test("stores several devices of a batch, each by itself", async () => {
		const world = createWorld([teams]);
		const recorded = await world.recorder.record([onDevice("a"), onDevice("b"), onDevice("a", "a2")], now);

		expect(recorded.map(({ fresh, reason }) => ({ fresh, reason }))).toEqual([
			{ fresh: 2, reason: "new" },
			{ fresh: 1, reason: "new" },
		]);
	});

	test("a batch that comes again changes nothing", async () => {
		const world = createWorld([teams]);
		await world.recorder.record([aSighting()], now);
		const before = JSON.stringify(world.memory.all());
		const [again] = await world.recorder.record([aSighting()], at("21T20:00:00"));

		expect(again).toMatchObject({ reason: "repeat", damaged: false, fresh: 0, repeats: 1, kinds: [], owed: [] });
		expect(JSON.stringify(world.memory.all())).toBe(before);
	});

	test("what is held touches only the finding", async () => {
		const world = createWorld([teams]);
		await world.recorder.record([aSighting()], now);
		const owed = await world.owed("teams");
		const [held] = await world.recorder.record([aSighting({ recordId: "b" })], at("21T20:00:00"));

		expect(held).toMatchObject({ reason: "held", kinds: [], finding: { count: 2 } });
		expect(await world.owed("teams")).toEqual(owed);
	});

	test("a second reason does not paint over one that is still owed", async () => {
		const world = createWorld([teams]);
		await world.recorder.record([aSighting()], now);
		await world.recorder.record([aSighting({ recordId: "b", severity: "high" })], at("21T19:37:00"));
		const [third] = await world.recorder.record([asUser("c", "CONTOSO\\other")], at("21T19:38:00"));

		expect(third).toMatchObject({
			reason: "changed",
			kinds: ["changed"],
			owed: [{ destination: "teams", kinds: ["new", "worse", "changed"] }],
		});
		expect(await world.owed("teams")).toMatchObject({ want: 3, sent: 0, severity: "high", urgency: "severe", wantedAt: at("21T19:37:00") });
	});

	test("a notice that is told while the next one is recorded is not told a second time", async () => {
		const webhook = createSink("webhook");
		let meanwhile: (() => Promise<unknown>) | undefined;
		const world = createWorld([webhook], {
			table: (memory): Table => ({
				...memory,
				async page(range, options) {
					const page = await memory.page(range, options);
					const work = range.from.startsWith("f|") ? meanwhile : undefined;
					if (work !== undefined) meanwhile = undefined;
					await work?.();
					return page;
				},
			}),
		});
		await world.recorder.record([aSighting()], now);
		meanwhile = () => world.dispatcher.deliverDue(eachMinute);
		await world.recorder.record([asUser("b", "CONTOSO\\ben")], now);

		expect(await world.owed("webhook")).toMatchObject({ state: "due", want: 2, sent: 1, countSent: 1 });
		await world.dispatcher.deliverDue(eachMinute);
		expect(webhook.got).toMatchObject([
			{ n: 1, kinds: ["new"] },
			{ n: 2, kinds: ["changed"], moreSinceLast: 1 },
		]);
	});

	test("fifty batches about one device on five workers at once lose no count, when those that fail come again", async () => {
		const memory = createMemoryTable(() => now);
		const workers = Array.from({ length: 5 }, () => createWorld([teams], { table: () => memory }).recorder);
		const untilRecorded = async (worker: number, recordId: string): Promise<void> => {
			const done = await workers[worker]?.record([aSighting({ recordId })], now).catch(() => undefined);
			if (done === undefined) await untilRecorded(worker, recordId);
		};
		await Promise.all(Array.from({ length: 50 }, (_, n) => untilRecorded(n % 5, `r${n}`)));
		const last = await workers[0]?.record([aSighting({ recordId: "last" })], now);

		expect(last?.[0]?.finding?.count).toBe(51);
	});

	test("a table that does not exist yet is created", async () => {
		const memory = createMemoryTable(() => now, false);
		const world = createWorld([teams], { table: () => memory });

		expect((await world.recorder.record([aSighting()], now))[0]?.reason).toBe("new");
	});

	test("a lost answer is recognised as our own write", async () => {
		let lost = 0;
		const world = createWorld([teams], {
			table: (memory): Table => ({
				...memory,
				async transact(writes) {
					const done = await memory.transact(writes);
					if (lost++ > 0) return done;
					// As the SDK does: the answer is lost, so it sends the same again, and that is a conflict.
					return memory.transact(writes);
				},
			}),
		});
		const [recorded] = await world.recorder.record([aSighting()], now);

		expect(recorded).toMatchObject({ reason: "new", fresh: 1, finding: { count: 1 } });
		expect(await world.finding()).toMatchObject({ count: 1, want: 1 });
	});

	test("a finding that the table refuses is stored with smaller samples", async () => {
		const sizes: number[] = [];
		const world = createWorld([teams], {
			table: (memory): Table => ({
				...memory,
				async transact(writes) {
					sizes.push(JSON.stringify(writes).length);
					return sizes.length === 1 ? { outcome: "refused", status: 413, index: 0 } : memory.transact(writes);
				},
			}),
		});
		const long = aSighting({ program: { ...aSighting().program, commandLine: redacted("x".repeat(5_000)) } });

		expect((await world.recorder.record([long], now))[0]?.reason).toBe("new");
		expect(sizes[1]).toBeLessThan(sizes[0] ?? 0);
	});

	test("a finding that the table refuses for ever is set aside, and the others are stored", async () => {
		const bad = findingKey(onDevice("b").device, "cloudflared");
		const world = createWorld([teams], {
			table: (memory): Table => ({
				...memory,
				transact: async (writes) =>
					writes[0]?.row.rowKey.includes(bad) === true ? { outcome: "refused", status: 400, index: 0 } : memory.transact(writes),
			}),
		});
		const recorded = await world.recorder.record([onDevice("a"), onDevice("b"), onDevice("c")], now);

		expect(recorded.map((one) => one.reason)).toEqual(["new", "quarantined", "new"]);
	});

	test("fails when a finding cannot be stored, after the others were", async () => {
		const bad = findingKey(onDevice("a").device, "cloudflared");
		const world = createWorld([teams], {
			table: (memory): Table => ({
				...memory,
				async page(range, options) {
					if (range.from.includes(bad)) throw new Error("503");
					return memory.page(range, options);
				},
			}),
		});

		await expect(world.recorder.record([onDevice("a"), onDevice("b")], now)).rejects.toThrow("1 of 2 findings could not be recorded");
		expect(await world.finding(findingKey(onDevice("b").device, "cloudflared"))).toMatchObject({ want: 1 });
	});

	test("gives up after eight tries against others, and the batch comes again", async () => {
		let tries = 0;
		const world = createWorld([teams], {
			table: (memory): Table => ({
				...memory,
				async transact() {
					tries += 1;
					return { outcome: "stale", index: 0 };
				},
			}),
		});

		await expect(world.recorder.record([aSighting()], now)).rejects.toThrow("could not be recorded");
		expect(tries).toBe(8);
	});

	test("a finding row that nobody can read is begun anew, and its next notice has a new number", async () => {
		const world = createWorld([teams]);
		await world.recorder.record([aSighting()], now);
		await world.dispatcher.deliver([{ key: keyOfSighting }], { ms: 10_000, sends: 3 });
		const row = await world.memory.get(findingAddress(keyOfSighting));
		await world.memory.replace({ ...findingAddress(keyOfSighting), values: { v: 1, damaged: true } }, row?.etag ?? "");
		const [recorded] = await world.recorder.record([aSighting({ recordId: "b" })], at("21T20:00:00"));

		expect(recorded).toMatchObject({ reason: "new", finding: { want: 2, reasons: { new: 2 } }, owed: [{ kinds: ["new"] }] });
		expect(await world.owed("teams")).toMatchObject({ state: "due", want: 2, sent: 1 });
	});

	test("a row of a newer version is left alone", async () => {
		const world = createWorld([teams]);
		await world.memory.create({ ...findingAddress(keyOfSighting), values: { v: 2 } });

		expect(await world.recorder.record([aSighting()], now)).toMatchObject([{ reason: "quarantined", setAside: "row-newer" }]);
		expect((await world.memory.get(findingAddress(keyOfSighting)))?.values).toEqual({ v: 2 });
	});

	test("hostile lengths and broken characters fit into a row and are read back", async () => {
		const world = createWorld([teams]);
		const rule = (n: number) => ({
			id: `rule-${n}`,
			severity: "high" as const,
			evidence: Array.from({ length: 50 }, () => ({ column: "FileName", test: "has", value: redacted("\u0001".repeat(9_000)) })),
		});
		const monster = aSighting({
			device: { ...aSighting().device, name: redacted(`\ud800${"n".repeat(40_000)}`) },
			rules: Array.from({ length: 120 }, (_, n) => rule(n)),
			program: {
				...aSighting().program,
				commandLine: redacted("🛰️".repeat(40_000)),
				chain: Array.from({ length: 500 }, () => redacted("c".repeat(9_000))),
			},
		});

		expect((await world.recorder.record([monster], now))[0]?.reason).toBe("new");
		const stored = await world.finding();
		expect(stored?.device.name).toHaveLength(1_024);
		expect(stored?.newest.recordId).toBe("0a1b2c3d4e5f");
		const row = await world.memory.get(findingAddress(keyOfSighting));
		expect(Number(row?.values["dropped"])).toBeGreaterThan(1_000);
	});
});
