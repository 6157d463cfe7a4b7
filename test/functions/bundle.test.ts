import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { signLink } from "../../lib/actions/link.ts";
import { openTable } from "../../lib/app/open-table.ts";
import { findingAddress, findingValues } from "../../lib/findings/finding-row.ts";
import { rowsOf, type Table } from "../../lib/store/table.ts";
import { bundle } from "../../scripts/bundle.ts";
import { principal, responders, tenantId } from "../actions/visitor.ts";
import { type Azurite, startAzurite } from "../azurite.ts";
import { aFinding } from "../builders.ts";
import { startCountingProxy } from "../counting-proxy.ts";
import { type Core, installCore } from "./core.ts";

let folder: string;
let core: Core;
let azurite: Azurite;
beforeAll(async () => {
	azurite = await startAzurite();
	folder = mkdtempSync(join(tmpdir(), "tunnelwatch-bundle-"));
	await bundle(join(folder, "main.mjs"));
	// Each import below would read these megabytes again.
	rmSync(join(folder, "main.mjs.map"));
	core = installCore();
	await import(join(folder, "main.mjs"));
});
afterAll(async () => {
	await azurite.close();
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
		proxy = await startCountingProxy(azurite.url);
		const endpoint = `${proxy.url}/devstoreaccount1`;
		table = openTable(endpoint, "hubs");
		const settings = { EVENTHUB_NAME: hubs.join(", "), TABLE_ENDPOINT: endpoint, TABLE_NAME: "hubs", WEBHOOK_URL: "http://127.0.0.1:9/" };
		Object.assign(process.env, settings);
		two = installCore();
		await import(`${pathToFileURL(join(folder, "main.mjs")).href}?two`);
		return () => {
			for (const name of Object.keys(settings)) delete process.env[name];
			proxy.close();
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

describe("with answers", () => {
	const origin = "https://tunnelwatch.example.net";
	const linkKey = Buffer.alloc(32, 7);
	const finding = aFinding();
	const token = signLink([linkKey], {
		key: finding.key,
		n: 1,
		destination: "webhook",
		opens: "acknowledge",
		expires: new Date(Date.now() + 86_400_000),
	});
	const forged = { "x-ms-client-principal": principal(), "x-ms-client-principal-name": "ceo@contoso.example" };
	beforeAll(async () => {
		const table = openTable(`${azurite.url}/devstoreaccount1`, "answers");
		await table.ensure();
		const made = await table.transact([{ kind: "create", row: { ...findingAddress(finding.key), values: findingValues(finding) } }]);
		expect(made.outcome).toBe("written");
	});

	/** The app as it starts with these settings, and a browser that asks it for the finding. */
	async function started(mode: string, more: Readonly<Record<string, string>> = {}) {
		const settings = {
			EVENTHUB_NAME: "defender",
			TABLE_ENDPOINT: `${azurite.url}/devstoreaccount1`,
			TABLE_NAME: "answers",
			WEBHOOK_URL: "http://127.0.0.1:9/",
			ACTIONS: mode,
			ACTIONS_KEY: linkKey.toString("base64"),
			ACTIONS_URL: origin,
			...more,
		};
		Object.assign(process.env, settings);
		onTestFinished(() => {
			for (const name of Object.keys(settings)) delete process.env[name];
		});
		const app = installCore();
		await import(`${pathToFileURL(join(folder, "main.mjs")).href}?${mode}${Object.keys(more).length}`);
		const ask = async (method: string, headers: Readonly<Record<string, string>> = {}, fields?: Readonly<Record<string, string>>) => {
			const body = fields === undefined ? {} : { body: { string: new URLSearchParams(fields).toString() } };
			const http = { method, url: `${origin}/api/answer/${token}`, headers, params: { token }, ...body };
			const answer = (await app.invoke("answer", { data: { http } })).http;
			return {
				status: Number(answer?.statusCode),
				headers: new Map(Object.entries(answer?.headers ?? {})),
				body: Buffer.from(answer?.body.bytes ?? answer?.body.string ?? "").toString(),
			};
		};
		/** Opens the page, gives this answer, and says what status that has. */
		const answered = async (answer: string, headers: Readonly<Record<string, string>> = {}) => {
			const page = await ask("GET", headers);
			const [cookie = ""] = /^__Host-tw-[^;]*/.exec(page.headers.get("set-cookie") ?? "") ?? [];
			const [, formToken = ""] = /name="form" value="([^"]*)"/.exec(page.body) ?? [];
			const [, visit = ""] = /name="visit" value="([^"]*)"/.exec(page.body) ?? [];
			const form = { form: formToken, visit, answer, name: "Kim Lee" };
			const browser = { "content-type": "application/x-www-form-urlencoded", origin, cookie, ...headers };
			return (await ask("POST", browser, form)).status;
		};
		return { app, ask, answered };
	}
	const offered = (page: string) => page.match(/(?<=name="answer" value=")[\w-]+/g) ?? [];

	test.each(["off", "link,entra"])("ACTIONS=%s: there is no address that could be asked", async (mode) => {
		const { app } = await started(mode);
		expect([...app.functions.keys()].sort()).toEqual(["deliver", "detect", "health"]);
	});

	test("ACTIONS=link: the answers that end soon or can be taken back, and nobody is believed who says that they signed in", async () => {
		const { ask, answered } = await started("link");
		for (const headers of [{}, forged]) {
			const page = await ask("GET", headers);
			expect(page).toMatchObject({ status: 200, body: expect.not.stringContaining("Signed in as") });
			expect(offered(page.body)).toEqual(["acknowledge", "silence", "not-ours"]);
			for (const answer of ["close", "propose"]) expect(await answered(answer, headers)).toBe(403);
		}
	});

	test("ACTIONS=entra: nobody gets in while the platform's sign-in is off, whatever the request says of itself", async () => {
		const { app, ask, answered } = await started("entra", { ACTIONS_TENANT: tenantId, ACTIONS_RESPONDERS: responders.join() });
		expect(await ask("GET", forged)).toMatchObject({ status: 503, body: expect.not.stringContaining("fin-lt-0142") });
		expect(await answered("close", forged)).toBe(503);
		expect(app.logs.join()).toContain("WEBSITE_AUTH_ENABLED");
	});

	test("ACTIONS=entra: with the platform's sign-in on, who may answer gets every answer, and all others none", async () => {
		const { ask, answered } = await started("entra", {
			ACTIONS_TENANT: tenantId,
			ACTIONS_RESPONDERS: responders.join(),
			WEBSITE_AUTH_ENABLED: "True",
		});
		const unknown = await ask("GET");
		const location = expect.stringMatching(/^\/\.auth\/login\/aad\?/);
		expect([unknown.status, unknown.body, unknown.headers.get("location")]).toEqual([302, "", location]);
		const stranger = { "x-ms-client-principal": principal({ groups: "99999999-0000-4000-8000-000000000000" }) };
		expect(await ask("GET", stranger)).toMatchObject({ status: 403, body: expect.not.stringContaining("fin-lt-0142") });
		const page = await ask("GET", forged);
		expect(page).toMatchObject({ status: 200, body: expect.stringContaining("Signed in as <b>kim.lee@contoso.example</b>") });
		expect(offered(page.body)).toEqual(["acknowledge", "silence", "not-ours", "propose", "close"]);
		expect(await answered("close", { "x-ms-client-principal-name": "ceo@contoso.example" })).toBe(401);
		expect(await answered("close", forged)).toBe(303);
	});
});
