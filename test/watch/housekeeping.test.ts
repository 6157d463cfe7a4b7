import { describe, expect, test } from "vitest";
import { problemsOf } from "../../lib/app/health.ts";
import { findingAddress, findingValues } from "../../lib/findings/finding-row.ts";
import { createDeviceStore } from "../../lib/knowledge/device-store.ts";
import { pagerdutyEvents } from "../../lib/notify/pagerduty/event.ts";
import { createPortal } from "../../lib/notify/portal.ts";
import { destinationAddress, destinationValues, untried } from "../../lib/outbox/destination-state.ts";
import { fallBack } from "../../lib/outbox/fallback.ts";
import { readOutbox, retryDead } from "../../lib/outbox/outbox.ts";
import { giveUp, raise } from "../../lib/outbox/owed.ts";
import { owedAddress, owedValues } from "../../lib/outbox/owed-row.ts";
import { wake } from "../../lib/outbox/retry-now.ts";
import type { Values } from "../../lib/store/table.ts";
import { tidy } from "../../lib/watch/close-findings.ts";
import { noteProblems, readStanding } from "../../lib/watch/problem-store.ts";
import { createQuarantine } from "../../lib/watch/quarantine.ts";
import { watch, whatIsDue } from "../../lib/watch/routine-messages.ts";
import { readSurvey, writeSurvey } from "../../lib/watch/survey.ts";
import { aFinding, aSighting, at, redacted } from "../builders.ts";
import { createCounter } from "../knowledge/counter.ts";
import { createSink, createWorld, failed, keyOfSighting } from "../outbox/world.ts";
import { createMemoryTable } from "../simulation/memory-table.ts";
import { changeDeps } from "../store/change-deps.ts";

const knowledge = { rules: () => undefined, portal: createPortal("https://security.microsoft.com") };
const noMistakes = { mistakes: () => [] };

const urgent = aSighting({ severity: "high" });
const budget = { ms: 10_000, sends: 10 };

describe("how delivery stands", () => {
	test("what is due and was not taken is owed, with its age", async () => {
		const world = createWorld([createSink("teams", failed())]);
		await world.recorder.record([urgent], world.clock.now);
		await world.dispatcher.deliver([{ key: keyOfSighting }], budget);
		world.clock.now = at("21T19:46:10");
		const state = await readOutbox(world.memory, ["teams"], world.clock.now);
		expect([...state.owed]).toEqual([["teams", 1]]);
		expect(state.oldestOwedMs).toBe(600_000);
		expect(state.down.size + state.dead.size).toBe(0);
	});

	test("what was delivered is not owed, and a destination that is not set any more is not counted", async () => {
		const world = createWorld([createSink("teams"), createSink("webhook", failed())]);
		await world.recorder.record([urgent], world.clock.now);
		await world.dispatcher.deliver([{ key: keyOfSighting }], budget);
		expect((await readOutbox(world.memory, ["teams"], world.clock.now)).owed.size).toBe(0);
	});

	test("a destination that refuses us is down, since when it did, and why", async () => {
		const world = createWorld([createSink("teams", failed({ reason: "auth", scope: "down", status: 401 }))]);
		await world.recorder.record([urgent], world.clock.now);
		await world.dispatcher.deliver([{ key: keyOfSighting }], budget);
		const state = await readOutbox(world.memory, ["teams"], world.clock.now);
		expect([...state.down]).toEqual([["teams", { since: world.clock.now, cause: "auth" }]]);
		const problems = problemsOf(state, { approvals: noMistakes, routes: noMistakes }, world.clock.now);
		expect(problems).toMatchObject([{ code: "destination-down", subject: "teams", cause: "auth" }]);
		await noteProblems(changeDeps(world.memory), problems, world.clock.now);
		expect(await readStanding(world.memory)).toMatchObject([{ code: "destination-down", cause: "auth" }]);
	});

	test("a dead notice is counted, and told after all when a person wants it", async () => {
		const sink = createSink("teams", failed({ reason: "rejected", scope: "dead", status: 400 }));
		const world = createWorld([sink]);
		await world.recorder.record([urgent], world.clock.now);
		await world.dispatcher.deliver([{ key: keyOfSighting }], budget);
		world.clock.now = new Date(world.clock.now.getTime() + 72 * 3_600_000);
		await world.dispatcher.deliverDue(budget);
		expect([...(await readOutbox(world.memory, ["teams"], world.clock.now)).dead]).toEqual([["teams", 1]]);

		sink.answers = [{ ok: true, proof: "queued" }];
		expect(await retryDead(world.memory, world.clock.now, () => true)).toBe(1);
		await world.dispatcher.deliverDue(budget);
		expect(sink.got).toHaveLength(3);
		expect(await world.owed("teams")).toMatchObject({ state: "done" });
	});
});

