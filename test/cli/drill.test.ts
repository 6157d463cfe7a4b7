import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { type DrillStep, follow } from "../../cli/drill/follow.ts";
import { stepText } from "../../cli/drill/words.ts";
import { inventedDeviceId, inventedTenant, syntheticRecord } from "../../lib/app/synthetic.ts";
import { decodeRecords } from "../../lib/defender/envelope.ts";
import { createMatcher } from "../../lib/detect/match.ts";
import { rulesOfSet } from "../../lib/families/select.ts";
import { startBroker } from "../amqp/broker.ts";
import { startAzurite } from "../azurite.ts";
import { aSighting, at } from "../builders.ts";
import { receiver, status } from "../notify/loopback.ts";
import { createSink, createWorld, failed, keyOfSighting, type Sink } from "../outbox/world.ts";
import { tunnelwatch } from "./tunnelwatch.ts";

/** Follows the finding of `aSighting` in a world whose timer runs while the drill sleeps. */
async function followed(sinks: readonly Sink[], { recorded = true, timeoutMs = 20_000 } = {}): Promise<readonly DrillStep[]> {
	const world = createWorld(sinks);
	const started = world.clock.now.getTime();
	if (recorded) await world.recorder.record([aSighting()], world.clock.now);
	const steps: DrillStep[] = [];
	const sleep = async (ms: number) => {
		world.clock.now = new Date(world.clock.now.getTime() + ms);
		await world.dispatcher.deliverDue({ ms: 10_000, sends: 10 });
	};
	const elapsed = () => world.clock.now.getTime() - started;
	for await (const step of follow({ table: world.memory, key: keyOfSighting, timeoutMs, elapsed, sleep })) steps.push(step);
	return steps;
}

describe("what the drill sees", () => {
	test("recorded, then each destination when it has the notice", async () => {
		expect(await followed([createSink("teams"), createSink("webhook", { ok: true, proof: "confirmed" })])).toEqual([
			{ step: "recorded", finding: expect.stringMatching(/^cf-[0-9a-f]{12}$/), ms: 0 },
			{ step: "delivered", destination: "teams", proof: "queued", ms: 500 },
			{ step: "delivered", destination: "webhook", proof: "confirmed", ms: 500 },
		]);
	});

	test("a destination that refuses is waited for, since one refusal gives nothing up, and is named with its answer", async () => {
		const refusing = createSink("webhook", failed({ reason: "rejected", scope: "dead", status: 400 }));
		expect((await followed([createSink("teams"), refusing])).slice(1)).toEqual([
			{ step: "delivered", destination: "teams", proof: "queued", ms: 500 },
			{ step: "timeout", recorded: true, waiting: [{ destination: "webhook", reason: "rejected, status 400" }], ms: 20_000 },
		]);
	});

	test("a destination that stumbles is waited for until time is up, and named with its last failure", async () => {
		const stumbling = createSink("teams", failed({ reason: "server", status: 503 }));
		const last = (await followed([stumbling])).at(-1);
		expect(last).toEqual({
			step: "timeout",
			recorded: true,
			waiting: [{ destination: "teams", reason: "server, status 503" }],
			ms: 20_000,
		});
		expect(last === undefined ? "" : stepText(last)).toBe(
			"  20.0 s  recorded, but not delivered in time to teams (last try: server, status 503). It stays owed and is tried again.",
		);
	});

	test("nothing recorded: says where to look", async () => {
		const steps = await followed([createSink("teams")], { recorded: false });
		expect(steps).toEqual([{ step: "timeout", recorded: false, waiting: [], ms: 20_000 }]);
		expect(steps.map(stepText).join()).toContain("not recorded in time. Is the function running");
	});

	test("recorded, but nobody is owed anything: says why", async () => {
		const steps = await followed([]);
		expect(steps.map(({ step }) => step)).toEqual(["recorded", "timeout"]);
		expect(steps.map(stepText).join()).toContain("the function has no destination");
	});
});

test("every rule set sees the drill, and it says in its command line that it is one", () => {
	const deviceId = inventedDeviceId("0f8fad5b-d9cb-469f-a165-70867728950e");
	const record = syntheticRecord({
		tenantId: inventedTenant,
		deviceId,
		deviceName: "tunnelwatch-drill",
		words: "THIS IS A DRILL",
		at: at("21T19:36:04"),
	});
	const { records } = decodeRecords([record]);
	expect(deviceId).toBe("000000000f8fad5bd9cb469fa16570867728950e");
	expect(records.map(createMatcher(rulesOfSet("base"))).map((matches) => matches.map(({ rule }) => rule.id))).toEqual([
		["cloudflared-usage", "cloudflared-portable-execution"],
	]);
	expect(JSON.stringify(record)).toContain("THIS IS A DRILL");
});

