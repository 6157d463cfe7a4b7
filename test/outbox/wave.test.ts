import { describe, expect, test } from "vitest";
import { findingKey } from "../../lib/findings/finding.ts";
import { findingAddress } from "../../lib/findings/finding-row.ts";
import { eachMinute } from "../../lib/outbox/deliver.ts";
import type { AnyNotice } from "../../lib/outbox/delivery.ts";
import type { Sighting } from "../../lib/sighting/sighting.ts";
import { aSighting, redacted } from "../builders.ts";
import { createSink, createWorld, failed, type World } from "./world.ts";

const minute = 60_000;

function onDevice(name: string, change: Partial<Sighting> = {}): Sighting {
	const device = { ...aSighting().device, id: redacted(`device-${name}`), name: redacted(name) };
	return aSighting({ recordId: name, device, severity: "high", ...change });
}

function devices(count: number): readonly Sighting[] {
	return Array.from({ length: count }, (_, n) => onDevice(`pc-${n}`));
}

function keyOf({ device }: Sighting): string {
	return findingKey(device, "cloudflared");
}

/** The timer, each minute. */
async function run(world: World, minutes: number): Promise<void> {
	for (let n = 0; n < minutes; n++) {
		const began = world.clock.now.getTime();
		await world.dispatcher.deliverDue(eachMinute);
		world.clock.now = new Date(Math.max(began + minute, world.clock.now.getTime()));
	}
}

/** Every device that a message tells by name. */
function namesIn(notice: AnyNotice): readonly string[] {
	if (notice.type === "finding") return [notice.finding.device.name];
	return notice.type === "wave" ? notice.findings.map(({ device }) => device.name) : [];
}

