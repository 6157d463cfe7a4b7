import { mkdtemp, rm } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { chromium } from "playwright-core";
import { afterAll, beforeAll, expect, onTestFinished, test, vi } from "vitest";
import { signLink } from "../../lib/actions/link.ts";
import { world } from "../../lib/app/compose.ts";
import { findingKey } from "../../lib/findings/finding.ts";
import { findingAddress } from "../../lib/findings/finding-row.ts";
import { destinationAddress } from "../../lib/outbox/destination-state.ts";
import { rowsOf } from "../../lib/store/table.ts";
import { createTableStore } from "../../lib/store/table-store.ts";
import { type Broker, startBroker } from "../amqp/broker.ts";
import { type Azurite, startAzurite } from "../azurite.ts";
import { aSighting } from "../builders.ts";
import { browserPath } from "../notify/browser.ts";
import { startSelfSigned } from "../self-signed.ts";
import { type Core, installCore } from "./core.ts";

/** Long past on every machine: the table's own clock, which nobody can set, decides what is due. */
let now = new Date("2024-03-05T08:59:00Z");
let azurite: Azurite;
let broker: Broker;
let core: Core;
const servers: Server[] = [];
const chat: string[] = [];
const hook: string[] = [];

/** Keeps what it gets; on a free port. */
async function keep(bodies: string[]): Promise<string> {
	const server = createServer((request, response) => {
		let body = "";
		request.setEncoding("utf8").on("data", (part: string) => {
			body += part;
		});
		request.on("end", () => {
			bodies.push(body);
			response.writeHead(202).end();
		});
	});
	servers.push(server);
	await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
	return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
}

const origin = "https://tunnelwatch.example.net";

beforeAll(async () => {
	vi.spyOn(world, "clock").mockImplementation(() => now);
	azurite = await startAzurite();
	broker = await startBroker({ hub: "defender" });
	core = installCore();
	Object.assign(process.env, {
		EVENTHUB_NAME: "defender",
		EventHub: broker.connectionString,
		TABLE_ENDPOINT: `${azurite.url}/devstoreaccount1`,
		TABLE_NAME: "answers",
		TEAMS_WEBHOOK_URL: await keep(chat),
		WEBHOOK_URL: await keep(hook),
		ACTIONS: "link",
		ACTIONS_KEY: Buffer.alloc(32, 7).toString("base64"),
		ACTIONS_URL: origin,
	});
	await import("../../functions/index.ts");
});
afterAll(async () => {
	vi.restoreAllMocks();
	for (const server of servers) {
		server.closeAllConnections();
		server.close();
	}
	await broker.close();
	await azurite.close();
});

/** Of the finding about cloudflared on this device. */
const key = findingKey(aSighting().device, "cloudflared");
let records = 0;

const laptop = "a3f1c0d94be2475f8c61d2e09b7745aa10c3d9fe";

/** cloudflared starts on the device, for this account; its record comes through the hub. */
async function see(account = "9f86d081884c7d659a2feaa0c55ad015", device = laptop) {
	const secret = Buffer.from("synthetic-secret-of-a-test-000000").toString("base64");
	const token = Buffer.from(JSON.stringify({ a: account, t: "6ff42ae2-765d-4adf-8112-31c55c1551ef", s: secret })).toString("base64");
	records += 1;
	const time = now.toISOString();
	const record = {
		time,
		tenantId: "3f6b1c52-8a7e-4d0f-9b35-5d2e7c1a4f60",
		operationName: "Publish",
		category: "AdvancedHunting-DeviceProcessEvents",
		properties: {
			Timestamp: time,
			DeviceId: device,
			DeviceName: "fin-lt-0142.corp.example.com",
			ActionType: "ProcessCreated",
			FileName: "cloudflared.exe",
			FolderPath: "C:\\Users\\j.meyer\\Downloads\\cloudflared.exe",
			SHA256: "3c1f9b2d77a0c1be43f3a5b9d1e26c8870fb5d9a4e61c03f2b7a98d4510ce6f2",
			ProcessCommandLine: `cloudflared.exe tunnel run --token ${token}`,
			AccountDomain: "CONTOSO",
			AccountName: "j.meyer",
			InitiatingProcessFileName: "powershell.exe",
			ReportId: records,
			MachineGroup: "Finance",
		},
	};
	const body = JSON.stringify({ records: [record] });
	const { sequenceNumber } = broker.put("0", body, now);
	const properties = [{ SequenceNumber: sequenceNumber, Offset: String(sequenceNumber * 4096), EnqueuedTimeUtc: time }];
	await core.invoke("detect", {
		data: { collectionBytes: { bytes: [Buffer.from(body)] } },
		metadata: {
			PartitionContext: { json: JSON.stringify({ PartitionId: "0", EventHubName: "defender" }) },
			SystemPropertiesArray: { json: JSON.stringify(properties) },
		},
	});
}