describe("the command", () => {
	test("goes through the hub, the table and the destinations of a run that follows the hub", async () => {
		const broker = await startBroker({ hub: "defender" });
		const azurite = await startAzurite();
		const folder = mkdtempSync(join(tmpdir(), "tunnelwatch-drill-"));
		onTestFinished(async () => {
			await broker.close();
			await azurite.close();
			rmSync(folder, { recursive: true, force: true });
		});
		const webhook = await receiver(status(200));
		const env = {
			EventHub: broker.connectionString,
			EVENTHUB_NAME: "defender",
			TABLE_ENDPOINT: `${azurite.url}/devstoreaccount1`,
			DATA_FOLDER: folder,
			WEBHOOK_URL: `${webhook.base}/hook`,
		};
		const drilling = tunnelwatch(["drill", "--json", "--timeout", "300"], { env });
		// Not before it is remembered what was read: on a busy machine a stop may come in between.
		const remembered = drilling.then(() => expect.poll(() => existsSync(join(folder, "checkpoints.json"))).toBe(true));
		const [running, drilled] = await Promise.all([
			tunnelwatch(["run", "--event-hub", "localhost/defender", "--follow"], { env, interruptAt: remembered }),
			drilling,
		]);
		expect(drilled.lines).toEqual([
			{ step: "sent", hub: "defender", deviceId: expect.stringMatching(/^0{8}[0-9a-f]{32}$/), ms: expect.any(Number) },
			{ step: "recorded", finding: expect.stringMatching(/^cf-/), ms: expect.any(Number) },
			{ step: "delivered", destination: "console", proof: "confirmed", ms: expect.any(Number) },
			{ step: "delivered", destination: "webhook", proof: "confirmed", ms: expect.any(Number) },
		]);
		expect(drilled.code).toBe(0);
		expect(running.stdout).toContain("tunnelwatch-drill");
		expect(running.code).toBe(130);
		expect(webhook.received.map(({ body }) => body).join()).toContain("THIS IS A DRILL");

		// What was read is remembered: the drill is not read again.
		const again = await tunnelwatch(["run", "--json", "--event-hub", "localhost/defender"], { env });
		expect(again).toMatchObject({ code: 0, lines: [{ type: "summary", messages: 0 }] });
	});

	test("a hub that is busy at first gets it all the same; without a function behind the hub it gives up in time, exit 1", async () => {
		const broker = await startBroker({ hub: "defender", busyFor: 1 });
		const azurite = await startAzurite();
		onTestFinished(async () => {
			await broker.close();
			await azurite.close();
		});
		const env = { EventHub: broker.connectionString, EVENTHUB_NAME: "defender", TABLE_ENDPOINT: `${azurite.url}/devstoreaccount1` };
		const ran = await tunnelwatch(["drill", "--timeout", "1"], { env });
		expect(broker.refusals()).toBe(1);
		expect(ran.stdout).toMatch(/sent to the hub defender, as device tunnelwatch-drill \(0{8}[0-9a-f]{32}\)\n.*not recorded in time/);
		expect(ran.code).toBe(1);
	});

	test("sends nothing when the table cannot be read, or the hub must not be written to", async () => {
		const broker = await startBroker({ hub: "defender", denied: ["Send"] });
		const azurite = await startAzurite();
		onTestFinished(() => broker.close());
		const env = { EventHub: broker.connectionString, EVENTHUB_NAME: "defender", TABLE_ENDPOINT: `${azurite.url}/devstoreaccount1` };
		const denied = await tunnelwatch(["drill"], { env });
		expect(denied).toMatchObject({ code: 1, stdout: "" });
		expect(denied.stderr).toContain('give it the role "Azure Event Hubs Data Sender"');
		// Told at once: a right that is missing does not come by asking again.
		expect(broker.refusals()).toBe(1);

		await azurite.close();
		const blind = await tunnelwatch(["drill"], { env });
		expect(blind).toMatchObject({ code: 1, stdout: "" });
		expect(blind.stderr).toContain("Table Storage failed while reading");
		expect([...broker.bodies("0"), ...broker.bodies("1")]).toEqual([]);
	});

	test("shows nothing of a token that somebody pasted into the wrong setting", async () => {
		const token = Buffer.from(
			JSON.stringify({ a: "48aafdf2966bf831d42cfba5859bbeb7", t: "a1e7e42d-5f15-4bce-a386-56cb8df74140", s: "c3ludGhldGlj" }),
		);
		const hub = token.toString("base64url");
		const broker = await startBroker({ hub, denied: ["Send"] });
		const azurite = await startAzurite();
		onTestFinished(async () => {
			await broker.close();
			await azurite.close();
		});
		const env = { EventHub: broker.connectionString, EVENTHUB_NAME: hub, TABLE_ENDPOINT: `${azurite.url}/devstoreaccount1` };
		const ran = await tunnelwatch(["drill"], { env });
		expect(ran).toMatchObject({ code: 1, stdout: "", stderr: expect.stringContaining("Your identity may not write to ") });
		expect(ran.stderr).not.toContain(hub);
		expect(ran.stderr).not.toContain(hub.slice(20, 60));
	});

	test("names every missing setting, exit 2", async () => {
		const ran = await tunnelwatch(["drill"]);
		expect(ran).toMatchObject({ code: 2, stdout: "" });
		for (const name of ["TABLE_ENDPOINT", "EVENTHUB_NAME", "EventHub__fullyQualifiedNamespace"])
			expect(ran.stderr).toContain(`${name}: set it to`);
	});
});
