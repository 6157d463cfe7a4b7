import { describe, expect, test } from "vitest";
import { findingKey } from "../../lib/findings/finding.ts";
import { findingAddress } from "../../lib/findings/finding-row.ts";
import { eachMinute } from "../../lib/outbox/deliver.ts";
import { readOutbox } from "../../lib/outbox/outbox.ts";
import { owedAddress } from "../../lib/outbox/owed-row.ts";
import type { Sighting } from "../../lib/sighting/sighting.ts";
import type { Key, Values } from "../../lib/store/table.ts";
import { tidy } from "../../lib/watch/close-findings.ts";
import { aSighting, redacted } from "../builders.ts";
import { changeDeps } from "../store/change-deps.ts";
import { createSink, createWorld, type World } from "./world.ts";

const names = Array.from({ length: 11 }, (_, n) => `pc-${n}`);
const odd = "pc-5";
const minute = 60_000;

function on(name: string, recordId = name, change: Partial<Sighting> = {}): Sighting {
	return aSighting({ recordId, device: { ...aSighting().device, id: redacted(name), name: redacted(name) }, ...change });
}

function keyOf(name: string): string {
	return findingKey(on(name).device, "cloudflared");
}

async function rewrite(world: World, key: Key, change: (values: Values) => Values): Promise<void> {
	const row = await world.memory.get(key);
	await world.memory.replace({ ...key, values: change(row?.values ?? {}) }, row?.etag ?? "");
}

function later(world: World, ms: number): void {
	world.clock.now = new Date(world.clock.now.getTime() + ms);
}

const newer = (values: Values): Values => ({ ...values, v: 2, unknown: "column" });
const understood = ({ unknown: _, ...values }: Values): Values => ({ ...values, v: 1 });
const damaged = (values: Values): Values => ({ ...values, firstSeen: "yesterday" });

/** Eleven findings, recorded and told; the sink remembers what it gets from here on. */
async function told() {
	const sink = { ...createSink("webhook"), unlimited: true as const };
	const world = createWorld([sink]);
	await world.recorder.record(
		names.map((name) => on(name)),
		world.clock.now,
	);
	await world.dispatcher.deliverDue(eachMinute);
	sink.got.length = 0;
	const again = (id: string) =>
		world.recorder.record(
			names.map((name) => on(name, `${name}${id}`, { severity: "critical" })),
			world.clock.now,
		);
	const titles = () => sink.got.map((notice) => (notice.type === "finding" ? notice.finding.device.name : notice.type)).toSorted();
	return { world, sink, again, titles };
}

describe("a finding that a newer version wrote", () => {
	test("costs a batch itself: the ten others are recorded, it is set aside, and its row is as it was", async () => {
		const { world, again } = await told();
		await rewrite(world, findingAddress(keyOf(odd)), newer);
		const before = await world.memory.get(findingAddress(keyOf(odd)));
		const recorded = await again("b");

		expect(recorded.filter(({ reason }) => reason === "worse")).toHaveLength(10);
		expect(recorded.find(({ key }) => key === keyOf(odd))).toMatchObject({ reason: "quarantined", setAside: "row-newer", kinds: [] });
		expect(await world.memory.get(findingAddress(keyOf(odd)))).toEqual(before);
	});

	test("costs a pass itself: the ten others are told; it waits, is said to, and is told after the upgrade", async () => {
		const { world, again, titles } = await told();
		await again("b");
		await rewrite(world, findingAddress(keyOf(odd)), newer);
		expect(await world.dispatcher.deliverDue(eachMinute)).toMatchObject({ sent: 10, dead: 0, interrupted: undefined });
		expect((await readOutbox(world.memory, ["webhook"], world.clock.now)).unreadable).toBe(1);

		await rewrite(world, findingAddress(keyOf(odd)), understood);
		later(world, minute);
		await world.dispatcher.deliverDue(eachMinute);
		expect(titles()).toEqual(names.toSorted());
		expect((await readOutbox(world.memory, ["webhook"], world.clock.now)).unreadable).toBe(0);
		expect((await again("c")).every(({ reason }) => reason === "held")).toBe(true);
	});

	test("is neither closed nor forgotten by a version that does not understand it", async () => {
		const { world } = await told();
		await rewrite(world, findingAddress(keyOf(odd)), newer);
		expect((await tidy(changeDeps(world.memory), new Date(world.clock.now.getTime() + 31 * 24 * 60 * minute))).closed).toBe(10);
		await tidy(changeDeps(world.memory), new Date(world.clock.now.getTime() + 200 * 24 * 60 * minute));
		expect((await world.memory.get(findingAddress(keyOf(odd))))?.values).toMatchObject({ v: 2, status: "open", unknown: "column" });
	});
});

