import { expect, test } from "vitest";
import { recordAnswer } from "../../lib/actions/record-answer.ts";
import type { Finding } from "../../lib/findings/finding.ts";
import { eachMinute } from "../../lib/outbox/deliver.ts";
import type { DigestNotice, Notice, WaveNotice } from "../../lib/outbox/delivery.ts";
import type { Route } from "../../lib/outbox/route.ts";
import type { Sighting } from "../../lib/sighting/sighting.ts";
import { watch } from "../../lib/watch/routine-messages.ts";
import { aSighting, at, redacted } from "../builders.ts";
import { createSink, createWorld, failed, keyOfSighting, type Sink, type World } from "./world.ts";

const everywhere = (...tells: readonly string[]): Route => ({ line: undefined, tells, keeps: [], digest: undefined });
const to = (line: string, ...tells: readonly string[]): Route => ({ line, tells, keeps: [], digest: tells });

let ids = 0;

/** A world whose routes can be changed as it goes. */
function routed(first: (finding: Finding) => Route, ...names: readonly string[]) {
	const sinks = Object.fromEntries(names.map((name) => [name, createSink(name)]));
	const routes = { choose: first };
	const world = createWorld(Object.values(sinks), { route: (finding) => routes.choose(finding) });
	const got = (name: string): readonly string[] =>
		(sinks[name] as Sink).got.map((one) => (one.type === "finding" ? one.kinds.join("+") : one.type));
	return { sinks, routes, world, got };
}

async function see(world: World, change: Partial<Sighting> = {}): Promise<void> {
	await world.recorder.record([aSighting({ recordId: `record${++ids}`, ...change })], world.clock.now);
	await world.dispatcher.deliverDue(eachMinute);
}

function digestOf(world: World, sink: Sink, now: Date): Promise<DigestNotice | undefined> {
	const deps = { table: world.memory, random: () => 0.5, sleep: async () => undefined, newId: () => `digest${++ids}` };
	const look = (moment: Date) =>
		watch({ ...deps, destinations: [sink], deadline: () => new AbortController().signal, rules: [], digestHour: 7 }, moment);
	return look(new Date(now.getTime() - 60_000))
		.then(() => look(new Date(now.getTime() + 2 * 3_600_000)))
		.then(() => sink.got.find((one) => one.type === "digest"));
}

const worse = { severity: "high" as const };

test("a notice goes where its route leads and nowhere else, and the row keeps the line that led it", async () => {
	const { world, got } = routed(() => to("EMEA", "teams-emea"), "teams-emea", "teams-labs");
	await see(world);
	expect([got("teams-emea"), got("teams-labs")]).toEqual([["new"], []]);
	expect(await world.owed("teams-emea")).toMatchObject({ state: "done", route: "EMEA" });
	expect(await world.owed("teams-labs")).toBeUndefined();
});

test("the route is that of the moment of decision, not of the moment of sending", async () => {
	const { world, sinks, routes, got } = routed(() => to("EMEA", "teams-emea"), "teams-emea", "teams-labs");
	(sinks["teams-emea"] as Sink).answers = [failed({ reason: "server", scope: "row" }), { ok: true, proof: "queued" }];
	await see(world);
	routes.choose = () => to("Labs", "teams-labs");
	world.clock.now = at("21T19:40:00");
	await world.dispatcher.deliverDue(eachMinute);
	expect([got("teams-emea"), got("teams-labs")]).toEqual([["new", "new"], []]);
});

