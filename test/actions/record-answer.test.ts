import { expect, test } from "vitest";
import type { AnswerRequest } from "../../lib/actions/answer.ts";
import { endSilences } from "../../lib/actions/end-silences.ts";
import { type RecordedAnswer, recordAnswer } from "../../lib/actions/record-answer.ts";
import { refused } from "../../lib/actions/refusal.ts";
import { noteSilence, silencesOver } from "../../lib/actions/silence-rows.ts";
import { findingAddress, findingValues } from "../../lib/findings/finding-row.ts";
import { eachMinute } from "../../lib/outbox/deliver.ts";
import type { Notice } from "../../lib/outbox/delivery.ts";
import type { Sighting } from "../../lib/sighting/sighting.ts";
import type { Table } from "../../lib/store/table.ts";
import { aSighting, at, redacted } from "../builders.ts";
import { createSink, createWorld, keyOfSighting, type Sink, type World } from "../outbox/world.ts";

const minute = 60_000;
let ids = 0;

function depsOf({ memory }: World) {
	return { table: memory, random: () => 0.5, sleep: async () => undefined, newId: () => `answer${++ids}` };
}

function request(kind: AnswerRequest["kind"], change: Partial<AnswerRequest> = {}): AnswerRequest {
	return { kind, by: redacted("Kim Lee"), how: "page", verified: false, ...change };
}

function say(world: World, asked: AnswerRequest): Promise<RecordedAnswer> {
	return recordAnswer({ ...depsOf(world), fallback: "pagerduty" }, keyOfSighting, asked, world.clock.now);
}

async function see(world: World, change: Partial<Sighting> = {}): Promise<void> {
	await world.recorder.record([aSighting({ recordId: `record${++ids}`, ...change })], world.clock.now);
	await world.dispatcher.deliverDue(eachMinute);
}

async function pass(world: World, ms: number): Promise<void> {
	world.clock.now = new Date(world.clock.now.getTime() + ms);
	await endSilences(depsOf(world), world.clock.now);
	await world.dispatcher.deliverDue(eachMinute);
}

function told(sink: Sink): readonly (readonly string[])[] {
	return sink.got.map((notice) => (notice as Notice).kinds);
}

async function alerted(...names: readonly string[]): Promise<{ world: World; sinks: readonly Sink[] }> {
	const sinks = names.map((name) => createSink(name));
	const world = createWorld(sinks);
	await see(world);
	return { world, sinks };
}

test("those who were told hear of the answer once, with who gave it", async () => {
	const { world, sinks } = await alerted("teams", "webhook");

	expect((await say(world, request("acknowledge"))).ok).toBe(true);
	await pass(world, minute);
	await pass(world, minute);

	for (const sink of sinks) {
		expect(told(sink)).toEqual([["new"], ["answered"]]);
		expect((sink.got[1] as Notice).answers).toMatchObject([{ kind: "acknowledge", by: "Kim Lee", verified: false, n: 2 }]);
	}
});

test("an answer leaves what was seen as it was", async () => {
	const { world } = await alerted("teams");
	const before = await world.finding();
	await say(world, request("acknowledge"));
	const after = await world.finding();

	expect(after?.newest).toEqual(before?.newest);
	expect(after?.worst).toEqual(before?.worst);
	expect(after?.newest.program.commandLine).not.toBe("");
});

test("the end of a silence whose finding a newer version has written is left to that version, and comes when it can be read", async () => {
	const { world, sinks } = await alerted("teams");
	await say(world, request("silence"));
	await see(world);
	const address = findingAddress(keyOfSighting);
	const version = async (v: number) => {
		const row = await world.memory.get(address);
		if (row === undefined) throw new Error("stored");
		await world.memory.replace({ ...address, values: { ...row.values, v } }, row.etag);
	};
	await version(99);
	await pass(world, 24 * 60 * minute);
	expect(told(sinks[0] as Sink)).toEqual([["new"], ["answered"]]);

	await version(1);
	await pass(world, minute);
	await pass(world, minute);
	expect(told(sinks[0] as Sink)).toEqual([["new"], ["answered"], ["still"]]);
});

test("a silence that held something ends at its very moment, and the day's digest knows of it", async () => {
	const { world, sinks } = await alerted("teams");
	await say(world, request("silence"));
	await see(world);
	await pass(world, 24 * 60 * minute);
	await pass(world, minute);

	expect(told(sinks[0] as Sink)).toEqual([["new"], ["answered"], ["still"]]);
	expect((await world.finding())?.silence).toBeUndefined();
	const days = world.memory.all().filter(({ rowKey }) => rowKey.startsWith("y|"));
	expect(days.map(({ rowKey, values }) => [rowKey.slice(2, 10), values["answers"]])).toEqual([
		["20261121", 1],
		["20261122", 1],
	]);
});

