import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { type Checkpoints, createCheckpoints } from "../../cli/checkpoints.ts";
import { readHub } from "../../cli/event-hub.ts";
import { hubsOfSettings, parseHub } from "../../cli/hub/address.ts";
import { connectHub, type HubConnection } from "../../cli/hub/connection.ts";
import { parseWanted, planPartition, type Wanted, type WantedOptions } from "../../cli/hub/plan.ts";
import { openTable } from "../../lib/app/open-table.ts";
import type { Message } from "../../lib/defender/message.ts";
import { findingRange, isFindingRow, readFinding } from "../../lib/findings/finding-row.ts";
import { partitions } from "../../lib/store/partitions.ts";
import { rowsOf } from "../../lib/store/table.ts";
import { type Broker, startBroker } from "../amqp/broker.ts";
import type { HubOptions } from "../amqp/hub.ts";
import { startAzurite } from "../azurite.ts";
import { project, type Ran, tunnelwatch } from "./tunnelwatch.ts";

/** Tests that run side by side have each an `onTestFinished` of their own. */
function temporaryFolder(finished = onTestFinished): string {
	const folder = mkdtempSync(join(tmpdir(), "tunnelwatch-hub-"));
	finished(() => rmSync(folder, { recursive: true, force: true }));
	return folder;
}

interface Bench {
	readonly broker: Broker;
	readonly connection: HubConnection;
	readonly checkpoints: Checkpoints;
	readonly said: string[];
}

async function bench(options: Partial<HubOptions> = {}, finished = onTestFinished): Promise<Bench> {
	const broker = await startBroker({ hub: "defender", ...options });
	finished(() => broker.close());
	const connection = await connectHub({ host: "localhost", hub: "defender", emulator: broker.connectionString });
	return {
		broker,
		connection,
		said: [],
		checkpoints: createCheckpoints({ folder: temporaryFolder(finished), table: "embedded", hub: "localhost/defender" }),
	};
}

interface How extends Partial<WantedOptions> {
	readonly group?: string;
	readonly remember?: boolean;
	/** How long a partition may say nothing: half a minute, so that no test fails because a machine is slow. */
	readonly patienceSeconds?: number;
	/** Called with each batch before it counts as recorded. */
	readonly record?: (messages: readonly Message[], stop: () => void) => void | Promise<void>;
}

/** Reads as `run --event-hub` does; every message as `<partition>:<number> <body>`. */
async function read({ connection, checkpoints, said }: Bench, how: How = {}): Promise<readonly string[]> {
	const { group = "$Default", remember = true, patienceSeconds = 30, record = () => undefined, ...options } = how;
	const stop = new AbortController();
	const seen: string[] = [];
	const reading = {
		connection,
		group,
		wanted: wanted(options),
		checkpoints,
		remember,
		printLine: (text: string) => said.push(text),
		patienceSeconds,
	};
	for await (const batch of readHub(reading, stop.signal)) {
		await record(batch.messages, () => stop.abort());
		seen.push(...batch.messages.map(({ at, body }) => `${at.source.split("/")[1]}:${at.message} ${String(body)}`));
		await batch.recorded();
	}
	return seen.toSorted(byText);
}

function byText(a: string, b: string): number {
	return a < b ? -1 : 1;
}

function wanted(options: Partial<WantedOptions>): Wanted {
	const parsed = parseWanted({ follow: false, ...options });
	if (!parsed.ok) throw new Error(parsed.mistake);
	return parsed.wanted;
}