test("a notice that a newer version wrote costs a batch and a pass itself, and is handled after the upgrade", async () => {
	const { world, again, titles } = await told();
	await again("b");
	await rewrite(world, owedAddress(keyOf(odd), "webhook"), newer);
	const before = await world.memory.get(owedAddress(keyOf(odd), "webhook"));
	const worse = names.map((name) => on(name, `${name}x`, { program: { ...aSighting().program, user: redacted("CONTOSO\\other") } }));
	const recorded = await world.recorder.record(worse, world.clock.now);
	expect(recorded.map(({ reason }) => reason).toSorted()).toEqual([...Array.from({ length: 10 }, () => "changed"), "quarantined"]);

	expect(await world.dispatcher.deliverDue(eachMinute)).toMatchObject({ sent: 10, interrupted: undefined });
	expect((await readOutbox(world.memory, ["webhook"], world.clock.now)).unreadable).toBe(1);
	expect(await world.memory.get(owedAddress(keyOf(odd), "webhook"))).toEqual(before);

	await rewrite(world, owedAddress(keyOf(odd), "webhook"), understood);
	await world.dispatcher.deliverDue(eachMinute);
	expect(titles()).toEqual(names.toSorted());
});

test("a damaged finding costs nobody else anything; it begins again, says so, and what was damaged is kept", async () => {
	const { world, again, titles } = await told();
	await rewrite(world, findingAddress(keyOf(odd)), damaged);
	const before = await world.memory.get(findingAddress(keyOf(odd)));
	const recorded = await again("b");

	expect(recorded.filter((one) => one.damaged).map(({ key, reason }) => [key, reason])).toEqual([[keyOf(odd), "new"]]);
	expect(recorded.filter(({ reason }) => reason === "worse")).toHaveLength(10);
	const copy = await world.memory.get({ partitionKey: findingAddress(keyOf(odd)).partitionKey, rowKey: `x|${keyOf(odd)}` });
	expect(copy?.values).toMatchObject({ ...before?.values });
	await world.dispatcher.deliverDue(eachMinute);
	expect(titles()).toEqual(names.toSorted());
});

test("a finding that is damaged when its notice is due costs no other notice, and is given up where people look", async () => {
	const { world, again } = await told();
	await again("b");
	await rewrite(world, findingAddress(keyOf(odd)), damaged);
	expect(await world.dispatcher.deliverDue(eachMinute)).toMatchObject({ sent: 10, interrupted: undefined });
	expect(await readOutbox(world.memory, ["webhook"], world.clock.now)).toMatchObject({ unreadable: 1, dead: new Map([["webhook", 1]]) });
});

test("a damaged notice costs no other one, is counted, and the next notice about its device is told", async () => {
	const { world, again, titles } = await told();
	await again("b");
	await rewrite(world, owedAddress(keyOf(odd), "webhook"), (values) => ({ ...values, state: "?" }));
	expect(await world.dispatcher.deliverDue(eachMinute)).toMatchObject({ sent: 10, interrupted: undefined });
	expect((await readOutbox(world.memory, ["webhook"], world.clock.now)).unreadable).toBe(1);

	const changed = on(odd, "other", { program: { ...aSighting().program, user: redacted("CONTOSO\\other") } });
	expect(await world.recorder.record([changed], world.clock.now)).toMatchObject([{ reason: "changed", damaged: true }]);
	await world.dispatcher.deliverDue(eachMinute);
	expect(titles()).toEqual(names.toSorted());
});