test("the end of a silence on a finding that was closed meanwhile is told to nobody", async () => {
	const { world, sinks } = await alerted("teams");
	await say(world, request("silence"));
	await see(world);
	const finding = await world.finding();
	const row = await world.memory.get(findingAddress(keyOfSighting));
	if (finding === undefined || row === undefined) throw new Error("stored");
	await world.memory.replace({ ...findingAddress(keyOfSighting), values: findingValues({ ...finding, status: "closed" }) }, row.etag);
	await pass(world, 24 * 60 * minute);

	expect(told(sinks[0] as Sink)).toEqual([["new"], ["answered"]]);
	expect((await world.finding())?.history?.at(-1)).toMatchObject({ kind: "ended", held: 1 });
});

test("an answer waits behind every alert, an escalation goes before most, and what is silenced wakes no fallback", async () => {
	const urgencies = async (kind: AnswerRequest["kind"]) => {
		const { world } = await alerted("teams");
		await say(world, request(kind));
		const owed = await world.owed("teams");
		return [owed?.urgency, owed?.fellBack];
	};
	expect(await urgencies("acknowledge")).toEqual(["answer", 2]);
	expect(await urgencies("silence")).toEqual(["answer", 2]);
	expect(await urgencies("not-ours")).toEqual(["foremost", 0]);
});

test("what a newer version owes is left alone by an answer, and by an escalation", async () => {
	for (const [name, kind] of [
		["teams", "acknowledge"],
		["pagerduty", "not-ours"],
	] as const) {
		const { world } = await alerted("webhook");
		const address = { partitionKey: findingAddress(keyOfSighting).partitionKey, rowKey: `o|${keyOfSighting}|${name}` };
		await world.memory.create({ ...address, values: { v: 99, state: "waiting" } });
		expect((await say(world, request(kind))).ok).toBe(true);
		expect((await world.memory.get(address))?.values).toEqual({ v: 99, state: "waiting" });
	}
});

test("an answer that the page refuses at the moment of writing changes nothing", async () => {
	const { world } = await alerted("teams");
	const before = JSON.stringify(world.memory.all());
	const answered = await recordAnswer(depsOf(world), keyOfSighting, request("acknowledge"), world.clock.now, () => refused("changed"));

	expect(answered).toMatchObject({ ok: false, refusal: { code: "changed" } });
	expect(JSON.stringify(world.memory.all())).toBe(before);
});

test("silences end a bounded number at a time, the oldest first", async () => {
	const { world } = await alerted("teams");
	for (const hour of ["05", "03", "01", "04", "02"]) await noteSilence(world.memory, `key${hour}`, at(`21T${hour}:00:00`));
	const over = await silencesOver(world.memory, at("21T04:00:00"), 3);

	expect(over.map(({ key }) => key)).toEqual(["key01", "key02", "key03"]);
	expect(await silencesOver(world.memory, at("21T04:00:00"), 10)).toHaveLength(4);
});

test("a silence whose end cannot be noted is not recorded: nobody would say that it is over", async () => {
	const { world } = await alerted("teams");
	const table: Table = {
		...world.memory,
		transact: (writes) =>
			writes.some(({ row }) => row.partitionKey === "silence")
				? Promise.reject(new Error("the table is away"))
				: world.memory.transact(writes),
	};
	const answered = recordAnswer({ ...depsOf(world), table }, keyOfSighting, request("silence"), world.clock.now);

	await expect(answered).rejects.toThrow("the table is away");
	expect((await world.finding())?.silence).toBeUndefined();
	expect((await say(world, request("silence"))).ok).toBe(true);
});

test("who is told the notice at the very moment of the answer hears of the answer too", async () => {
	const sink = createSink("teams");
	const world = createWorld([sink]);
	await world.recorder.record([aSighting()], world.clock.now);
	let looked = false;
	const table: Table = {
		...world.memory,
		async page(range, options) {
			const page = await world.memory.page(range, options);
			if (!looked && range.from.startsWith("f|")) {
				looked = true;
				await world.dispatcher.deliverDue(eachMinute);
			}
			return page;
		},
	};

	await recordAnswer({ ...depsOf(world), table }, keyOfSighting, request("acknowledge"), world.clock.now);
	await pass(world, minute);

	expect(told(sink)).toEqual([["new"], ["answered"]]);
});

test("the whole life of a silence: held while it lasts, its end said once with what it held", async () => {
	const { world, sinks } = await alerted("teams");
	await say(world, request("silence"));
	await pass(world, minute);
	for (let n = 0; n < 3; n++) await see(world);
	await pass(world, 23 * 60 * minute);
	expect(told(sinks[0] as Sink)).toEqual([["new"], ["answered"]]);

	await pass(world, 2 * 60 * minute);
	await pass(world, minute);
	await see(world);

	expect(told(sinks[0] as Sink)).toEqual([["new"], ["answered"], ["still"]]);
	const finding = await world.finding();
	expect(finding?.changes.at(-1)?.text).toBe("the silence by Kim Lee (unverified) ended; events during it: 3");
	expect(finding?.history?.map(({ kind, held }) => [kind, held])).toEqual([
		["silence", undefined],
		["ended", 3],
	]);
});