describe("reading a hub", () => {
	test("reads every partition to its end; the second run goes on where the first ended", async () => {
		const hub = await bench();
		for (const [partition, body] of [
			["0", "a"],
			["0", "b"],
			["1", "c"],
		] as const)
			hub.broker.put(partition, body);
		expect(await read(hub)).toEqual(["0:0 a", "0:1 b", "1:0 c"]);
		expect(await read(hub)).toEqual([]);
		hub.broker.put("1", "d");
		expect(await read(hub)).toEqual(["1:1 d"]);
	});

	test("a message carries its exact place and its bytes, JSON or not", async () => {
		const hub = await bench({ partitions: 1 });
		hub.broker.put("0", Buffer.from([0xff, 0x7b]), new Date("2026-11-21T19:36:04.008Z"));
		hub.broker.put("0", '{"records":[{"ReportId":9007199254740993}]}', new Date("2026-11-21T19:36:05Z"));
		const messages: Message[] = [];
		await read(hub, { record: (batch) => void messages.push(...batch) });
		expect(messages).toEqual([
			{
				at: { source: "defender/0", message: 0, offset: "9007199254740993", enqueuedAt: new Date("2026-11-21T19:36:04.008Z") },
				body: Buffer.from([0xff, 0x7b]),
			},
			{
				at: { source: "defender/0", message: 1, offset: "9007199254745089", enqueuedAt: new Date("2026-11-21T19:36:05Z") },
				body: Buffer.from('{"records":[{"ReportId":9007199254740993}]}'),
			},
		]);
	});

	test("a batch that could not be recorded comes again in the next run", async () => {
		const hub = await bench();
		hub.broker.put("0", "a");
		const failing = () => Promise.reject(new Error("the table is down"));
		await expect(read(hub, { record: failing })).rejects.toThrow("the table is down");
		expect(await read(hub)).toEqual(["0:0 a"]);
	});

	test("a run that records nothing remembers nothing", async () => {
		const hub = await bench();
		hub.broker.put("0", "a");
		expect(await read(hub, { remember: false })).toEqual(["0:0 a"]);
		expect(await read(hub)).toEqual(["0:0 a"]);
	});

	test("a stop ends it after the batch at hand, which counts", async () => {
		const hub = await bench({ partitions: 1 });
		for (let n = 0; n < 40; n++) hub.broker.put("0", String(n));
		const first = await read(hub, { record: (_, stop) => stop() });
		expect(first.length).toBeGreaterThan(0);
		expect(first.length).toBeLessThanOrEqual(16);
		const rest = await read(hub);
		expect(first.length + rest.length).toBe(40);
	});

	test("--follow goes on with what comes, from now on if asked", async () => {
		const hub = await bench({ partitions: 1 });
		hub.broker.put("0", "before");
		const reading = read(hub, { from: "latest", follow: true, record: (_, stop) => stop() });
		await hub.broker.reader();
		hub.broker.put("0", "after");
		expect(await reading).toEqual(["0:1 after"]);
	});

	test("--follow lives through a broken connection and misses nothing", async () => {
		const hub = await bench({ partitions: 1 });
		hub.broker.put("0", "a");
		const seen: string[] = [];
		const reading = read(hub, {
			follow: true,
			record: async (messages, stop) => {
				seen.push(...messages.map(({ body }) => String(body)));
				if (seen.length === 1) {
					hub.broker.drop();
					hub.broker.put("0", "b");
					hub.broker.put("0", "c");
				}
				if (seen.length >= 3) stop();
			},
		});
		await reading;
		expect(seen).toEqual(["a", "b", "c"]);
	});

	test("a stop before anything is connected ends it at once, without a complaint", async () => {
		const hub = await bench();
		hub.broker.put("0", "a");
		const reading = {
			connection: hub.connection,
			group: "$Default",
			wanted: wanted({}),
			checkpoints: hub.checkpoints,
			remember: true,
			printLine: () => undefined,
		};
		const batches = [];
		for await (const batch of readHub(reading, AbortSignal.abort())) batches.push(batch);
		expect(batches).toEqual([]);
	});

	test("filling a gap reads exactly that stretch and leaves the checkpoint alone", async () => {
		const hub = await bench();
		for (const body of ["a", "b", "c", "d", "e"]) hub.broker.put("0", body);
		expect(await read(hub, { from: "0:1", to: "0:3" })).toEqual(["0:1 b", "0:2 c", "0:3 d"]);
		expect(await read(hub)).toHaveLength(5);
	});

	test("reading again from a time includes that moment and never leads the checkpoint back", async () => {
		const hub = await bench({ partitions: 1 });
		hub.broker.put("0", "a", new Date("2026-11-21T10:00:00Z"));
		hub.broker.put("0", "b", new Date("2026-11-21T11:00:00Z"));
		expect(await read(hub)).toHaveLength(2);
		expect(await read(hub, { from: "2026-11-21T11:00:00Z" })).toEqual(["0:1 b"]);
		expect(await read(hub, { from: "2026-11-21T11:00:00.001Z" })).toEqual([]);
		expect(await read(hub)).toEqual([]);
	});

	test("messages that the hub dropped before they were read are named", async () => {
		const hub = await bench({ partitions: 1 });
		for (const body of ["a", "b", "c", "d"]) hub.broker.put("0", body);
		await read(hub, { record: (_, stop) => stop() });
		for (const body of ["e", "f"]) hub.broker.put("0", body);
		hub.broker.expire("0", 5);
		expect(await read(hub)).toEqual(["0:5 f"]);
		expect(hub.said).toEqual([
			"Partition 0: messages 4 to 4 are gone, because the hub keeps them only for its retention time; reading from 5.",
		]);
	});

	test("a hub that was created anew is read from its beginning, and remembered again", async () => {
		const hub = await bench({ partitions: 1 });
		await hub.checkpoints.write("0", { sequenceNumber: 900, offset: "1", enqueuedAt: "2026-11-21T10:00:00.000Z" });
		hub.broker.put("0", "a");
		expect(await read(hub)).toEqual(["0:0 a"]);
		expect(hub.said[0]).toContain("created anew");
		expect(await read(hub)).toEqual([]);
	});

	test("a reader that takes the partition over ends the run, with what to do", async () => {
		const hub = await bench({ partitions: 1 });
		const reading = read(hub, { from: "latest", follow: true });
		const refused = expect(reading).rejects.toThrow(
			"Somebody else reads with consumer group $Default and does not share it: use another one (--consumer-group).",
		);
		await hub.broker.reader();
		hub.broker.steal();
		await refused;
	});

	// Side by side, as each waits for two seconds.
	test.concurrent("a partition that stops short of what the hub promised is an error, not an end", async ({ onTestFinished: finished }) => {
		const hub = await bench({ partitions: 1 }, finished);
		for (const body of ["a", "b"]) hub.broker.put("0", body);
		const reading = read(hub, { patienceSeconds: 2 });
		hub.broker.hold();
		await expect(reading).rejects.toThrow(
			"Partition 0 delivers nothing more, though the hub says that it goes on to message 1. Run it again.",
		);
	});

	test.concurrent.for<[string, Partial<HubOptions>, How, string]>([
		[
			"no right to read",
			{ denied: ["Listen"] },
			{},
			'Your identity may not read defender: give it the role "Azure Event Hubs Data Receiver" on the hub; a new role takes a few minutes.',
		],
		[
			"no such consumer group",
			{},
			{ group: "soc" },
			"There is no hub defender in localhost, or no consumer group soc in it: check the names.",
		],
		["no such hub", { hub: "other" }, {}, "There is no hub defender in localhost, or no consumer group $Default in it: check the names."],
		["no such partition", {}, { from: "7:0" }, "defender has no such partition: partitions are counted from 0."],
	])("%s: says so", async ([_, options, how, words], { onTestFinished: finished }) => {
		const hub = await bench(options, finished);
		if (options.hub === undefined) hub.broker.put("0", "a");
		await expect(read(hub, how)).rejects.toThrow(words);
	});

	test.concurrent("an emulator that is not there: says so", async ({ onTestFinished: finished }) => {
		const hub = await bench({}, finished);
		await hub.broker.close();
		await expect(read(hub)).rejects.toThrow("localhost cannot be reached");
	});
});