test("waking makes due now what waits for another try, also at a destination that was paused", async () => {
	const sink = createSink("webhook", failed({ scope: "destination", status: 503, retryAfterMs: 3_600_000 }));
	const world = createWorld([sink]);
	await world.recorder.record([urgent], world.clock.now);
	await world.dispatcher.deliver([{ key: keyOfSighting }], budget);
	sink.answers = [{ ok: true, proof: "confirmed" }];
	await world.dispatcher.deliverDue(budget);
	expect(sink.got).toHaveLength(1);
	await wake(changeDeps(world.memory), ["webhook"], world.clock.now);
	await world.dispatcher.deliverDue(budget);
	expect(sink.got).toHaveLength(2);
});

describe("the fallback", () => {
	const start = async (severity: "high" | "medium") => {
		const main = createSink("teams", failed());
		const fallback = createSink("webhook");
		// Only the main destination is owed everything.
		const world = createWorld([main]);
		const both = createWorld([main, fallback], { table: () => world.memory });
		both.clock.now = world.clock.now;
		await world.recorder.record([aSighting({ severity })], world.clock.now);
		await world.dispatcher.deliver([{ key: keyOfSighting }], budget);
		return { world, both, fallback };
	};

	test("gets an urgent notice that another destination did not take for 10 minutes, once", async () => {
		const { world, both, fallback } = await start("high");
		expect(await fallBack(world.memory, "webhook", at("21T19:46:09"))).toBe(0);
		expect(await fallBack(world.memory, "webhook", at("21T19:46:10"))).toBe(1);
		expect(await fallBack(world.memory, "webhook", at("21T19:46:11"))).toBe(0);
		both.clock.now = at("21T19:46:12");
		await both.dispatcher.deliverDue(budget);
		expect(fallback.got).toHaveLength(1);
		expect(fallback.got[0]).toMatchObject({ n: 1 });
	});

	test("gets what another destination has refused for good", async () => {
		const world = createWorld([createSink("teams", failed({ reason: "rejected", scope: "dead", status: 400 }))]);
		await world.recorder.record([aSighting({ severity: "high" })], world.clock.now);
		await world.dispatcher.deliver([{ key: keyOfSighting }], budget);
		expect(await fallBack(world.memory, "webhook", at("21T19:46:10"))).toBe(1);
	});

	test("is left alone with what is not urgent", async () => {
		const { world } = await start("medium");
		expect(await fallBack(world.memory, "webhook", at("21T23:00:00"))).toBe(0);
	});
});