describe("a wave of severe findings", () => {
	test("is told within three minutes, every device by name and none twice", async () => {
		const teams = createSink("teams");
		const world = createWorld([teams]);
		await world.recorder.record(devices(500), world.clock.now);
		await run(world, 3);

		const told = teams.got.flatMap(namesIn);
		expect(told).toHaveLength(500);
		expect(new Set(told).size).toBe(500);
		expect(teams.got.length).toBeLessThan(60);
	});

	test("takes nobody whose turn comes soon: what has waited for two minutes less a moment goes on one by one", async () => {
		const teams = createSink("teams");
		const world = createWorld([teams]);
		await world.recorder.record(devices(30), world.clock.now);
		world.clock.now = new Date(world.clock.now.getTime() + 2 * minute - 1);
		await world.dispatcher.deliverDue(eachMinute);
		expect(teams.got.every(({ type }) => type === "finding")).toBe(true);

		world.clock.now = new Date(world.clock.now.getTime() + minute);
		await world.dispatcher.deliverDue(eachMinute);
		expect(teams.got.filter(({ type }) => type === "wave")).toMatchObject([{ count: 15 }]);
	});

	test("of four is no wave", async () => {
		const teams = createSink("teams");
		const world = createWorld([teams]);
		await world.recorder.record(devices(4), world.clock.now);
		world.clock.now = new Date(world.clock.now.getTime() + 10 * minute);
		await world.dispatcher.deliverDue(eachMinute);
		expect(teams.got.map(({ type }) => type)).toEqual(["finding", "finding", "finding", "finding"]);
	});

	test("begins with what is critical, and says where each has a notice of its own", async () => {
		const teams = createSink("teams");
		const webhook = { ...createSink("webhook"), unlimited: true as const };
		const terminal = { ...createSink("console"), unlimited: true as const, inOrder: true as const };
		const world = createWorld([teams, webhook, terminal]);
		const crowd = [...devices(8), onDevice("srv", { severity: "critical" })];
		await world.recorder.record(crowd, world.clock.now);
		world.clock.now = new Date(world.clock.now.getTime() + 3 * minute);
		await world.dispatcher.deliverDue(eachMinute);

		expect(teams.got).toMatchObject([{ type: "wave", count: 9, bySeverity: { critical: 1, high: 8 }, singly: ["webhook"] }]);
		expect(teams.got.flatMap(namesIn)[0]).toBe("srv");
		expect(webhook.got.map(({ type }) => type)).toEqual(crowd.map(() => "finding"));
	});

	test("names no fallback: that one hears only what the chat does not take", async () => {
		const teams = createSink("teams");
		const webhook = { ...createSink("webhook"), unlimited: true as const };
		const world = createWorld([teams, webhook], { fallback: "webhook" });
		await world.recorder.record(devices(9), world.clock.now);
		world.clock.now = new Date(world.clock.now.getTime() + 3 * minute);
		await world.dispatcher.deliverDue(eachMinute);
		expect(teams.got).toMatchObject([{ type: "wave", count: 9, singly: [] }]);
		expect(webhook.got).toEqual([]);
	});

	test("leaves each of them told with its own number, and what comes later is told", async () => {
		const teams = createSink("teams");
		const world = createWorld([teams]);
		const crowd = devices(100);
		await world.recorder.record(crowd, world.clock.now);
		world.clock.now = new Date(world.clock.now.getTime() + 3 * minute);
		await world.dispatcher.deliverDue(eachMinute);
		expect(teams.got).toMatchObject([
			{ type: "wave", count: 80 },
			{ type: "wave", count: 20 },
		]);
		for (const one of crowd) expect(await world.owed("teams", keyOf(one))).toMatchObject({ state: "done", sent: 1, countSent: 1 });

		await world.recorder.record([onDevice("pc-7", { recordId: "again", severity: "critical" })], world.clock.now);
		await world.dispatcher.deliverDue(eachMinute);
		expect(teams.got.at(-1)).toMatchObject({ type: "finding", n: 2, kinds: ["worse"], moreSinceLast: 1 });
	});

	test("that is refused, or whose answer is lost, stays owed and is told again", async () => {
		const teams = createSink("teams", failed({ reason: "timeout", ambiguous: true }), { ok: true, proof: "queued" });
		const world = createWorld([teams]);
		await world.recorder.record(devices(20), world.clock.now);
		world.clock.now = new Date(world.clock.now.getTime() + 3 * minute);
		expect(await world.dispatcher.deliverDue(eachMinute)).toMatchObject({ sent: 0, retried: 20 });
		await run(world, 3);
		expect(teams.got.map((notice) => [notice.type, notice.id])).toEqual([
			["wave", teams.got[0]?.id],
			["wave", teams.got[0]?.id],
		]);
	});

	test("leaves out a finding that cannot be read: it is not counted as told", async () => {
		const teams = createSink("teams");
		const world = createWorld([teams]);
		const crowd = devices(6);
		await world.recorder.record(crowd, world.clock.now);
		const [first] = crowd;
		if (first === undefined) throw new Error("there are six");
		const row = await world.memory.get(findingAddress(keyOf(first)));
		await world.memory.replace({ ...findingAddress(keyOf(first)), values: { ...row?.values, v: 2 } }, row?.etag ?? "");
		world.clock.now = new Date(world.clock.now.getTime() + 3 * minute);
		await world.dispatcher.deliverDue(eachMinute);

		expect(teams.got).toMatchObject([{ type: "wave", count: 5 }]);
		expect(await world.owed("teams", keyOf(first))).toMatchObject({ state: "due", sent: 0, lastError: "unreadable" });
	});
});

test("severe findings that keep coming for an hour, after 400 at once, wait for three minutes at the most", async () => {
	const teams = createSink("teams");
	const world = createWorld([teams]);
	const cameAt = new Map<string, number>();
	let longest = 0;
	for (let now = 0; now < 60; now++) {
		const began = world.clock.now.getTime();
		const fresh = Array.from({ length: now === 0 ? 400 : 20 }, (_, n) => onDevice(`pc-${now}-${n}`));
		for (const { device } of fresh) cameAt.set(device.name, began);
		await world.recorder.record(fresh, world.clock.now);
		// The timer comes by half a minute later.
		const passAt = began + minute / 2;
		world.clock.now = new Date(passAt);
		const before = teams.got.length;
		await world.dispatcher.deliverDue(eachMinute);
		for (const name of teams.got.slice(before).flatMap(namesIn)) longest = Math.max(longest, passAt - (cameAt.get(name) ?? 0));
		world.clock.now = new Date(Math.max(began + minute, world.clock.now.getTime()));
	}
	const told = teams.got.flatMap(namesIn);
	expect(new Set(told).size).toBe(told.length);
	expect(longest).toBeLessThanOrEqual(3 * minute);
	// Those of the last three minutes may still wait.
	expect(cameAt.size - told.length).toBeLessThanOrEqual(60);
	expect(teams.got.length).toBeLessThanOrEqual(90);
	expect(teams.got.filter(({ type }) => type === "wave").length).toBeLessThanOrEqual(28);
});