describe("the command", () => {
	test("finds in a hub what it finds in a file; the second run has nothing left to read", async () => {
		const file = join(project, "test/fixtures/corpus/messages.ndjson");
		const { broker } = await bench();
		for (const [n, line] of readFileSync(file, "utf8").split("\n").entries()) if (line !== "") broker.put(String(n % 2), line);
		const env = { DATA_FOLDER: temporaryFolder(), EventHub: broker.connectionString };
		const matches = ({ lines }: Ran) =>
			lines
				.filter(({ type }) => type === "match")
				.map((line) => JSON.stringify(line))
				.toSorted(byText);

		const fromFile = await tunnelwatch(["run", "--what-if", "--json", file]);
		const tried = await tunnelwatch(["run", "--what-if", "--json", "--event-hub", "localhost/defender"], { env });
		const first = await tunnelwatch(["run", "--json", "--event-hub", "localhost/defender"], { env });
		const second = await tunnelwatch(["run", "--json", "--event-hub", "localhost/defender"], { env });
		expect(matches(fromFile).length).toBeGreaterThan(0);
		expect(matches(tried)).toEqual(matches(fromFile));
		expect(matches(first)).toEqual(matches(fromFile));
		expect(second).toMatchObject({ code: 0, lines: [{ type: "summary", messages: 0 }] });
	});

	test("a run that is killed loses nothing: the next one records the rest", async () => {
		const { broker } = await bench();
		const azurite = await startAzurite();
		onTestFinished(() => azurite.close());
		const lines = readFileSync(join(project, "test/fixtures/corpus/messages.ndjson"), "utf8").split("\n");
		for (const [n, line] of lines.entries()) if (line !== "") broker.put(String(n % 2), line);
		const args = ["run", "--json", "--event-hub", "localhost/defender"];
		const env = { DATA_FOLDER: temporaryFolder(), EventHub: broker.connectionString, TABLE_ENDPOINT: `${azurite.url}/devstoreaccount1` };
		const all = await tunnelwatch([...args, "--what-if"], { env });
		const devices = new Set(all.lines.filter(({ type }) => type === "match").map(({ deviceId }) => deviceId));

		const killed = spawn(process.execPath, [join(project, "bin", "tunnelwatch.mjs"), ...args], {
			env: { ...process.env, ...env },
			stdio: ["ignore", "pipe", "ignore"],
		});
		const [code] = await new Promise<readonly [number | null]>((resolve) => {
			killed.stdout.once("data", () => killed.kill("SIGKILL"));
			killed.on("close", (ended) => resolve([ended]));
		});
		expect(code).toBeNull();
		expect((await tunnelwatch(args, { env })).code).toBe(0);

		const table = openTable(env.TABLE_ENDPOINT, "tunnelwatch");
		const found = new Set<unknown>();
		for (const partition of partitions) {
			for await (const row of rowsOf(table, findingRange(partition))) if (isFindingRow(row)) found.add(readFinding(row).finding?.device.id);
		}
		expect(found).toEqual(devices);
	});

	test("after a look, the command to record it reads with the same consumer group and the same stretch", async () => {
		const { broker } = await bench({ consumerGroups: ["$Default", "soc"] });
		const lines = readFileSync(join(project, "test/fixtures/corpus/messages.ndjson"), "utf8").split("\n");
		for (const line of lines.slice(0, 3)) broker.put("0", line);
		const args = ["--event-hub", "localhost/defender", "--consumer-group", "soc", "--from", "0:0", "--to", "0:1"];
		const ran = await tunnelwatch(["run", "--what-if", ...args], { env: { EventHub: broker.connectionString } });
		expect(ran.code).toBe(0);
		expect(ran.stdout).toContain(`\n  npx tunnelwatch run ${args.join(" ")} `);
	});

	test("says what is wrong with the hub, exit 1, and with the options, exit 2", async () => {
		const { broker } = await bench();
		const env = { DATA_FOLDER: temporaryFolder(), EventHub: broker.connectionString };
		const missing = await tunnelwatch(["run", "--event-hub", "localhost/other"], { env });
		expect(missing.code).toBe(1);
		expect(missing.stderr).toContain("Stopped: There is no hub other in localhost");
		const wrong = await tunnelwatch(["run", "--event-hub", "localhost/defender", "--from", "yesterday"], { env });
		expect(wrong.code).toBe(2);
		expect(wrong.stderr).toContain("--from takes earliest, latest, a time");
		expect((await tunnelwatch(["run", "--follow", "samples/"])).code).toBe(2);
		expect((await tunnelwatch(["run", "--event-hub", "localhost/defender", "samples/"])).code).toBe(2);
	});
});