describe("tidying up", () => {
	const stored = async (change: Parameters<typeof aFinding>[0]) => {
		const memory = createMemoryTable(() => at("21T19:36:10"));
		const finding = aFinding(change);
		await memory.create({ ...findingAddress(finding.key), values: findingValues(finding) });
		return memory;
	};
	const lastSeen = new Date("2026-11-21T19:36:10Z");
	const days = (n: number, ms = 0) => new Date(lastSeen.getTime() + n * 86_400_000 + ms);

	test("a device not seen for 30 days is closed, not a moment before", async () => {
		const memory = await stored({ touchedAt: lastSeen });
		expect(await tidy(changeDeps(memory), days(30, -1))).toEqual({ closed: 0, forgotten: 0 });
		expect(await tidy(changeDeps(memory), days(30))).toEqual({ closed: 1, forgotten: 0 });
	});

	test("who keeps an incident for each finding hears that it was closed, once; nobody else does", async () => {
		const [pager, chat, late] = [createSink("pagerduty"), createSink("teams"), createSink("pagerduty-late")];
		const world = createWorld([pager, chat]);
		const resolves = ["pagerduty", "pagerduty-late"];
		await world.recorder.record([aSighting()], world.clock.now);
		await world.dispatcher.deliverDue(budget);
		world.clock.now = new Date(world.clock.now.getTime() + 31 * 86_400_000);
		expect((await tidy({ ...changeDeps(world.memory), resolves }, world.clock.now)).closed).toBe(1);
		await world.dispatcher.deliverDue(budget);
		expect(await tidy({ ...changeDeps(world.memory), resolves }, world.clock.now)).toMatchObject({ closed: 0 });
		await world.dispatcher.deliverDue(budget);
		expect(pager.got).toMatchObject([{ kinds: ["new"] }, { kinds: ["answered"], finding: { status: "closed" } }]);
		expect(chat.got).toMatchObject([{ kinds: ["new"] }]);
		expect(late.got).toEqual([]);
		const [, closed] = pager.got;
		expect(closed === undefined ? [] : pagerdutyEvents(closed, knowledge)).toMatchObject([{ event_action: "resolve" }]);

		// Seen again, it opens a new one, and the chat hears of it too.
		await world.recorder.record([aSighting({ recordId: "again", at: world.clock.now })], world.clock.now);
		await world.dispatcher.deliverDue(budget);
		expect([pager.got.at(-1), chat.got.at(-1)]).toMatchObject([{ kinds: ["back"] }, { kinds: ["back"] }]);
	});

	test("a device whose clock is years off is told once, and grows old by our clock", async () => {
		for (const year of [2019, 2031]) {
			const sink = createSink("teams");
			const world = createWorld([sink]);
			for (let hour = 0; hour < 23; hour++) {
				world.clock.now = new Date(Date.UTC(2026, 10, 21, hour));
				await world.recorder.record([aSighting({ recordId: `r${hour}`, at: new Date(Date.UTC(year, 0, 1, hour)) })], world.clock.now);
				await world.dispatcher.deliverDue(budget);
				await tidy(changeDeps(world.memory), world.clock.now);
			}
			expect(sink.got).toMatchObject([{ kinds: ["new"] }]);
			expect((await tidy(changeDeps(world.memory), new Date("2026-12-21T21:59:59Z"))).closed).toBe(0);
			expect((await tidy(changeDeps(world.memory), new Date("2026-12-21T22:00:00Z"))).closed).toBe(1);
		}
	});

	test("a row of an older version, which does not say when it was written, ages by its last event", async () => {
		const memory = createMemoryTable(() => lastSeen);
		const finding = aFinding({ lastSeen });
		const { touchedAt: _, ...values } = findingValues(finding);
		await memory.create({ ...findingAddress(finding.key), values });
		expect((await tidy(changeDeps(memory), days(30, -1))).closed).toBe(0);
		expect((await tidy(changeDeps(memory), days(30))).closed).toBe(1);
	});

	test("open findings are counted once each, however many parts the round has", async () => {
		const memory = createMemoryTable(() => lastSeen);
		for (const [n, touchedAt] of [lastSeen, lastSeen, days(29), lastSeen, days(29)].entries()) {
			const finding = aFinding({ key: `3f9c2a7d5110aabbccddee0${n}`, touchedAt });
			await memory.create({ ...findingAddress(finding.key), values: findingValues(finding) });
		}
		const done = [];
		for (let run = 0; run < 4; run++) done.push((await tidy(changeDeps(memory), days(30), 1)).closed);
		expect(done).toEqual([1, 1, 1, 0]);
		expect((await readSurvey(memory)).survey.last?.open).toBe(2);
	});

	test("what is seen again while it is being closed stays open", async () => {
		const memory = await stored({ touchedAt: lastSeen });
		const address = findingAddress(aFinding().key);
		const seenMeanwhile = {
			...memory,
			page: async (...asked: Parameters<typeof memory.page>) => {
				const page = await memory.page(...asked);
				const row = page.rows.find(({ rowKey }) => rowKey === address.rowKey);
				if (row !== undefined) await memory.replace({ ...address, values: findingValues(aFinding({ touchedAt: days(30) })) }, row.etag);
				return page;
			},
		};
		expect(await tidy(changeDeps(seenMeanwhile), days(30))).toEqual({ closed: 0, forgotten: 0 });
		expect((await memory.get(address))?.values["status"]).toBe("open");
	});

	test("a finding that a newer version wrote is neither closed nor forgotten by this one", async () => {
		for (const status of ["open", "closed"] as const) {
			const memory = createMemoryTable(() => lastSeen);
			const finding = aFinding({ touchedAt: lastSeen, status });
			await memory.create({ ...findingAddress(finding.key), values: { ...findingValues(finding), v: 99 } });
			expect(await tidy(changeDeps(memory), days(200))).toEqual({ closed: 0, forgotten: 0 });
			expect((await memory.get(findingAddress(finding.key)))?.values["status"]).toBe(status);
		}
	});

	test("who keeps incidents and never took this one hears nothing of its end", async () => {
		const pager = createSink("pagerduty", failed());
		const world = createWorld([pager]);
		await world.recorder.record([aSighting()], world.clock.now);
		await world.dispatcher.deliverDue(budget);
		await tidy({ ...changeDeps(world.memory), resolves: ["pagerduty"] }, days(31));
		expect(await world.finding()).toMatchObject({ status: "closed", want: 1, reasons: { new: 1 } });
	});

	test("a closed one is forgotten after 90 days, not a moment before", async () => {
		const memory = await stored({ touchedAt: lastSeen, status: "closed" });
		expect((await tidy(changeDeps(memory), days(90, -1))).forgotten).toBe(0);
		expect((await tidy(changeDeps(memory), days(90))).forgotten).toBe(1);
		expect(await memory.get(findingAddress(aFinding().key))).toBeUndefined();
	});

	const quarantined = async (...at: readonly Date[]) => {
		const memory = createMemoryTable(() => lastSeen);
		const quarantine = createQuarantine(changeDeps(memory));
		const entry = { at: { source: "hub/0", message: 7 }, record: undefined, reason: "not-json", size: 3, sha256: "ab" };
		for (const moment of at) await quarantine.add([entry], moment);
		return { memory, quarantine, left: () => memory.all().filter((row) => row.partitionKey.startsWith("q")).length };
	};

	/** Every ten minutes for so many hours, as the timer does. */
	const tidyFor = async (memory: ReturnType<typeof createMemoryTable>, from: Date, hours: number) => {
		for (let run = 0; run < hours * 6; run++) await tidy(changeDeps(memory), new Date(from.getTime() + run * 600_000));
	};

	test("what could not be read is forgotten after 30 days, not earlier", async () => {
		const { memory, quarantine, left } = await quarantined(lastSeen);
		await tidyFor(memory, days(30, -36_000_000), 10);
		expect(await quarantine.count(lastSeen)).toEqual({ kept: 1, overflow: 0 });
		await tidyFor(memory, days(31), 6);
		expect(left()).toBe(0);
	});

	test("also when nobody tidied for months", async () => {
		const { memory, left } = await quarantined(...Array.from({ length: 10 }, (_, day) => days(day)));
		await tidyFor(memory, days(0), 1);
		await tidyFor(memory, days(200), 6);
		expect(left()).toBe(0);
	});

	test("what a device showed is remembered for half a year after it was shown last, and then removed", async () => {
		const clock = { now: lastSeen };
		const memory = createMemoryTable(() => clock.now);
		const counter = () => createCounter({ table: memory, clock: () => clock.now });
		const shown = () => memory.all().filter((row) => row.partitionKey.startsWith("p")).length;
		const since = async () => (await counter().count(aSighting({ at: clock.now }))).account?.since;
		await since();
		clock.now = days(29);
		await since();
		await tidyFor(memory, days(29 + 180), 6);
		expect(shown()).toBe(3);
		clock.now = days(29 + 180);
		expect(await since()).toEqual(lastSeen);
		await tidyFor(memory, days(29 + 180 + 209), 6);
		expect(shown()).toBe(3);
		await tidyFor(memory, days(29 + 180 + 210), 6);
		expect(shown()).toBe(0);
	});

	test("what is known of a device is forgotten 90 days after it was heard of last", async () => {
		const clock = { now: lastSeen };
		const memory = createMemoryTable(() => clock.now);
		const row = { table: "DeviceInfo" as const, tenantId: "t", columns: { DeviceId: "d", DeviceType: "Server" } };
		await createDeviceStore({ ...changeDeps(memory), clock: () => clock.now }).learn([row]);
		const find = () => createDeviceStore({ ...changeDeps(memory), clock: () => clock.now }).find("t", "d");
		await tidyFor(memory, days(89), 6);
		expect(await find()).toMatchObject({ kind: "server" });
		await tidyFor(memory, days(90), 6);
		expect(await find()).toBeUndefined();
	});

	test("what only older versions counted, the days of old digests, copies of damaged rows and old failures are removed in their time", async () => {
		const memory = createMemoryTable(() => lastSeen);
		const put = (rowKey: string, values: Values) => memory.create({ partitionKey: "s3", rowKey, values });
		const dead = { reason: "new", finding: aFinding(), urgency: "ordinary", dueAt: days(-1) } as const;
		const given = giveUp(raise(undefined, dead), 1, { lastError: "rejected", lastStatus: 400 }, days(0));
		await put("g|3f9c", { rows: 60 });
		await put("y|20261120|3f9c", { want: 1, more: 0 });
		await put("x|3f9c", { v: 1, touchedAt: lastSeen.toISOString() });
		await put("o|3f9c|teams", owedValues(given));
		await put("o|3f9c|webhook", owedValues({ ...given, triedAt: days(60) }));
		await put("o|3f9d|teams", owedValues(raise(undefined, dead)));
		await put("o|3f9e|teams", { ...owedValues(given), v: 99 });
		const left = async (day: number) => {
			await tidyFor(memory, days(day), 6);
			return memory
				.all()
				.flatMap(({ partitionKey, rowKey }) => (partitionKey === "s3" ? [rowKey] : []))
				.toSorted();
		};
		const [day, copy, failed, owed, newer] = ["y|20261120|3f9c", "x|3f9c", "o|3f9c|teams", "o|3f9d|teams", "o|3f9e|teams"];
		// It counts from its last try.
		const triedLater = "o|3f9c|webhook";

		expect(await left(29)).toEqual([failed, triedLater, owed, newer, copy, day]);
		expect(await left(30)).toEqual([failed, triedLater, owed, newer, day]);
		expect(await left(60)).toEqual([failed, triedLater, owed, newer]);
		expect(await left(88)).toEqual([failed, triedLater, owed, newer]);
		expect(await left(149)).toEqual([triedLater, owed, newer]);
		expect(await left(200)).toEqual([owed, newer]);
	});

	test("a table of many rows is swept a part at a time, and whole in the end", async () => {
		const memory = createMemoryTable(() => lastSeen);
		for (let n = 0; n < 20_000; n++) {
			const values = { touchedAt: (n % 8 < 4 ? days(-300) : days(0)).toISOString() };
			await memory.create({ partitionKey: `p${n % 4}`, rowKey: `d|${String(n).padStart(6, "0")}`, values });
		}
		const rows = () => memory.all().filter((row) => row.partitionKey.startsWith("p")).length;
		await tidy(changeDeps(memory), days(0));
		expect(rows()).toBe(16_000);
		await tidyFor(memory, days(0), 2);
		expect(rows()).toBe(10_000);
	});

	test("what is still owed is never removed", async () => {
		const world = createWorld([createSink("teams", failed())]);
		await world.recorder.record([aSighting({ at: lastSeen })], lastSeen);
		await tidy(changeDeps(world.memory), days(31));
		expect((await tidy(changeDeps(world.memory), days(91))).forgotten).toBe(0);
		expect(await world.finding()).toBeDefined();
	});

	test("a notice that a newer version wrote may still be owed: it is not removed, and neither is its finding", async () => {
		const memory = await stored({ touchedAt: lastSeen, status: "closed" });
		const address = owedAddress(aFinding().key, "teams");
		await memory.create({ ...address, values: { v: 99, state: "waiting" } });
		expect((await tidy(changeDeps(memory), days(91))).forgotten).toBe(0);
		expect(await memory.get(address)).toBeDefined();
	});
});

