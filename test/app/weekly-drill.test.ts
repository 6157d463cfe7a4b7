import { beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { createAzureApp } from "../../lib/app/azure-app.ts";
import type { HubSender } from "../../lib/app/hub-sender.ts";
import { openTable } from "../../lib/app/open-table.ts";
import { createWeeklyDrill } from "../../lib/app/weekly-drill.ts";
import type { Redacted } from "../../lib/secrets/redacted.ts";
import type { Table } from "../../lib/store/table.ts";
import { drillAddress, readDrill } from "../../lib/watch/drill.ts";
import { startBroker } from "../amqp/broker.ts";
import { type Azurite, startAzurite } from "../azurite.ts";
import { aSighting } from "../builders.ts";
import { receiver, status } from "../notify/loopback.ts";
import { createMemoryTable } from "../simulation/memory-table.ts";

const tuesday = (time: string) => new Date(`2026-11-24T${time}Z`);

/** A world with a hub that keeps what it gets, and timers that share one table. */
function aWorld(send: (hub: string) => Promise<void> = () => Promise.resolve()) {
	let now = tuesday("10:00:05");
	let ids = 0;
	const sent: { readonly hub: string; readonly deviceId: string }[] = [];
	const table = createMemoryTable(() => now);
	const sender = (hub: string): HubSender => ({
		hub,
		async send(message) {
			await send(hub);
			const [record] = (message as { records: readonly { properties: { DeviceId: string } }[] }).records;
			sent.push({ hub, deviceId: record?.properties.DeviceId ?? "" });
		},
	});
	const timer = (hubs: readonly string[] = ["defender"], own: Table = table) =>
		createWeeklyDrill({
			table: own,
			random: () => 0,
			sleep: () => Promise.resolve(),
			newId: () => `${++ids}`.padStart(32, "a"),
			clock: () => now,
			schedule: { day: 2, hour: 10 },
			senders: hubs.map(sender),
			tenantId: "t",
		});
	const go = (time: string) => {
		now = tuesday(time);
		return now;
	};
	const sighting = (deviceId: string) => ({ ...aSighting(), device: { ...aSighting().device, id: deviceId as Redacted } });
	return { table, sent, timer, go, sighting };
}

describe("a drill that runs by itself", () => {
	test("is sent once through each hub, by one of several timers, and again after a restart only when it did not arrive", async () => {
		const { sent, timer, go } = aWorld();
		const hubs = ["defender", "deviceinfo"];
		const [one, other] = [timer(hubs), timer(hubs)];
		await Promise.all([one.run(go("10:00:05")), other.run(go("10:00:05"))]);
		expect(sent.map(({ hub }) => hub).toSorted((a, b) => (a < b ? -1 : 1))).toEqual(hubs);
		await timer(hubs).run(go("10:01:05"));
		await timer(hubs).run(go("10:59:59"));
		expect(sent).toHaveLength(2);
		await timer(hubs).run(go("11:00:05"));
		expect(sent).toHaveLength(4);
	});

	test("has arrived when detection comes to its device: nobody is told, and no alarm follows", async () => {
		const { sent, timer, go, sighting, table } = aWorld();
		await timer().run(go("10:00:05"));
		const reader = timer();
		go("10:00:09");
		expect(await reader.takes([sighting(sent[0]?.deviceId ?? "")])).toBe(true);
		// The batch comes again after a crash.
		expect(await reader.takes([sighting(sent[0]?.deviceId ?? "")])).toBe(true);
		expect((await readDrill(table))?.runs[0]?.arrivedAt).toEqual(tuesday("10:00:09"));
		expect(await timer().run(go("10:30:05"))).toEqual([]);
	});

	test("nothing but the id that was made for it makes a record a drill", async () => {
		const { timer, go, sighting, table } = aWorld();
		await timer().run(go("10:00:05"));
		const claimed = { ...sighting("0000000012345678901234567890123456789012"), command: "THIS IS A DRILL of tunnelwatch" };
		expect(await timer().takes([claimed])).toBe(false);
		const before = await table.get(drillAddress);
		expect(await timer().takes([sighting("f".repeat(40))])).toBe(false);
		expect(await table.get(drillAddress)).toEqual(before);
	});

	test("alarms when it does not arrive in 15 minutes, and the alarm ends when a later one does", async () => {
		const { sent, timer, go, sighting } = aWorld();
		await timer().run(go("10:00:05"));
		expect(await timer().run(go("10:15:04"))).toEqual([]);
		expect(await timer().run(go("10:15:05"))).toMatchObject([{ code: "drill-missing", subject: "defender" }]);
		await timer().run(go("11:00:06"));
		await timer().takes([sighting(sent[1]?.deviceId ?? "")]);
		expect(await timer().run(go("11:01:06"))).toEqual([]);
	});

	test("alarms with the reason when the hub does not take it", async () => {
		const refusal = Object.assign(new Error("secret-host.example says no"), { code: "UnauthorizedError" });
		const { timer, go } = aWorld(() => Promise.reject(refusal));
		await timer().run(go("10:00:05"));
		const [problem] = await timer().run(go("10:15:05"));
		expect(problem?.what).toMatch(/could not be sent to defender\. The hub refuses the app's identity/);
		expect(JSON.stringify(problem)).not.toContain("secret-host");
	});

	test("a hub that is no longer read has nothing to prove", async () => {
		const { timer, go } = aWorld();
		await timer(["defender", "old"]).run(go("10:00:05"));
		expect(await timer(["defender"]).run(go("10:20:05"))).toMatchObject([{ subject: "defender" }]);
	});

	test("a table that does not answer makes the batch come again, instead of telling people", async () => {
		const { table, sent, timer, go, sighting } = aWorld();
		await timer().run(go("10:00:05"));
		const down: Table = { ...table, get: () => Promise.reject(new Error("down")) };
		await expect(timer(["defender"], down).takes([sighting(sent[0]?.deviceId ?? "")])).rejects.toThrow();
	});

	test("tells the stream watch that the message in the hub is its own", async () => {
		const { timer, go } = aWorld();
		const one = timer();
		expect(one.sentLately(go("10:00:05"))).toBe(false);
		await one.run(go("10:00:05"));
		expect([one.sentLately(go("10:03:04")), one.sentLately(go("10:03:05"))]).toEqual([true, false]);
	});
});

describe("through a real hub, a real table and the whole app", () => {
	let azurite: Azurite;
	beforeAll(async () => {
		azurite = await startAzurite();
		return () => azurite.close();
	});
	const names = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];

	test("it is sent, read, silent, and noted; a setting that no rule can satisfy is named", async () => {
		const broker = await startBroker({ hub: "defender" });
		onTestFinished(() => broker.close());
		const webhook = await receiver(status(200));
		const now = new Date();
		const environment = {
			TABLE_ENDPOINT: `${azurite.url}/devstoreaccount1`,
			TABLE_NAME: "drills",
			WEBHOOK_URL: `${webhook.base}/hook`,
			EventHub: broker.connectionString,
			EVENTHUB_NAME: "defender",
			WEEKLY_DRILL_UTC: `${names[now.getUTCDay()]} ${now.getUTCHours()}`,
		};
		const app = createAzureApp(environment, "/nowhere");
		await app.deliver();
		const bodies = [...broker.bodies("0"), ...broker.bodies("1")];
		expect(bodies).toHaveLength(1);
		await app.detect(
			bodies.map((body) => Buffer.from(body)),
			{ partitionContext: { eventHubName: "defender", partitionId: "0" } },
		);

		const drill = await readDrill(openTable(environment.TABLE_ENDPOINT, environment.TABLE_NAME));
		expect(drill?.runs).toMatchObject([{ hub: "defender", sentAt: expect.any(Date), arrivedAt: expect.any(Date) }]);
		expect(webhook.received).toEqual([]);

		const blind = createAzureApp({ ...environment, RULES: "cloudflared-cleanup" }, "/nowhere");
		expect((await blind.health()).problems).toMatchObject([{ code: "settings-wrong", subject: "WEEKLY_DRILL_UTC" }]);
	});

	test("without a connection to the hub neither drill nor watch can speak, so health and the line of the minute name the setting, once", async () => {
		const unconnected = createAzureApp(
			{
				TABLE_ENDPOINT: `${azurite.url}/devstoreaccount1`,
				TABLE_NAME: "unconnected",
				WEBHOOK_URL: "http://127.0.0.1:9/hook",
				EVENTHUB_NAME: "defender,deviceinfo",
			},
			"/nowhere",
		);
		const [line] = await unconnected.deliver();
		expect(line).toMatchObject({ codes: ["settings-wrong:EventHub__fullyQualifiedNamespace"] });
		expect((await unconnected.health()).problems).toMatchObject([
			{ code: "settings-wrong", subject: "EventHub__fullyQualifiedNamespace", runbook: "docs/alarms.md#settings-wrong" },
		]);
	});
});