test("whoever was told hears how it goes on, also when the route has changed; what comes back begins anew", async () => {
	const { world, routes, got } = routed(() => to("EMEA", "teams-emea"), "teams-emea", "teams-labs");
	await see(world);
	routes.choose = () => to("Labs", "teams-labs");
	await see(world, worse);
	expect([got("teams-emea"), got("teams-labs")]).toEqual([["new", "worse"], ["new+worse"]]);
	expect(await world.owed("teams-emea")).toMatchObject({ route: "EMEA" });
	await recordAnswer(
		{ table: world.memory, random: () => 0.5, sleep: async () => undefined, newId: () => `answer${++ids}` },
		keyOfSighting,
		{ kind: "close", by: redacted("Kim Lee"), how: "cli", as: "cleaned", verified: true },
		world.clock.now,
	);
	await world.dispatcher.deliverDue(eachMinute);
	const before = got("teams-emea").length;
	world.clock.now = at("22T19:40:00");
	await see(world, { at: at("22T19:39:00") });
	expect(got("teams-emea")).toHaveLength(before);
	expect(got("teams-labs").at(-1)).toBe("back");
});

test("what is below a destination's least severity is kept for its digest, with the number, and told when it gets worse", async () => {
	const keeps = ({ noticeSeverity }: Finding): Route =>
		noticeSeverity === "high" ? everywhere("teams", "slack") : { ...everywhere("slack"), keeps: ["teams"] };
	const { world, sinks, got } = routed(keeps, "teams", "slack");
	await see(world);
	expect([got("teams"), got("slack")]).toEqual([[], ["new"]]);
	expect(await digestOf(world, sinks["teams"] as Sink, at("22T07:00:00"))).toMatchObject({
		keptCount: 1,
		kept: [{ finding: { key: keyOfSighting } }],
		heldCount: 0,
	});
	expect(await digestOf(world, sinks["slack"] as Sink, at("22T07:00:00"))).not.toHaveProperty("keptCount");
	await see(world, worse);
	expect(got("teams")).toEqual(["digest", "new+worse"]);
});

test("of what a digest kept, the worst stands first, whatever its key", async () => {
	const { world, sinks } = routed(() => ({ ...everywhere(), keeps: ["teams"] }), "teams", "slack");
	const kept = ["low", "critical", "medium", "info", "high", "low", "critical"] as const;
	for (const [n, severity] of kept.entries())
		await see(world, { severity, device: { ...aSighting().device, id: redacted(String(n).repeat(40)) } });
	const digest = await digestOf(world, sinks["teams"] as Sink, at("22T07:00:00"));
	expect(digest?.kept?.map(({ finding }) => finding.severity)).toEqual(["critical", "critical", "high", "medium", "low", "low", "info"]);
});

test("a digest holds nothing of what was led elsewhere", async () => {
	const { world, sinks } = routed(() => to("Customer A", "teams-a"), "teams-a", "teams-b");
	await see(world);
	await see(world, { at: at("21T19:50:00") });
	expect(await digestOf(world, sinks["teams-a"] as Sink, at("22T07:00:00"))).toMatchObject({ heldCount: 1 });
	expect(await digestOf(world, sinks["teams-b"] as Sink, at("22T07:00:00"))).toMatchObject({ heldCount: 0, held: [], approvedCount: 0 });
});

test("approved tunnels are counted where a notice would have gone", async () => {
	const ours = { ownership: { verdict: "ours" as const, reason: redacted("approved") }, severity: "info" as const };
	const { world, sinks } = routed(() => to("Customer A", "teams-a"), "teams-a", "teams-b");
	await see(world, ours);
	expect(await digestOf(world, sinks["teams-a"] as Sink, at("22T07:00:00"))).toMatchObject({ approvedCount: 1 });
	expect(await digestOf(world, sinks["teams-b"] as Sink, at("22T07:00:00"))).toMatchObject({ approvedCount: 0 });
});