describe("a chat that hears nothing", () => {
	const known = { since: at("01T10:00:00"), triedAt: undefined, heartbeatAt: undefined, digestAt: undefined };

	test("gets a sign of life after seven days without a message, not before", () => {
		expect(whatIsDue(undefined, { lastOk: at("14T10:00:00") }, known, at("21T09:59:59"))).toBeUndefined();
		expect(whatIsDue(undefined, { lastOk: at("14T10:00:00") }, known, at("21T10:00:00"))).toBe("heartbeat");
	});

	test("waits no year for a sign of life because a clock was a year ahead for a moment", () => {
		const ahead = { ...known, heartbeatAt: new Date("2027-11-21T10:00:00Z") };
		expect(whatIsDue(undefined, { lastOk: at("14T10:00:00") }, ahead, at("21T09:59:59"))).toBeUndefined();
		expect(whatIsDue(undefined, { lastOk: at("14T10:00:00") }, ahead, at("21T10:00:00"))).toBe("heartbeat");
		// The clock of another instance, a little ahead, starts nothing.
		expect(whatIsDue(undefined, { lastOk: undefined }, { ...known, since: at("21T10:10:00") }, at("21T10:00:00"))).toBeUndefined();
	});

	test("is given a week when it is new", () => {
		expect(whatIsDue(undefined, { lastOk: undefined }, { ...known, since: undefined }, at("21T10:00:00"))).toBe("begin");
		expect(whatIsDue(undefined, { lastOk: undefined }, { ...known, since: at("21T10:00:00") }, at("21T10:01:00"))).toBeUndefined();
	});

	test("gets the digest once a day, at its hour, when somebody asked for it", () => {
		const state = { lastOk: at("21T06:00:00") };
		expect(whatIsDue(7, state, known, at("21T06:59:59"))).toBeUndefined();
		expect(whatIsDue(7, state, known, at("21T07:00:00"))).toBe("digest");
		expect(whatIsDue(7, state, { ...known, digestAt: at("21T07:00:00") }, at("21T23:00:00"))).toBeUndefined();
		expect(whatIsDue(undefined, state, known, at("21T07:00:00"))).toBeUndefined();
	});

	const tend = (world: ReturnType<typeof createWorld>, sink: ReturnType<typeof createSink>, now: Date, digestHour?: number) =>
		watch(
			{
				table: world.memory,
				destinations: [sink],
				random: () => 0.5,
				sleep: () => Promise.resolve(),
				newId: () => "id",
				deadline: () => new AbortController().signal,
				rules: ["cloudflared-usage", "never-fired"],
				digestHour,
			},
			now,
		);

	test("a failed sign of life is reported, and tried again an hour later", async () => {
		const sink = createSink("teams", failed());
		const world = createWorld([sink]);
		await tend(world, sink, at("01T10:00:00"));
		expect(await tend(world, sink, at("08T10:00:00"))).toEqual(["the heartbeat to teams failed: 500"]);
		expect(await tend(world, sink, at("08T10:59:59"))).toEqual([]);
		sink.answers = [{ ok: true, proof: "queued" }];
		await tend(world, sink, at("08T11:00:00"));
		expect(sink.got.map((notice) => notice.type)).toEqual(["heartbeat", "heartbeat"]);
		await tend(world, sink, at("08T13:00:00"));
		expect(sink.got).toHaveLength(2);
	});

	test("whose last try a clock far ahead has noted is tried again all the same", async () => {
		const sink = createSink("teams", failed());
		const world = createWorld([sink]);
		await tend(world, sink, at("01T10:00:00"));
		await tend(world, sink, at("28T10:00:00"));
		await tend(world, sink, at("28T09:00:01"));
		expect(sink.got).toHaveLength(1);
		await tend(world, sink, at("28T09:00:00"));
		expect(sink.got).toHaveLength(2);
	});

	test("and is asked for a pause is left alone until it is over, not longer", async () => {
		const sink = createSink("teams");
		const world = createWorld([sink]);
		await tend(world, sink, at("01T10:00:00"));
		await world.memory.create({
			...destinationAddress("teams"),
			values: destinationValues({ ...untried, pausedUntil: at("08T12:00:00") }),
		});
		await tend(world, sink, at("08T11:59:59.999"));
		expect(sink.got).toEqual([]);
		await tend(world, sink, at("08T12:00:00"));
		expect(sink.got).toHaveLength(1);
	});

	test("has its digest also when the check-in went out a moment before", async () => {
		const sink = createSink("teams");
		const world = createWorld([sink]);
		await tend(world, sink, at("01T08:00:00"));
		await tend(world, sink, at("08T09:59:00"));
		await tend(world, sink, at("08T10:00:00"), 10);
		expect(sink.got.map(({ type }) => type)).toEqual(["heartbeat", "digest"]);
	});

	test("the check-in tells the findings of the last whole round, the digest what was given up, kept and answered", async () => {
		const sink = createSink("teams");
		const world = createWorld([sink]);
		const { memory } = world;
		const last = { open: 7, rules: ["cloudflared-usage"], at: at("08T09:00:00") };
		await writeSurvey(changeDeps(memory), undefined, { partition: 1, from: "", open: 3, rules: [], last });
		await tend(world, sink, at("01T08:00:00"));
		await tend(world, sink, at("08T09:59:00"));
		expect(sink.got).toMatchObject([{ type: "heartbeat", openCount: 7 }]);

		const by = { by: redacted("Kim Lee"), how: "page", verified: false, n: 1 } as const;
		const history = [{ kind: "acknowledge" as const, at: at("08T12:00:00"), ...by }];
		const finding = aFinding({ history });
		await memory.create({ ...findingAddress(finding.key), values: findingValues(finding) });
		const demand = { reason: "new", finding, urgency: "ordinary", dueAt: at("08T10:00:00") } as const;
		const given = giveUp(raise(undefined, demand), 1, { lastError: "rejected", lastStatus: 400 }, at("08T11:00:00"));
		await memory.create({ ...owedAddress(finding.key, "teams"), values: owedValues(given) });
		await memory.create({ ...owedAddress(finding.key, "webhook"), values: owedValues(raise(undefined, demand)) });
		await memory.create({ ...owedAddress(finding.key, "slack"), values: owedValues(raise(undefined, demand)) });
		const day = (date: string, key: string, values: Values) =>
			memory.create({ partitionKey: "s3", rowKey: `y|${date}|${key}`, values: { v: 1, want: 1, more: 0, ...values } });
		// Answered on the first day; on the second only seen.
		await day("20261108", finding.key, { answers: 1 });
		await day("20261109", finding.key, { answers: 0 });
		// Kept from this chat: one finding, and another that a person has silenced.
		await day("20261109", "3f9c2a7d5110aabbccddee01", { keptBy: "teams" });
		await day("20261109", "3f9c2a7d5110aabbccddee02", { keptBy: "teams", silenced: 2 });
		await tend(world, sink, at("09T10:00:00"), 10);
		expect(sink.got.at(-1)).toMatchObject({
			type: "digest",
			deadCount: 1,
			keptCount: 1,
			silencedCount: 1,
			answers: [{ line: { kind: "acknowledge", at: at("08T12:00:00") } }],
			idleRules: ["never-fired"],
		});
	});

	test("an approved tunnel that was new at the moment of the last digest is not named in the next one too", async () => {
		const sink = createSink("teams");
		const world = createWorld([sink]);
		await tend(world, sink, at("08T08:00:00"));
		await tend(world, sink, at("08T10:00:00"), 10);
		const first = (time: string) => ({ account: "9f86d081884c7d659a2feaa0c55ad015", tunnelId: time, at: at(time).toISOString() });
		const firsts = JSON.stringify([first("08T10:00:00"), first("08T10:00:01"), first("09T10:00:00"), first("09T10:00:01")]);
		await world.memory.create({ partitionKey: "s3", rowKey: "y|20261109|3f9c", values: { v: 1, want: 0, more: 0, firsts } });
		await tend(world, sink, at("09T10:00:00"), 10);
		expect(sink.got.at(-1)).toMatchObject({ type: "digest", approvedFirstCount: 2 });
	});

	test("the digest counts what was held back and what is approved, and names an approved tunnel new on its device once", async () => {
		const sink = createSink("teams");
		const world = createWorld([sink]);
		const ours = { verdict: "ours" as const, reason: aSighting().ownership.reason };
		const other = { ...aSighting().device, id: aSighting().device.name };
		await world.recorder.record([aSighting()], world.clock.now);
		await world.dispatcher.deliver([{ key: keyOfSighting }], budget);
		await world.recorder.record(
			[aSighting({ recordId: "0000000000aa" }), aSighting({ recordId: "0000000000bb", device: other, ownership: ours })],
			world.clock.now,
		);
		// Seen again on the same device, the approved tunnel is no news.
		await world.recorder.record([aSighting({ recordId: "0000000000cc", device: other, ownership: ours })], world.clock.now);
		await tidy(changeDeps(world.memory), world.clock.now);
		await tend(world, sink, at("21T19:50:00"), 7);
		await tend(world, sink, at("21T20:55:00"), 7);
		expect(sink.got.at(-1)).toMatchObject({
			type: "digest",
			heldCount: 1,
			approvedCount: 1,
			approvedFirstCount: 1,
			approvedFirsts: [{ finding: { device: other }, account: aSighting().tunnel?.account, tunnelId: aSighting().tunnel?.tunnelId }],
			deadCount: 0,
			rereadCount: 0,
			held: [{ more: 1 }],
			idleRules: ["never-fired"],
		});
	});
});