describe("what the options ask for", () => {
	test.each<[Partial<WantedOptions>, string]>([
		[{ from: "yesterday" }, "--from takes earliest, latest, a time"],
		[{ from: "2026-11-21T19:00:00" }, "--from takes earliest, latest, a time"],
		[{ from: "2026-13-41T99:00:00Z" }, "--from takes earliest, latest, a time"],
		[{ from: "latest" }, "so it needs --follow"],
		[{ to: "0:4" }, "--to needs --from with a place in the same partition"],
		[{ from: "1:1", to: "0:4" }, "--to needs --from with a place in the same partition"],
		[{ from: "0:5", to: "0:4" }, "--to lies before --from"],
		[{ from: "0:1", to: "4" }, "--to takes <partition>:<sequence number>"],
		[{ from: "0:1", to: "0:4", follow: true }, "--to and --follow contradict each other"],
	])("%o is refused", (options, words) => {
		expect(parseWanted({ follow: false, ...options })).toMatchObject({ ok: false, mistake: expect.stringContaining(words) });
	});

	test("both sides of the end: one message left, or none", () => {
		const state = { partition: "0", beginning: 3, last: 9, newestAt: new Date("2026-11-21T10:00:00Z") };
		const start = (reached: number | undefined) => planPartition(state, wanted({}), reached).stretch;
		expect(start(9)).toBeUndefined();
		expect(start(8)).toEqual({ partition: "0", start: { sequenceNumber: 8, isInclusive: false }, until: 9 });
		expect(start(2)).toEqual({ partition: "0", start: { offset: "-1" }, until: 9 });
		expect(start(undefined)).toEqual({ partition: "0", start: { offset: "-1" }, until: 9 });
	});

	test("an empty partition has nothing to read, and can be followed", () => {
		const state = { partition: "0", beginning: 0, last: -1, newestAt: new Date(0) };
		expect(planPartition(state, wanted({}), undefined).stretch).toBeUndefined();
		expect(planPartition(state, wanted({ follow: true }), undefined).stretch).toEqual({
			partition: "0",
			start: { offset: "-1" },
			until: undefined,
		});
	});
});