test("a silence that held nothing ends without a message", async () => {
	const { world, sinks } = await alerted("teams");
	await say(world, request("silence"));
	await pass(world, minute);

	await pass(world, 24 * 60 * minute);

	expect(told(sinks[0] as Sink)).toEqual([["new"], ["answered"]]);
	expect((await world.finding())?.history?.at(-1)).toMatchObject({ kind: "ended", held: 0, n: 2 });
	expect(world.memory.all().filter(({ partitionKey }) => partitionKey === "silence")).toEqual([]);
});

test("a silence speaks for a stronger fact, and its end is not said a second time", async () => {
	const { world, sinks } = await alerted("teams");
	await say(world, request("silence"));
	await pass(world, minute);
	await see(world);

	await see(world, { severity: "high" });
	await pass(world, 25 * 60 * minute);

	expect(told(sinks[0] as Sink)).toEqual([["new"], ["answered"], ["worse"]]);
	expect((await world.finding())?.changes.map(({ text }) => text)).toContain(
		"this ends the silence by Kim Lee (unverified); events held back: 1",
	);
});

test("a silence made longer ends at its new time only", async () => {
	const { world } = await alerted("teams");
	await say(world, request("silence"));
	await say(world, request("silence", { how: "cli", verified: true, until: at("25T00:00:00") }));

	await pass(world, 25 * 60 * minute);
	expect((await world.finding())?.silence?.until).toEqual(at("25T00:00:00"));
	await pass(world, 3 * 24 * 60 * minute);
	expect((await world.finding())?.silence).toBeUndefined();
});

test("an escalation reaches the fallback too, which had heard nothing", async () => {
	const { world, sinks } = await alerted("teams");
	await say(world, request("not-ours"));
	await pass(world, minute);

	expect(told(sinks[0] as Sink)).toEqual([["new"], ["escalated"]]);
	expect(await world.owed("pagerduty")).toMatchObject({ state: "due", want: 2, sent: 0 });
});

test("an acknowledged finding does not go to the fallback for what was told before", async () => {
	const sink = createSink("teams", {
		ok: false,
		reason: "server",
		scope: "row",
		retryAfterMs: undefined,
		ambiguous: false,
		status: 500,
		detail: "",
	});
	const world = createWorld([sink]);
	await see(world, { severity: "high" });
	await say(world, request("acknowledge"));

	const owed = await world.owed("teams");
	expect(owed).toMatchObject({ state: "due", want: 2, fellBack: 2 });
});

test("two people at once: one acknowledges, and the other is told so", async () => {
	const { world, sinks } = await alerted("teams");
	const both = await Promise.all([say(world, request("acknowledge")), say(world, request("acknowledge", { by: redacted("Ana") }))]);
	await pass(world, minute);

	expect(both.map(({ ok }) => ok).sort()).toEqual([false, true]);
	expect(both).toContainEqual({ ok: false, refusal: expect.objectContaining({ code: "acknowledged" }) });
	expect(told(sinks[0] as Sink)).toEqual([["new"], ["answered"]]);
});

test("forty answers in a minute are not told as a wave of findings", async () => {
	const sink = createSink("teams");
	const world = createWorld([sink]);
	const devices = Array.from({ length: 40 }, (_, n) => ({ ...aSighting().device, id: redacted(n.toString(16).padStart(40, "0")) }));
	for (const device of devices) await see(world, { device });
	await pass(world, 120 * minute);
	const keys = world.memory.all().flatMap(({ rowKey }) => (/^f\|[^|]+$/.test(rowKey) ? [rowKey.slice(2)] : []));
	const before = sink.got.length;
	for (const key of keys) await recordAnswer(depsOf(world), key, request("acknowledge"), world.clock.now);
	for (let n = 0; n < 120; n++) await pass(world, minute);

	const after = sink.got.slice(before);
	expect(after.map(({ type }) => type)).not.toContain("storm");
	expect(after).toHaveLength(40);
});

test("closing is told, and the next sighting brings it back", async () => {
	const { world, sinks } = await alerted("teams");
	await say(world, request("close", { how: "cli", verified: true, as: "cleaned" }));
	await pass(world, minute);
	await see(world);

	expect(told(sinks[0] as Sink)).toEqual([["new"], ["answered"], ["back"]]);
});

test("an answer to a finding that is gone changes nothing", async () => {
	const world = createWorld([createSink("teams")]);

	expect(await say(world, request("acknowledge"))).toEqual({ ok: false, refusal: "missing" });
	expect(world.memory.all()).toEqual([]);
});