/** The timer runs. After a run in which a slow machine reached a limit the next one makes up for it. */
async function timer() {
	for (let runs = 0; runs < 10; runs++) {
		const before = core.logs.length;
		await core.invoke("deliver", { data: { json: '{"Schedule":{"AdjustForDST":true},"ScheduleStatus":null,"IsPastDue":false}' } });
		if (!core.logs.slice(before).some((line) => line.includes('"event":"error"'))) return;
	}
}

/** A request of a browser, as the platform hands it to the function. */
async function browse(method: string, token: string, headers: Readonly<Record<string, string>> = {}, body?: string) {
	const { http } = await core.invoke("answer", {
		data: {
			http: {
				method,
				url: `${origin}/api/answer/${token}`,
				headers,
				params: { token },
				...(body === undefined ? {} : { body: { string: body } }),
			},
		},
	});
	return {
		status: Number(http?.statusCode),
		headers: new Map(Object.entries(http?.headers ?? {})),
		body: Buffer.from(http?.body.bytes ?? http?.body.string ?? "").toString(),
	};
}

/** Opens the link of a card, as a person's browser does. */
async function open(token: string) {
	const page = await browse("GET", token);
	const [cookie = ""] = /^__Host-tw-[^;]*/.exec(page.headers.get("set-cookie") ?? "") ?? [];
	const [, form = ""] = /name="form" value="([^"]*)"/.exec(page.body) ?? [];
	const [, visit = ""] = /name="visit" value="([^"]*)"/.exec(page.body) ?? [];
	return { ...page, cookie, visit, form };
}

/** Types a name and presses the button. */
function press(token: string, { cookie, visit, form }: Awaited<ReturnType<typeof open>>, answer: string) {
	const headers = { "content-type": "application/x-www-form-urlencoded", origin, "sec-fetch-site": "same-origin", cookie };
	return browse("POST", token, headers, new URLSearchParams({ form, visit, answer, name: "Kim Lee" }).toString());
}

function theTable() {
	return createTableStore({ connectionString: azurite.connectionString(), tableName: "answers" });
}

/** Every row about findings and silences, as it is. */
async function stored(): Promise<string> {
	const table = theTable();
	const partitions = [findingAddress(key).partitionKey, "silence"];
	const rows: unknown[] = [];
	for (const partitionKey of partitions) for await (const row of rowsOf(table, { partitionKey, from: "", to: "~" })) rows.push(row);
	return JSON.stringify(rows);
}

/** What arrived since the last look. A chat and a webhook hear the same things, in the same order. */
function told() {
	const cards = chat.splice(0);
	const events = hook.splice(0).map((body) => JSON.parse(body) as { readonly type: string; readonly data: { readonly notice: number } });
	expect(cards).toHaveLength(events.length);
	return { cards, events: events.map(({ type, data }) => [type, data.notice]) };
}

/** The link behind the button of a card that offers a silence. */
function silenceLink(card = ""): string {
	const [, token = ""] = /"title":"Silence"[^}]*\/api\/answer\/([\w-]{60})"/.exec(card) ?? [];
	return token;
}

/**
 * The timer has run at that moment, as it does every minute. The chat's places are counted by the clock of the table, for
 * which no time goes by here: they are made free.
 */
async function clock(time: string) {
	now = new Date(time);
	const table = theTable();
	const pace = await table.get(destinationAddress("teams"));
	if (pace !== undefined) await table.remove(pace, pace.etag);
	await timer();
}

// First: the app is made at the first use that finds its settings right.
test("with wrong settings a link answers with a page, and neither the host nor the log learns the link", async () => {
	const { ACTIONS_KEY } = process.env;
	delete process.env["ACTIONS_KEY"];
	const page = await browse("GET", "k".repeat(60));
	process.env["ACTIONS_KEY"] = ACTIONS_KEY;

	expect(page).toMatchObject({ status: 503, body: expect.stringContaining("Nothing was changed.") });
	expect(core.logs.filter((line) => line.includes("answer page (settings-wrong)"))).toHaveLength(1);
	expect(core.logs.join()).not.toContain("k".repeat(60));
});