describe("which hub", () => {
	const emulator = "Endpoint=sb://localhost:5672;SharedAccessKeyName=a;SharedAccessKey=b;UseDevelopmentEmulator=true";

	test("a short name is a namespace of the public cloud; a full one is taken as it is", () => {
		expect(parseHub("Contoso-Sec/defender", {})).toEqual({
			ok: true,
			addresses: [{ host: "contoso-sec.servicebus.windows.net", hub: "defender", emulator: undefined }],
		});
		expect(parseHub("contoso-sec.servicebus.usgovcloudapi.net/d", {})).toMatchObject({
			ok: true,
			addresses: [{ host: "contoso-sec.servicebus.usgovcloudapi.net" }],
		});
	});

	test("an emulator is named by localhost, and never stands in for a namespace", () => {
		expect(parseHub("localhost/defender", { EventHub: emulator })).toMatchObject({
			ok: true,
			addresses: [{ host: "localhost", emulator }],
		});
		expect(parseHub("contoso-sec/defender", { EventHub: emulator })).toMatchObject({ ok: true, addresses: [{ emulator: undefined }] });
	});

	test.each([
		["defender", {}, "write <namespace>/<hub>"],
		["sb://contoso-sec/defender", {}, "write <namespace>/<hub>"],
		["x/defender", {}, "no name of a namespace"],
		["localhost/defender", {}, "EventHub: set it to the connection string of the emulator"],
		[
			"localhost/defender",
			{ EventHub: "Endpoint=sb://contoso-sec.servicebus.windows.net/;SharedAccessKeyName=a;SharedAccessKey=canary" },
			"connection strings are for an emulator",
		],
		[
			"localhost/defender",
			{ EventHub: "Endpoint=sb://contoso-sec.servicebus.windows.net/;SharedAccessKey=canary;UseDevelopmentEmulator=true" },
			"connection strings are for an emulator",
		],
	])("%s is refused, and no key is repeated", (text, environment, words) => {
		const result = parseHub(text, environment);
		expect(result).toMatchObject({ ok: false, mistakes: [expect.stringContaining(words)] });
		expect(JSON.stringify(result)).not.toContain("canary");
	});

	test("the function's own settings name it too; what is missing is named at once", () => {
		expect(
			hubsOfSettings({ EVENTHUB_NAME: "defender", EventHub__fullyQualifiedNamespace: "contoso-sec.servicebus.windows.net" }),
		).toMatchObject({ ok: true });
		expect(hubsOfSettings({})).toEqual({
			ok: false,
			mistakes: [
				"EVENTHUB_NAME: set it to the name of the Event Hub that the Defender export writes to",
				"EventHub__fullyQualifiedNamespace: set it to <namespace>.servicebus.windows.net",
			],
		});
	});
});

describe("checkpoints", () => {
	const reached = { sequenceNumber: 4, offset: "9007199254757377", enqueuedAt: "2026-11-21T10:00:00.000Z" };

	test("each table and each hub has its own, in one file", async () => {
		const folder = temporaryFolder();
		const place = { folder, table: "embedded", hub: "a.servicebus.windows.net/defender" };
		await createCheckpoints(place).write("0", reached);
		await createCheckpoints({ ...place, hub: "b.servicebus.windows.net/defender" }).write("0", { ...reached, sequenceNumber: 7 });
		expect(await createCheckpoints(place).read()).toEqual(new Map([["0", reached]]));
		expect(await createCheckpoints({ ...place, table: "other" }).read()).toEqual(new Map());
		expect(Object.keys(JSON.parse(readFileSync(join(folder, "checkpoints.json"), "utf8")))).toEqual(["embedded"]);
	});

	test("a damaged file stops the run instead of reading everything again", async () => {
		const folder = temporaryFolder();
		writeFileSync(join(folder, "checkpoints.json"), '{"embedded":{"a/b":{"0":{"sequenceNumber":"4"}}}}');
		await expect(createCheckpoints({ folder, table: "embedded", hub: "a/b" }).read()).rejects.toThrow("is damaged; remove it");
	});
});
