import { readFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createAzureApp } from "../../lib/app/azure-app.ts";
import { readHealth } from "../../lib/app/health.ts";
import { createLocalApp } from "../../lib/app/local-app.ts";
import { readSettings } from "../../lib/app/settings.ts";
import { emulatorConnection } from "../../lib/store/emulator.ts";
import { createTableStore } from "../../lib/store/table-store.ts";
import { type Azurite, startAzurite } from "../azurite.ts";
import { canaries } from "../secrets/canaries.ts";

let azurite: Azurite;
let server: Server;
let base: string;
const posts: string[] = [];
beforeAll(async () => {
	azurite = await startAzurite();
	server = createServer((request, response) => {
		let body = "";
		request.on("data", (part: Buffer) => {
			body += part.toString();
		});
		request.on("end", () => {
			posts.push(JSON.stringify(request.headers), body);
			response.writeHead(request.url?.includes("refused") ? 401 : 200).end();
		});
	});
	await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
	base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(async () => {
	await new Promise((resolve) => server.close(resolve));
	await azurite.close();
});

/** Every column that a person may read on some output, filled with the canary, on a device of its own. */
function records(text: string, index: number): readonly object[] {
	const common = {
		DeviceId: index.toString(16).padStart(40, "0"),
		DeviceName: `wks-${index}`,
		Timestamp: "2026-11-21T19:36:04.0082679Z",
		ReportId: index,
	};
	const record = (table: string, columns: object) => ({
		category: `AdvancedHunting-${table}`,
		tenantId: "t",
		properties: { ...common, ...columns },
	});
	return [
		record("DeviceProcessEvents", {
			FileName: "cloudflared.exe",
			FolderPath: `C:\\Temp\\${text}\\cloudflared.exe`,
			ProcessCommandLine: text,
			InitiatingProcessCommandLine: text,
			AccountName: text,
		}),
		record("DeviceNetworkEvents", {
			InitiatingProcessFileName: "cloudflared.exe",
			InitiatingProcessCommandLine: text,
			RemoteUrl: text,
			ReportId: index + 1_000,
		}),
		record("DeviceRegistryEvents", {
			InitiatingProcessFileName: "cloudflared.exe",
			RegistryValueData: text,
			RegistryKey: text,
			ReportId: index + 2_000,
		}),
		record("DeviceEvents", {
			FileName: "cloudflared.exe",
			AdditionalFields: JSON.stringify({ Command: text }),
			ActionType: text,
			ReportId: index + 3_000,
		}),
		record("DeviceFileEvents", { FileName: `cloudflared ${text}`, FolderPath: text, MachineGroup: text, ReportId: index + 4_000 }),
	];
}

const messages = canaries.flatMap(({ text }, index) => [
	Buffer.from(JSON.stringify({ records: records(text, index) })),
	// Damaged and odd ones, so that the quarantine has something to hide.
	Buffer.from(`not json ${text}`),
	Buffer.from(JSON.stringify({ records: [text, { category: text }] })),
]);

async function tableRows(): Promise<string> {
	const { TableClient } = await import("@azure/data-tables");
	const client = TableClient.fromConnectionString(emulatorConnection(`${azurite.url}/devstoreaccount1`), "canaries", {
		allowInsecureConnection: true,
	});
	const rows: string[] = [];
	for await (const row of client.listEntities()) rows.push(JSON.stringify(row));
	return rows.join("\n");
}

test("none of fifty shapes of secrets survives in a post, a row, a card, a log line, an error or health", async () => {
	const secretUrl = "canary-url-path-7d1f";
	const environment = {
		TABLE_ENDPOINT: `${azurite.url}/devstoreaccount1`,
		TABLE_NAME: "canaries",
		RULES: "all",
		TEAMS_WEBHOOK_URL: `${base}/workflows/${secretUrl}-refused/triggers/manual/paths/invoke?sig=canary-sig-5f2e`,
		WEBHOOK_URL: `${base}/hook/${secretUrl}`,
		WEBHOOK_HEADER: "Authorization: Bearer canary-header-88aa",
	};
	const outputs: string[] = [];
	const app = createAzureApp(environment, "/nowhere");
	outputs.push(
		JSON.stringify(await app.detect(messages, {})),
		JSON.stringify(await app.deliver()),
		JSON.stringify(await readHealth(() => app)),
	);

	const read = readSettings({ RULES: "all" });
	if (!read.ok) throw new Error(read.mistakes.join());
	const dry = await createLocalApp(read.settings, undefined, {
		write: (text) => outputs.push(text),
		terminal: () => ({ width: 100, colour: true }),
	});
	const outcome = await dry.run(messages.map((body, index) => ({ body, at: { source: "file", message: index + 1 } })));
	await dry.settle(new AbortController().signal);
	outputs.push(JSON.stringify([outcome.sightings, outcome.quarantined, outcome.recorded]));

	// A table that fails: its errors and their causes are outputs too.
	const broken = createTableStore({
		tableName: "canaries",
		connectionString: emulatorConnection("http://127.0.0.1:9/canary-table-path-33cc"),
	});
	const failure = await broken
		.create({ partitionKey: "canary-key-12ab", rowKey: "canary-row-12ab", values: { v: "canary-value-12ab" } })
		.catch((error: unknown) => error);
	outputs.push(String(failure), String((failure as Error).stack), JSON.stringify(failure), String((failure as Error).cause));

	const everything = [...outputs, ...posts.filter((_, index) => index % 2 === 1), await tableRows()].join("\n");
	expect(posts.length).toBeGreaterThan(2 * canaries.length);
	expect(everything).toContain("[removed: ");
	for (const { name, secrets } of canaries) for (const secret of secrets) expect(everything.includes(secret), name).toBe(false);
	for (const ours of [
		secretUrl,
		"canary-sig-5f2e",
		"canary-header-88aa",
		"canary-table-path-33cc",
		"canary-key-12ab",
		"canary-row-12ab",
		"canary-value-12ab",
	]) {
		expect(everything.includes(ours), ours).toBe(false);
	}
});

test("the label of every token in the corpus is read, and none of its secrets is told", async () => {
	const expected = JSON.parse(readFileSync("test/fixtures/corpus/expected.json", "utf8")) as {
		records: { line: number; matches: string[]; token?: { accountTag: string; tunnelId: string; mustNotAppearInOutput: string[] } }[];
	};
	const read = readSettings({});
	if (!read.ok) throw new Error(read.mistakes.join());
	const shown: string[] = [];
	const dry = await createLocalApp(read.settings, undefined, {
		write: (text) => shown.push(text),
		terminal: () => ({ width: 200, colour: false }),
	});
	const lines = readFileSync("test/fixtures/corpus/messages.ndjson", "utf8").trim().split("\n");
	const { sightings } = await dry.run(
		lines.map((line, index) => ({ body: Buffer.from(line), at: { source: "corpus", message: index + 1 } })),
	);
	await dry.settle(new AbortController().signal);
	const tunnels = new Set(sightings.map((one) => `${one.tunnel?.account} ${one.tunnel?.tunnelId}`));
	const text = `${shown.join("\n")}${JSON.stringify(sightings)}`;
	for (const { token, matches } of expected.records) {
		if (token === undefined || matches.length === 0) continue;
		expect(tunnels).toContain(`${token.accountTag} ${token.tunnelId}`);
		for (const secret of token.mustNotAppearInOutput) expect(text).not.toContain(secret);
	}
});
