import { readFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { type Broker, startBroker } from "../amqp/broker.ts";
import { type Azurite, startAzurite } from "../azurite.ts";
import { type Core, installCore } from "./core.ts";

let azurite: Azurite;
let broker: Broker;
let server: Server;
let core: Core;
const posts: string[] = [];
beforeAll(async () => {
	azurite = await startAzurite();
	server = createServer((request, response) => {
		let body = "";
		request.on("data", (part: Buffer) => {
			body += part.toString();
		});
		request.on("end", () => {
			posts.push(body);
			response.writeHead(200).end();
		});
	});
	await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
	core = installCore();
	broker = await startBroker({ hub: "defender" });
	process.env["EVENTHUB_NAME"] = "defender";
	process.env["EventHub"] = broker.connectionString;
	await import("../../functions/index.ts");
});
afterAll(async () => {
	await new Promise((resolve) => server.close(resolve));
	await broker.close();
	await azurite.close();
});
beforeEach(() => {
	posts.length = 0;
});

const corpus = readFileSync("test/fixtures/corpus/messages.ndjson", "utf8").trim().split("\n");

function batch(bodies: readonly (string | Buffer)[]) {
	const properties = bodies.map((_, index) => ({
		SequenceNumber: 40 + index,
		Offset: String(4096 * index),
		EnqueuedTimeUtc: new Date().toISOString(),
	}));
	return {
		data: { collectionBytes: { bytes: bodies.map((body) => Buffer.from(body)) } },
		metadata: {
			PartitionContext: { json: JSON.stringify({ PartitionId: "0", EventHubName: "defender" }) },
			SystemPropertiesArray: { json: JSON.stringify(properties) },
		},
	};
}

const tick = { data: { json: '{"Schedule":{"AdjustForDST":true},"ScheduleStatus":null,"IsPastDue":false}' } };
const lastLine = () => JSON.parse(core.logs.at(-1) ?? "") as Record<string, unknown>;
const get = { data: { http: { method: "GET", url: "http://localhost/api/health", headers: {}, nullableHeaders: {} } } };

async function health() {
	const { http } = await core.invoke("health", get);
	return { status: Number(http?.statusCode), body: Buffer.from(http?.body.bytes ?? http?.body.string ?? "").toString() };
}

// In this order: the app is composed at the first use that finds its settings right.
test("with wrong settings a batch is refused, so that the hub keeps it, and health names every mistake and no value", async () => {
	process.env["QUIET_HOURS"] = "canary-value";
	process.env["TABLE_ENDPOINT"] = "";
	await expect(core.invoke("detect", batch([corpus[0] ?? ""]))).rejects.toThrow(/TABLE_ENDPOINT.*QUIET_HOURS/);
	const answer = await health();
	expect(answer.status).toBe(503);
	expect(answer.body).toContain("QUIET_HOURS");
	expect(answer.body).not.toContain("canary-value");
	delete process.env["QUIET_HOURS"];
});

test("a batch is matched, recorded and told, whatever else is in it; one line is logged", async () => {
	process.env["TABLE_ENDPOINT"] = `${azurite.url}/devstoreaccount1`;
	process.env["WEBHOOK_URL"] = `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`;
	await core.invoke("detect", batch(["not json", corpus[0] ?? "", "", Buffer.from([0x1f, 0x8b, 0])]));

	expect(lastLine()).toMatchObject({ event: "detect", messages: 4, findings: 3, notices: 3, held: 0, quarantined: 3 });
	expect(posts).toHaveLength(3);
	expect(posts.join()).not.toContain("U1lOVEhFVElD");
});

test("the same batch again tells nobody again", async () => {
	await core.invoke("detect", batch(["not json", corpus[0] ?? "", "", Buffer.from([0x1f, 0x8b, 0])]));
	expect(lastLine()).toMatchObject({ event: "detect", notices: 0, held: 3 });
	expect(posts).toEqual([]);
});

test("the timer delivers what is owed and logs one line", async () => {
	await core.invoke("deliver", tick);
	expect(lastLine()).toMatchObject({ event: "deliver", sent: 0, owed: 0, quarantined: 3 });
});

test("health is green when nothing is wrong", async () => {
	const { status, body } = await health();
	expect(status).toBe(200);
	expect(JSON.parse(body)).toEqual({
		ok: true,
		problems: [],
		warnings: [],
		facts: { newestEventAt: expect.stringMatching(/^20/), owed: 0, oldestOwedMs: 0, dead: 0, quarantinedToday: 3 },
	});
});

test("shutting down waits for what is running", async () => {
	const running = core.invoke("detect", batch(corpus));
	await new Promise((resolve) => setImmediate(resolve));
	const begun = performance.now();
	await core.terminate();
	// Its limit is 4 s. A machine so slow that the work takes longer sees the limit kept instead.
	if (performance.now() - begun < 3_900) expect(lastLine()).toMatchObject({ event: "detect", messages: corpus.length });
	await running;
});