test("from the card to the end of a silence: an answer is given once, said once, and never hides a stronger fact", async () => {
	await clock("2024-03-05T09:00:00Z");
	await see();
	const first = told();
	expect(first.events).toEqual([["finding.created", 1]]);

	// Looking changes nothing, however often; the form of the page acts once.
	const token = silenceLink(first.cards[0]);
	const before = await stored();
	expect(before).toContain(key);
	const page = await open(token);
	expect(page).toMatchObject({ status: 200, body: expect.stringContaining("Nobody has answered yet.") });
	await open(token);
	await clock("2024-03-05T09:01:00Z");
	expect(await stored()).toBe(before);
	expect(told().events).toEqual([]);
	const done = await press(token, page, "silence");
	expect([done.status, done.headers.get("location")]).toEqual([303, `/api/answer/${token}`]);
	expect(await press(token, page, "silence")).toMatchObject({
		status: 409,
		body: expect.stringContaining("This answer was recorded already."),
	});

	// Whoever was told of the finding hears of the answer, once.
	await clock("2024-03-05T09:02:00Z");
	await clock("2024-03-05T09:03:00Z");
	const answer = told();
	expect(answer.events).toEqual([["finding.silenced", 2]]);
	expect(answer.cards[0]).toContain("Silenced until 2024-03-06 09:01:00 UTC.");
	expect(answer.cards[0]).toContain("By Kim Lee (unverified) at 09:01 UTC.");
	const [, lift = ""] = /"title":"Lift silence"[^}]*\/api\/answer\/([\w-]{60})"/.exec(answer.cards[0] ?? "") ?? [];
	expect((await open(lift)).body).toContain('value="lift" required checked');

	// More of the same is held back.
	await clock("2024-03-05T10:00:00Z");
	await see();
	await clock("2024-03-05T10:01:00Z");
	expect(told().events).toEqual([]);
	expect((await open(token)).body).toContain("events held back: 1");

	// Another account speaks at once, says whose silence it ends, and that end is not told again.
	await clock("2024-03-05T11:00:00Z");
	await see("ffffffffffffffffffffffffffffffff");
	await clock("2024-03-05T11:01:00Z");
	const stronger = told();
	expect(stronger.events).toEqual([["finding.updated", 3]]);
	expect(stronger.cards[0]).toContain("this ends the silence by Kim Lee (unverified); events held back: 1");
	expect(stronger.cards[0]).toContain("ffffffffffffffffffffffffffffffff");
	await clock("2024-03-06T09:02:00Z");
	expect(told().events).toEqual([]);

	// A silence that held something back says so when it ends, once.
	const newest = silenceLink(stronger.cards[0]);
	expect(await press(newest, await open(newest), "silence")).toMatchObject({ status: 303 });
	await clock("2024-03-06T09:03:00Z");
	expect(told().events).toEqual([["finding.silenced", 4]]);
	await see("ffffffffffffffffffffffffffffffff");
	await clock("2024-03-06T15:00:00Z");
	await see("ffffffffffffffffffffffffffffffff");
	await clock("2024-03-07T09:01:00Z");
	expect(told().events).toEqual([]);
	await clock("2024-03-07T09:02:00Z");
	await clock("2024-03-07T09:03:00Z");
	const end = told();
	expect(end.events).toEqual([["finding.updated", 5]]);
	expect(end.cards[0]).toContain("the silence by Kim Lee (unverified) ended; events during it: 2");
	expect(core.logs.filter((line) => line.includes('"event":"answer"'))).toEqual([
		`{"event":"answer","finding":"${key.slice(0, 12)}","answer":"silence","verified":false}`,
		`{"event":"answer","finding":"${key.slice(0, 12)}","answer":"silence","verified":false}`,
	]);
});

test("a body of 10 MB, another kind of body and methods that change things elsewhere: an answer for each, and nothing is changed", async () => {
	await clock("2024-03-07T10:00:00Z");
	const link = { key, n: 1, destination: "teams", opens: "acknowledge", expires: new Date("2024-03-10T00:00:00Z") } as const;
	const token = signLink([Buffer.alloc(32, 7)], link);
	const page = await open(token);
	const before = await stored();
	expect(before).toContain(key);
	const headers = { "content-type": "application/x-www-form-urlencoded", origin, "sec-fetch-site": "same-origin", cookie: page.cookie };
	const fields = new URLSearchParams({ form: page.form, visit: page.visit, answer: "acknowledge", name: "Kim Lee" }).toString();
	const send = async (type: string, body: string) => (await browse("POST", token, { ...headers, "content-type": type }, body)).status;

	expect(await send("application/x-www-form-urlencoded", `${fields}&note=${"x".repeat(10 * 1024 * 1024)}`)).toBe(413);
	for (const type of ["application/json", "multipart/form-data; boundary=x", "text/plain", "application/x-www-form-urlencoded2", ""])
		expect(await send(type, fields)).toBe(415);
	for (const method of ["PUT", "PATCH", "DELETE", "OPTIONS"]) {
		const refused = await browse(method, token, headers, method === "OPTIONS" ? undefined : fields);
		expect([refused.status, refused.body, refused.headers.get("allow")]).toEqual([405, "", "GET, HEAD, POST"]);
	}
	const head = await browse("HEAD", token);
	expect([head.status, head.body, head.headers.get("cache-control")]).toEqual([200, "", "no-store"]);
	expect(await stored()).toBe(before);
});