test("approved tunnels and silences also count in the digest of a chat that is sent only what is graver", async () => {
	const { world, sinks } = routed(() => ({ ...everywhere("slack"), keeps: ["teams"] }), "teams", "slack");
	const ours = { ownership: { verdict: "ours" as const, reason: redacted("approved") }, severity: "info" as const };
	await see(world, { ...ours, device: { ...aSighting().device, id: redacted("b".repeat(40)) } });
	await see(world);
	await recordAnswer(
		{ table: world.memory, random: () => 0.5, sleep: async () => undefined, newId: () => `answer${++ids}` },
		keyOfSighting,
		{ kind: "silence", by: redacted("Kim Lee"), how: "cli", verified: true },
		world.clock.now,
	);
	await see(world, { at: at("21T19:50:00") });
	const counts = { approvedCount: 1, silencedCount: 1 };
	expect(await digestOf(world, sinks["slack"] as Sink, at("22T07:00:00"))).toMatchObject(counts);
	const digest = await digestOf(world, sinks["teams"] as Sink, at("22T07:00:00"));
	expect(digest).toMatchObject(counts);
	// Nobody is told twice: of what is silenced, only the count is left.
	expect(digest).not.toHaveProperty("keptCount");
});

test("an escalation by a person reaches whoever it had been too little for", async () => {
	const { world, got } = routed(() => ({ ...everywhere("teams"), keeps: ["pagerduty"] }), "teams", "pagerduty", "webhook");
	await see(world);
	expect(got("pagerduty")).toEqual([]);
	await recordAnswer(
		{ table: world.memory, random: () => 0.5, sleep: async () => undefined, newId: () => `answer${++ids}` },
		keyOfSighting,
		{ kind: "not-ours", by: redacted("Kim Lee"), how: "page", verified: true },
		world.clock.now,
	);
	await world.dispatcher.deliverDue(eachMinute);
	expect(got("pagerduty")).toEqual(["escalated+new"]);
	expect(got("webhook")).toEqual([]);
	expect((await world.finding())?.routed?.keeps).toEqual([]);
});

test("a line that wants nobody mentioned says so in the message, and the next line's word counts for the next one", async () => {
	const { world, sinks, routes } = routed(() => ({ ...to("Labs", "teams"), mention: false }), "teams");
	await see(world);
	routes.choose = () => to("All", "teams");
	await see(world, worse);
	const [first, second] = (sinks["teams"] as Sink).got as readonly Notice[];
	expect(first?.mention).toBe(false);
	expect(second).not.toHaveProperty("mention");
});

test("a wave names a machine as told singly only if each of its findings went there", async () => {
	const sinks = [
		createSink("teams", failed({ reason: "rateLimited", scope: "destination", retryAfterMs: 150_000 }), { ok: true, proof: "queued" }),
		{ ...createSink("webhook"), unlimited: true as const },
	];
	const world = createWorld(sinks, { route: ({ device }) => to("All", ...(device.name === "lt-0" ? ["teams"] : ["teams", "webhook"])) });
	const sightings = Array.from({ length: 12 }, (_, n) =>
		aSighting({
			recordId: `wave${n}`,
			severity: "high",
			device: { ...aSighting().device, id: redacted(`${n}`.padStart(40, "0")), name: redacted(`lt-${n}`) },
		}),
	);
	await world.recorder.record(sightings, world.clock.now);
	for (let n = 0; n < 8; n += 1) {
		world.clock.now = new Date(world.clock.now.getTime() + 60_000);
		await world.dispatcher.deliverDue(eachMinute);
	}
	const waves = sinks.flatMap(({ got }) => got).filter((one): one is WaveNotice => one.type === "wave");
	expect(waves.length).toBeGreaterThan(0);
	for (const { findings, singly } of waves)
		expect(singly).toEqual(findings.some(({ device }) => device.name === "lt-0") ? [] : ["webhook"]);
});

test("without routes, rows are what they were", async () => {
	const plain = createWorld([createSink("teams")]);
	const led = createWorld([createSink("teams")], { route: () => everywhere("teams") });
	for (const world of [plain, led]) await world.recorder.record([aSighting()], world.clock.now);
	const rows = ({ memory }: World) =>
		memory.all().map(({ partitionKey, rowKey, values: { writer: _, ...values } }) => ({ partitionKey, rowKey, values }));
	expect(rows(led)).toEqual(rows(plain));
	expect(JSON.stringify(rows(plain))).not.toMatch(/route|keptBy|mention/);
});
