import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openTable } from "../../lib/app/open-table.ts";
import { rowsOf, type Table } from "../../lib/store/table.ts";
import { bundle } from "../../scripts/bundle.ts";
import { startAzurite } from "../azurite.ts";
import { startCountingProxy } from "../counting-proxy.ts";
import { type Core, installCore } from "./core.ts";

let folder: string;
let core: Core;
beforeAll(async () => {
	folder = mkdtempSync(join(tmpdir(), "tunnelwatch-bundle-"));
	await bundle(join(folder, "main.mjs"));
	core = installCore();
	await import(join(folder, "main.mjs"));
});
afterAll(() => {
	rmSync(folder, { recursive: true, force: true });
});

test("the bundle registers the three functions, though no setting is there", () => {
	expect([...core.functions.keys()].sort()).toEqual(["deliver", "detect", "health"]);
});

test("detect reads raw bytes in batches, and is tried again for ever", () => {
	const metadata = core.functions.get("detect")?.metadata;
	expect(Object.values(metadata?.bindings ?? {})).toEqual([
		expect.objectContaining({
			type: "eventHubTrigger",
			direction: "in",
			connection: "EventHub",
			eventHubName: "%EVENTHUB_NAME%",
			consumerGroup: "%EVENTHUB_CONSUMER_GROUP%",
			cardinality: "many",
			dataType: "binary",
		}),
	]);
	expect(metadata?.retryOptions).toMatchObject({ retryStrategy: "exponentialBackoff", maxRetryCount: -1 });
});

test("deliver runs each minute, and not at start-up", () => {
	const [binding] = Object.values(core.functions.get("deliver")?.metadata.bindings ?? {});
	expect(binding).toMatchObject({ type: "timerTrigger", schedule: "0 */1 * * * *" });
	expect(binding?.["runOnStartup"] ?? false).toBe(false);
});

test("health answers GET with a function key only", () => {
	expect(Object.values(core.functions.get("health")?.metadata.bindings ?? {})).toContainEqual(
		expect.objectContaining({ type: "httpTrigger", methods: ["GET"], authLevel: "function" }),
	);
});

describe("with two hubs in EVENTHUB_NAME", () => {
	const hubs = ["defender", "insights-logs-advancedhunting-deviceevents"] as const;
	let two: Core;
	let table: Table;
	let proxy: Awaited<ReturnType<typeof startCountingProxy>>;
	beforeAll(async () => {
		const azurite = await startAzurite();
		proxy = await startCountingProxy(azurite.url);
		const endpoint = `${proxy.url}/devstoreaccount1`;
		table = openTable(endpoint, "hubs");
		const settings = { EVENTHUB_NAME: hubs.join(", "), TABLE_ENDPOINT: endpoint, TABLE_NAME: "hubs", WEBHOOK_URL: "http://127.0.0.1:9/" };
		Object.assign(process.env, settings);
		two = installCore();
		await import(`${pathToFileURL(join(folder, "main.mjs")).href}?two`);
		return async () => {
			for (const name of Object.keys(settings)) delete process.env[name];
			proxy.close();
			await azurite.close();
		};
	});

	const bound = (name: string) => Object.values(two.functions.get(name)?.metadata.bindings ?? {})[0];
	const batch = (hub: string, sequenceNumber: number, bodies: readonly string[], partition = "0") => ({
		data: { collectionBytes: { bytes: bodies.map((body) => Buffer.from(body)) } },
		metadata: {
			PartitionContext: { json: JSON.stringify({ PartitionId: partition, EventHubName: hub }) },
			SystemPropertiesArray: {
				json: JSON.stringify(
					bodies.map((_, index) => ({ SequenceNumber: sequenceNumber + index, Offset: "0", EnqueuedTimeUtc: "2026-11-25T10:00:00Z" })),
				),
			},
		},
	});

	test("each has a trigger of its own, with the literal name, the same group, and retries for ever", () => {
		expect([...two.functions.keys()].sort()).toEqual(["deliver", "detect", "detect-2", "health"]);
		expect([bound("detect")?.["eventHubName"], bound("detect-2")?.["eventHubName"]]).toEqual(hubs);
		const { name: _one, eventHubName: _first, ...first } = bound("detect") ?? {};
		const { name: _other, eventHubName: _second, ...second } = bound("detect-2") ?? {};
		expect(second).toEqual(first);
		expect(two.functions.get("detect-2")?.metadata.retryOptions).toEqual(two.functions.get("detect")?.metadata.retryOptions);
	});

	test("a quiet batch asks the table nothing, whichever batch it is; one with something in it does", async () => {
		const quiet = Array.from({ length: 60 }, (_, n) =>
			JSON.stringify({
				records: [
					{
						time: "2026-11-25T10:00:00Z",
						tenantId: "3f6b1c52-8a7e-4d0f-9b35-5d2e7c1a4f60",
						category: "AdvancedHunting-DeviceProcessEvents",
						properties: { DeviceId: `d${n}`, FileName: "notepad.exe", ProcessCommandLine: `notepad.exe C:\\${"x".repeat(2_000)}` },
					},
				],
			}),
		);
		for (const name of ["detect", "detect-2"] as const) {
			for (let n = 0; n < 3; n++) await two.invoke(name, batch(hubs[0], 100 + n * 60, quiet, "1"));
		}
		expect(proxy.take()).toEqual([]);
		await two.invoke("detect", batch(hubs[0], 999, ["not json"], "1"));
		expect(proxy.take().length).toBeGreaterThan(0);
	});

	test("each batch goes through its own trigger: what was read and what was set aside is noted for its hub alone", async () => {
		await two.invoke("detect", batch(hubs[0], 7, ["not json", '{"records":[]}']));
		await two.invoke("detect-2", batch(hubs[1], 7, ["not json either"]));
		await two.terminate();

		const meta: (readonly [string, unknown])[] = [];
		for await (const { rowKey, values } of rowsOf(table, { partitionKey: "meta", from: "c|", to: "c}" }))
			if (rowKey.endsWith("|0")) meta.push([rowKey, values["ranges"]]);
		expect(meta).toEqual([
			[`c|${hubs[0]}|0`, "7-8"],
			[`c|${hubs[1]}|0`, "7"],
		]);
		const day = `q${new Date().toISOString().slice(0, 10).replaceAll("-", "")}`;
		const aside = new Set<unknown>();
		for await (const { values } of rowsOf(table, { partitionKey: day, from: "q|", to: "q}" }))
			if (!String(values["source"]).endsWith("/1")) aside.add(values["source"]);
		expect(aside).toEqual(new Set([`${hubs[0]}/0`, `${hubs[1]}/0`]));
	});
});