if (browserPath === undefined) {
	process.stderr.write(
		"Skipped: the answer loop is not gone through in a real browser, because Chromium is not installed (apt-get install chromium).\n",
	);
}

test.skipIf(browserPath === undefined)("the same, pressed in a real browser with scripts off", async () => {
	const site = await startSelfSigned(async (request, response) => {
		const [path = "", query = ""] = (request.url ?? "").split("?");
		const headers = Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, String(value)]));
		const body = await text(request);
		if (!path.startsWith("/api/answer/") || query !== "") return void response.writeHead(404).end();
		const page = await browse(
			request.method ?? "",
			path.slice("/api/answer/".length),
			headers,
			request.method === "POST" ? body : undefined,
		);
		response.writeHead(page.status, Object.fromEntries(page.headers)).end(page.body);
	});
	onTestFinished(() => site.close());
	const folder = await mkdtemp(join(tmpdir(), "answer-loop-"));
	const browser = await chromium.launchPersistentContext(folder, {
		...(browserPath === undefined ? {} : { executablePath: browserPath }),
		args: [
			"--no-sandbox",
			"--ignore-certificate-errors",
			`--host-resolver-rules=MAP ${new URL(origin).hostname} 127.0.0.1:${site.port}, MAP * ~NOTFOUND, EXCLUDE 127.0.0.1`,
		],
		javaScriptEnabled: false,
		ignoreHTTPSErrors: true,
		timeout: 0,
	});
	browser.setDefaultTimeout(0);
	onTestFinished(async () => {
		await browser.close();
		await rm(folder, { recursive: true, force: true });
	});
	const elsewhere: string[] = [];
	browser.on("request", (request) => {
		if (!request.url().startsWith(`${origin}/`)) elsewhere.push(request.url());
	});
	const page = await browser.newPage();
	const silence = async (link: string) => {
		await page.goto(link);
		await page.getByLabel("Silence", { exact: false }).first().check();
		await page.getByLabel("Your name").fill("Kim Lee");
		await page.getByRole("button", { name: "Send answer" }).click();
		await page.getByText("Silenced by Kim Lee (unverified) until").waitFor();
	};
	const server = laptop.replace(/^a/, "b");
	const other = "ffffffffffffffffffffffffffffffff";

	/** The next message. */
	const heard = async () => {
		for (let runs = 0; runs < 20 && (chat.length === 0 || hook.length === 0); runs++) {
			await clock(new Date(now.getTime() + 1_000).toISOString());
		}
		return told();
	};

	// Card, page, button, follow-up.
	await clock("2024-03-08T09:00:00Z");
	await see(undefined, server);
	const first = await heard();
	expect(first.events).toEqual([["finding.created", 1]]);
	await silence(`${origin}/api/answer/${silenceLink(first.cards[0])}`);
	expect((await heard()).events).toEqual([["finding.silenced", 2]]);

	// Held while it is silenced; a stronger fact speaks.
	await see(undefined, server);
	await clock("2024-03-08T10:00:00Z");
	expect(told().events).toEqual([]);
	await page.reload();
	await page.getByText("events held back: 1").waitFor();
	await see(other, server);
	const stronger = await heard();
	expect(stronger.events).toEqual([["finding.updated", 3]]);
	expect(stronger.cards[0]).toContain("this ends the silence by Kim Lee (unverified); events held back: 1");

	// The end of a silence is said.
	await silence(`${origin}/api/answer/${silenceLink(stronger.cards[0])}`);
	expect((await heard()).events).toEqual([["finding.silenced", 4]]);
	await see(other, server);
	await clock("2024-03-09T10:30:00Z");
	const end = await heard();
	expect(end.events).toEqual([["finding.updated", 5]]);
	expect(end.cards[0]).toContain("the silence by Kim Lee (unverified) ended; events during it: 1");
	expect(elsewhere).toEqual([]);
});
