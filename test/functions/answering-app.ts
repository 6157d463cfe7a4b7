import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, expect, vi } from "vitest";
import { world } from "../../lib/app/compose.ts";
import { findingKey } from "../../lib/findings/finding.ts";
import { findingAddress } from "../../lib/findings/finding-row.ts";
import { destinationAddress } from "../../lib/outbox/destination-state.ts";
import { rowsOf } from "../../lib/store/table.ts";
import { createTableStore } from "../../lib/store/table-store.ts";
import { type Broker, startBroker } from "../amqp/broker.ts";
import { type Azurite, startAzurite } from "../azurite.ts";
import { aSighting } from "../builders.ts";
import { type Core, installCore } from "./core.ts";

/** Long past on every machine: the table's own clock, which nobody can set, decides what is due. */
export let now = new Date("2024-03-05T08:59:00Z");
let azurite: Azurite;
let broker: Broker;
export let core: Core;
const servers: Server[] = [];
export const chat: string[] = [];
export const hook: string[] = [];

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

export const origin = "https://tunnelwatch.example.net";

/** The registered functions with a hub, a table, a chat and a webhook, for the tests of one file. Afterwards nothing of it runs. */
export function runAnsweringApp(): void {
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
}

/** Of the finding about cloudflared on this device. */
export const key = findingKey(aSighting().device, "cloudflared");
let records = 0;

export const laptop = "a3f1c0d94be2475f8c61d2e09b7745aa10c3d9fe";

/** cloudflared starts on the device, for this account; its record comes through the hub. */
export async function see(account = "9f86d081884c7d659a2feaa0c55ad015", device = laptop) {
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
export async function browse(method: string, token: string, headers: Readonly<Record<string, string>> = {}, body?: string) {
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
export async function open(token: string) {
	const page = await browse("GET", token);
	const [cookie = ""] = /^__Host-tw-[^;]*/.exec(page.headers.get("set-cookie") ?? "") ?? [];
	const [, form = ""] = /name="form" value="([^"]*)"/.exec(page.body) ?? [];
	const [, visit = ""] = /name="visit" value="([^"]*)"/.exec(page.body) ?? [];
	return { ...page, cookie, visit, form };
}

/** Types a name and presses the button. */
export function press(token: string, { cookie, visit, form }: Awaited<ReturnType<typeof open>>, answer: string) {
	const headers = { "content-type": "application/x-www-form-urlencoded", origin, "sec-fetch-site": "same-origin", cookie };
	return browse("POST", token, headers, new URLSearchParams({ form, visit, answer, name: "Kim Lee" }).toString());
}

function theTable() {
	return createTableStore({ connectionString: azurite.connectionString(), tableName: "answers" });
}

/** Every row about findings and silences, as it is. */
export async function stored(): Promise<string> {
	const table = theTable();
	const partitions = [findingAddress(key).partitionKey, "silence"];
	const rows: unknown[] = [];
	for (const partitionKey of partitions) for await (const row of rowsOf(table, { partitionKey, from: "", to: "~" })) rows.push(row);
	return JSON.stringify(rows);
}

/** What arrived since the last look. A chat and a webhook hear the same things, in the same order. */
export function told() {
	const cards = chat.splice(0);
	const events = hook.splice(0).map((body) => JSON.parse(body) as { readonly type: string; readonly data: { readonly notice: number } });
	expect(cards).toHaveLength(events.length);
	return { cards, events: events.map(({ type, data }) => [type, data.notice]) };
}

/** The link behind the button of a card that offers a silence. */
export function silenceLink(card = ""): string {
	const [, token = ""] = /"title":"Silence"[^}]*\/api\/answer\/([\w-]{60})"/.exec(card) ?? [];
	return token;
}

/**
 * The timer has run at that moment, as it does every minute. The chat's places are counted by the clock of the table, for
 * which no time goes by here: they are made free.
 */
export async function clock(time: string) {
	now = new Date(time);
	const table = theTable();
	const pace = await table.get(destinationAddress("teams"));
	if (pace !== undefined) await table.remove(pace, pace.etag);
	await timer();
}
