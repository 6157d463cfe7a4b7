import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { findingAddress, readFinding } from "../../lib/findings/finding-row.ts";
import { eachMinute } from "../../lib/outbox/deliver.ts";
import { allOwed, readOutbox, retryDead } from "../../lib/outbox/outbox.ts";
import type { Values } from "../../lib/store/table.ts";
import { tidy } from "../../lib/watch/close-findings.ts";
import { aSighting, redacted } from "../builders.ts";
import { changeDeps } from "../store/change-deps.ts";
import { createSink, createWorld } from "./world.ts";

interface Captured {
	readonly takenAt: string;
	readonly keys: Readonly<Record<string, string>>;
	readonly rows: readonly { readonly partitionKey: string; readonly rowKey: string; readonly values: Values }[];
}

const captured = JSON.parse(readFileSync("test/fixtures/stored-rows-v1.json", "utf8")) as Captured;

const keyOf = (name: string) => captured.keys[name] ?? "";

async function upgraded() {
	const sinks = [createSink("teams"), createSink("webhook")] as const;
	const world = createWorld(sinks);
	world.clock.now = new Date(captured.takenAt);
	for (const row of captured.rows) await world.memory.create(row);
	const titles = (sink: (typeof sinks)[number]) =>
		sink.got
			.flatMap((notice) => (notice.type === "finding" ? [`${notice.finding.device.name} ${notice.n} ${notice.kinds.join()}`] : []))
			.sort();
	const states = async () => {
		const found: string[] = [];
		for await (const { key, destination, owed, place } of allOwed(world.memory)) {
			const name = Object.entries(captured.keys).find(([, one]) => one === key)?.[0];
			found.push(`${name} ${destination} ${place} ${owed?.state} ${owed?.sent} of ${owed?.want}`);
		}
		return found.sort((a, b) => (a < b ? -1 : 1));
	};
	return { world, sinks, titles, states };
}

const on = (name: string, recordId: string) => {
	const base = aSighting();
	return aSighting({ device: { ...base.device, id: redacted(`device-${name}`), name: redacted(name) }, recordId });
};

test("every finding and every notice that the version before stored can be read", async () => {
	const { world, states } = await upgraded();
	for (const key of Object.values(captured.keys)) {
		const row = await world.memory.get(findingAddress(key));
		expect(row && readFinding(row).finding).toMatchObject({ key, family: "cloudflared" });
	}
	expect(await states()).toHaveLength(16);
	expect((await states()).join()).not.toContain("undefined");
});

test("what the version before owed is delivered, once, and what it told is not told again", async () => {
	const { world, sinks, titles, states } = await upgraded();
	const [teams, webhook] = sinks;
	await world.dispatcher.deliverDue(eachMinute);
	world.clock.now = new Date(world.clock.now.getTime() + 120_000);
	await world.dispatcher.deliverDue(eachMinute);

	expect(titles(teams)).toEqual(["due 1 new", "leased 1 new"]);
	expect(titles(webhook)).toEqual(["due 1 new", "leased 1 new", "retried 1 new"]);
	expect((await states()).filter((one) => one.includes(" open "))).toEqual([
		"later teams open due 4 of 5",
		"later webhook open due 4 of 5",
		"refused teams open dead 0 of 1",
		"refused webhook open dead 0 of 1",
	]);
});

test("what the version before told leaves the open rows as it is met, and keeps its numbers", async () => {
	const { world, sinks, titles, states } = await upgraded();
	await world.dispatcher.deliverDue(eachMinute);
	expect(await states()).toContain("again webhook settled done 2 of 2");

	await world.recorder.record([on("again", "again0000009"), { ...on("again", "again0000010"), severity: "critical" }], world.clock.now);
	await world.dispatcher.deliverDue(eachMinute);
	expect(titles(sinks[0])).toContain("again 3 worse");
	expect(await states()).toContain("again teams settled done 3 of 3");
});

test("a finding that the version before told goes on before its rows were ever met", async () => {
	const { world, sinks, titles, states } = await upgraded();
	await world.recorder.record([{ ...on("told", "told00000002"), severity: "critical" }], world.clock.now);
	await world.recorder.record([on("closed", "closed000002")], world.clock.now);
	await world.dispatcher.deliverDue(eachMinute);

	expect(titles(sinks[0])).toEqual(expect.arrayContaining(["told 2 worse", "closed 2 back"]));
	expect(await states()).toEqual(expect.arrayContaining(["told teams settled done 2 of 2", "closed webhook settled done 2 of 2"]));
});

test("what the version before gave up is counted, and told when a person wants it", async () => {
	const { world, sinks, titles } = await upgraded();
	expect([...(await readOutbox(world.memory, ["teams", "webhook"], world.clock.now)).dead]).toEqual([
		["teams", 1],
		["webhook", 1],
	]);
	expect(await retryDead(world.memory, world.clock.now, ({ key }) => key === keyOf("refused"))).toBe(2);
	await world.dispatcher.deliverDue(eachMinute);
	expect(titles(sinks[0])).toContain("refused 1 new");
});

test("a finding of the version before is closed and forgotten in its time, with all that was told", async () => {
	const { world } = await upgraded();
	await world.dispatcher.deliverDue(eachMinute);
	const after = (days: number) => new Date(Date.parse(captured.takenAt) + days * 86_400_000);
	expect(await tidy(changeDeps(world.memory), after(31))).toEqual({ closed: 8, forgotten: 0 });
	await tidy(changeDeps(world.memory), after(120));
	const left = world.memory.all().filter(({ rowKey }) => rowKey.includes(keyOf("told")) && /^[fo]/.test(rowKey));
	expect(left).toEqual([]);
});
