import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeAll, describe, expect, onTestFinished, test } from "vitest";
import type { Environment, Result } from "../../cli/doctor/check.ts";
import { runChecks } from "../../cli/doctor/check.ts";
import { checkEvents } from "../../cli/doctor/hub.ts";
import { checkRuntime } from "../../cli/doctor/runtime.ts";
import { checkSignIn } from "../../cli/doctor/sign-in.ts";
import { checkClock, checkTable } from "../../cli/doctor/table.ts";
import { examine } from "../../cli/doctor.ts";
import { openTable } from "../../lib/app/open-table.ts";
import { type Broker, startBroker } from "../amqp/broker.ts";
import type { HubOptions } from "../amqp/hub.ts";
import { type Azurite, startAzurite } from "../azurite.ts";
import { at } from "../builders.ts";
import { closedPort, listen, receiver, status } from "../notify/loopback.ts";
import { tunnelwatch } from "./tunnelwatch.ts";

let azurite: Azurite;
/** Takes everything that it is sent. */
let webhookUrl: string;
beforeAll(async () => {
	azurite = await startAzurite();
	await openTable(`${azurite.url}/devstoreaccount1`, "tunnelwatch").ensure();
	const webhook = createServer((_, response) => void response.writeHead(200).end());
	await new Promise<void>((resolve) => webhook.listen(0, "127.0.0.1", resolve));
	webhookUrl = `http://127.0.0.1:${(webhook.address() as AddressInfo).port}/hook`;
	return async () => {
		webhook.closeAllConnections();
		await new Promise((resolve) => webhook.close(resolve));
		await azurite.close();
	};
});

const aMessage = JSON.stringify({
	records: [
		{ category: "AdvancedHunting-DeviceProcessEvents", properties: {} },
		{ category: "AdvancedHunting-DeviceFileEvents", properties: {} },
		{ category: "AdvancedHunting-EmailEvents", properties: {} },
	],
});

interface Seed {
	readonly hub?: Partial<HubOptions>;
	readonly message?: string | Uint8Array;
	readonly messageAt?: Date;
	readonly environment?: Environment;
	readonly sendTest?: boolean;
}

/** Tests that run side by side have each an `onTestFinished` of their own. */
async function hubWith({ hub, message = aMessage, messageAt }: Seed, finished = onTestFinished): Promise<Broker> {
	const broker = await startBroker({ hub: "defender", consumerGroups: ["$Default", "tunnelwatch"], ...hub });
	finished(() => broker.close());
	if (message !== "") broker.put("1", message, messageAt);
	return broker;
}

/** What doctor finds where everything is right but for the seed. */
async function findings(seed: Seed = {}, finished = onTestFinished): Promise<readonly Result[]> {
	const broker = await hubWith(seed, finished);
	const environment = {
		TABLE_ENDPOINT: `${azurite.url}/devstoreaccount1`,
		EventHub: broker.connectionString,
		EVENTHUB_NAME: "defender",
		EVENTHUB_CONSUMER_GROUP: "tunnelwatch",
		WEBHOOK_URL: webhookUrl,
		...seed.environment,
	};
	const results: Result[] = [];
	// How old the published hashes are depends on the day of the run; doctor-hashes.test.ts has its own days.
	for await (const result of examine(environment, seed.sendTest === true)) if (result.check !== "hashes") results.push(result);
	return results;
}

/** Only what is not fine, as people read it. */
async function troubles(seed: Seed, finished = onTestFinished): Promise<readonly string[]> {
	return (await findings(seed, finished)).flatMap((one) => ("fix" in one ? [`${one.verdict} ${one.check}: ${one.says} → ${one.fix}`] : []));
}

test("where everything is right, every check says so", async () => {
	expect((await findings({ sendTest: true })).map(({ check, verdict, says }) => `${verdict} ${check}: ${says}`)).toEqual([
		expect.stringMatching(/^ok runtime: Node 2\d\.\d+\.\d+ gets updates until 20\d\d-\d\d-\d\d\.$/),
		"ok settings: 2 settings of Tunnelwatch are set, and none is wrong; the others have their defaults.",
		"ok sign-in: Emulators only: nobody needs to sign in.",
		"ok table: A row was written, read and deleted.",
		"ok clock: This machine's clock agrees with the table's.",
		"ok hub: defender answers; it has 2 partitions.",
		expect.stringMatching(/^ok events: The newest message is \d+ (s|min) old\.$/),
		"ok group: Consumer group tunnelwatch can be read.",
		"ok message: The newest message can be read: 3 records (DeviceFileEvents, DeviceProcessEvents).",
		"ok destinations: webhook took the test message.",
		"ok approvals: There are none: no tunnel counts as yours, and every one alerts.",
		"ok routes: There is no routes file: every notice goes to every destination.",
	]);
});

const settingsFix = "Correct it where the function has its settings (see docs/deploy.md), then run doctor again.";
const portalFix =
	"Look in the Defender portal (Settings > Microsoft Defender XDR > Streaming API) that this hub is the target and the six Device tables are ticked, and that nothing else writes to this hub.";
const groupFix = "Create a consumer group for the function alone, and set EVENTHUB_CONSUMER_GROUP to its name.";
const hubFix = "Give doctor the settings that the function has.";

describe("each misconfiguration gets its own answer, and nothing else complains", () => {
	const cases: readonly [string, Seed, readonly string[]][] = [
		[
			"a setting that is not a number",
			{ environment: { QUIET_HOURS: "a day" } },
			[`failure settings: QUIET_HOURS: write a whole number from 1 to 168. → ${settingsFix}`],
		],
		[
			"a name that is no setting",
			{ environment: { TEAMS_WEBHOOK: "x" } },
			[
				"warning settings: TEAMS_WEBHOOK is no setting of this program. → Settings that begin like it: TEAMS_WEBHOOK_URL, TEAMS_HOST_SUFFIXES, TEAMS_BODY, TEAMS_MENTION, TEAMS_AUTH, TEAMS_FROM. Rename or remove it.",
			],
		],
		[
			"a secret that is still a reference to a vault",
			{ environment: { TEAMS_WEBHOOK_URL: "@Microsoft.KeyVault(SecretUri=https://canary.vault.azure.net/secrets/x/)" } },
			[
				"warning settings: TEAMS_WEBHOOK_URL is a reference to a vault. → To check it too, set TEAMS_WEBHOOK_URL to the secret itself for this one run.",
			],
		],
		[
			"no table",
			{ environment: { TABLE_ENDPOINT: "" } },
			[
				"failure table: TABLE_ENDPOINT names no table to look at. → Set TABLE_ENDPOINT to https://<account>.table.core.windows.net, the account that the function writes to.",
			],
		],
		[
			"the wrong table",
			{ environment: { TABLE_NAME: "another" } },
			[
				"warning table: The storage account has no table of the name in TABLE_NAME. → If the function runs already, set TABLE_NAME to the table it uses. If not: it is created at the first start.",
			],
		],
		[
			"no hub name",
			{ environment: { EVENTHUB_NAME: "" } },
			[`failure hub: EVENTHUB_NAME: set it to the name of the Event Hub that the Defender export writes to. → ${hubFix}`],
		],
		[
			"a namespace written as an address",
			{ environment: { EventHub__fullyQualifiedNamespace: "https://contoso-sec.servicebus.windows.net/" } },
			[
				`failure hub: EventHub__fullyQualifiedNamespace: write only the host name, <namespace>.servicebus.windows.net, without sb:// or https://. → ${hubFix}`,
			],
		],
		[
			"a key where an identity belongs",
			{ environment: { EventHub: "Endpoint=sb://contoso-sec.servicebus.windows.net/;SharedAccessKeyName=all;SharedAccessKey=canary" } },
			[
				`failure hub: EventHub: connection strings are for an emulator on this machine (UseDevelopmentEmulator=true); for a real namespace remove it and set EventHub__fullyQualifiedNamespace: the tools sign in with your identity. → ${hubFix}`,
			],
		],
		[
			"a hub that is not there",
			{ environment: { EVENTHUB_NAME: "defendr" } },
			["failure hub: There is no hub defendr in localhost, or no consumer group $Default in it. → Check the names."],
		],
		[
			"no right to read the hub",
			{ hub: { denied: ["Listen"] } },
			[
				'failure hub: Your identity may not read defender. → Give it the role "Azure Event Hubs Data Receiver" on the hub; a new role takes a few minutes.',
			],
		],
		[
			"a hub in which nothing ever arrived",
			{ message: "" },
			[
				"warning events: The hub holds no message. → Switch it on in the Defender portal (Settings > Microsoft Defender XDR > Streaming API); the first data can take hours.",
			],
		],
		[
			"a consumer group that is not there",
			{ environment: { EVENTHUB_CONSUMER_GROUP: "soc" } },
			["failure group: There is no hub defender in localhost, or no consumer group soc in it. → Check the names."],
		],
		[
			"no consumer group",
			{ environment: { EVENTHUB_CONSUMER_GROUP: "" } },
			[`failure group: EVENTHUB_CONSUMER_GROUP is not set. → ${groupFix}`],
		],
		[
			"everybody's consumer group",
			{ environment: { EVENTHUB_CONSUMER_GROUP: "$Default" } },
			[`warning group: EVENTHUB_CONSUMER_GROUP is the group that everybody uses. → ${groupFix}`],
		],
		[
			"a hub that something else writes to",
			{ message: "hello" },
			[`failure message: The newest message is not from the export: not-json. → ${portalFix}`],
		],
		[
			"the wrong tables ticked",
			{ message: '{"records":[{"category":"AdvancedHunting-EmailEvents","properties":{}}]}' },
			[`warning message: No record of the newest message is of a table that the rules read. → ${portalFix}`],
		],
		[
			"records without their columns",
			{ message: '{"records":[{"category":"AdvancedHunting-DeviceEvents"}]}' },
			[`warning message: In the newest message 1 of 1 records cannot be read (no-properties). → ${portalFix}`],
		],
		[
			"no destination",
			{ environment: { WEBHOOK_URL: "" } },
			[
				"failure destinations: No destination is set. → Set TEAMS_WEBHOOK_URL or SLACK_WEBHOOK_URL or WEBHOOK_URL or PAGERDUTY_ROUTING_KEY.",
			],
		],
		[
			"a Teams address cut short",
			{
				environment: {
					TEAMS_WEBHOOK_URL:
						"https://canary.environment.api.powerplatform.com/powerautomate/automations/direct/workflows/1/triggers/manual/paths/invoke",
				},
			},
			[
				`failure settings: TEAMS_WEBHOOK_URL: the signature (sig=…) is missing: copy the whole address, and set "Who can trigger the flow" to Anyone. If only your tenant may trigger it, set TEAMS_AUTH to identity. → ${settingsFix}`,
			],
		],
	];

	// Side by side: some of them wait for two seconds.
	test.concurrent.for(cases)("%s", async ([_, seed, expected], { onTestFinished: finished }) => {
		expect(await troubles(seed, finished)).toEqual(expected);
	});

	test.concurrent("a table that is down: the clock is not compared, the rest is still looked at", async ({ onTestFinished: finished }) => {
		const environment = { TABLE_ENDPOINT: `${await closedPort()}/devstoreaccount1` };
		const results = await findings({ environment }, finished);
		expect(results.filter(({ verdict }) => verdict === "failure")).toMatchObject([
			{
				check: "table",
				says: "Table Storage failed while writing: ECONNREFUSED.",
				fix: "Check that TABLE_ENDPOINT names your account, and that its firewall lets this machine in.",
			},
		]);
		expect(results.find(({ check }) => check === "clock")).toMatchObject({ verdict: "skipped" });
		expect(results.find(({ check }) => check === "hub")).toMatchObject({ verdict: "ok" });
	});

	test("a table that refuses the identity: names the role", async () => {
		const base = await listen((_, response) => void response.writeHead(403, { "content-type": "application/json" }).end("{}"));
		expect(await troubles({ environment: { TABLE_ENDPOINT: `${base}/devstoreaccount1` } })).toEqual([
			'failure table: Table Storage failed while writing: 403. → Give the identity the role "Storage Table Data Contributor" on the storage account; a new role takes a few minutes. If it has the role: the account\'s firewall may shut this machine out.',
		]);
	});

	test.each<[string, number, string]>([
		[
			"an address that is no longer valid",
			401,
			"webhook did not take the test message: Access was refused (401). Check the address and its key, or make new ones. → Make a new address or key and set it.",
		],
		[
			"a receiver that does not know our body",
			400,
			"webhook did not take the test message: The receiver did not accept the message (400). → The receiver must take our body: see docs/webhook.md.",
		],
		[
			"a redirect",
			302,
			"webhook did not take the test message: Answered with a redirect (302), which is not followed. Set the final address. → Set the address that is right now.",
		],
	])("--send-test meets %s", async (_, code, words) => {
		const webhook = await receiver(status(code));
		const found = await troubles({ environment: { WEBHOOK_URL: `${webhook.base}/hook` }, sendTest: true });
		expect(found).toEqual([`failure destinations: ${words}`]);
		expect(webhook.received.map(({ body }) => body).join()).toContain("THIS IS A TEST");
	});

	test("destinations whose addresses are all in the vault are not called missing", async () => {
		const environment = { WEBHOOK_URL: "@Microsoft.KeyVault(SecretUri=https://canary.vault.azure.net/secrets/webhook-url/)" };
		const results = await findings({ environment });
		expect(results.filter(({ check }) => check === "destinations")).toEqual([
			{ check: "destinations", verdict: "skipped", says: "Not looked at: the addresses are in the vault, see above." },
		]);
		expect(JSON.stringify(results)).not.toContain("canary");
	});

	test("--send-test meets a host that is not there", async () => {
		const found = await troubles({ environment: { WEBHOOK_URL: `${await closedPort()}/hook` }, sendTest: true });
		expect(found).toMatchObject([
			expect.stringMatching(/^failure destinations: webhook did not take the test message: .* → Check host and port of the address/),
		]);
	});

	test("without --send-test nothing is sent", async () => {
		const webhook = await receiver(status(200));
		expect(await troubles({ environment: { WEBHOOK_URL: `${webhook.base}/hook` } })).toEqual([]);
		expect(webhook.received).toEqual([]);
	});

	test("approvals: a file that is not there, one that is wrong, one that is weak", async () => {
		const folder = mkdtempSync(join(tmpdir(), "tunnelwatch-doctor-"));
		onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
		const file = join(folder, "approvals.json");
		const check = () => troubles({ environment: { APPROVALS_FILE: file } });
		expect(await check()).toEqual([
			"failure approvals: APPROVALS_FILE: the file cannot be read (absent). → Correct the file, or the path in APPROVALS_FILE; docs/approvals.md describes it.",
		]);
		writeFileSync(file, '{"approvals":[{"owner":"soc"}]}');
		expect(await check()).toMatchObject([
			expect.stringContaining("failure approvals: APPROVALS_FILE: approvals[0].reason: "),
			expect.stringContaining("failure approvals: APPROVALS_FILE: approvals[0].until: "),
		]);
		writeFileSync(file, '{"approvals":[{"user":"EXAMPLE\\\\ops","owner":"soc","reason":"lab","until":"2099-01-01"}]}');
		expect(await check()).toMatchObject([expect.stringContaining("warning approvals: APPROVALS_FILE: approvals[0] is weak")]);
	});
});

describe("boundaries", () => {
	test("a version of Node is fine until 90 days before its end, and broken after its last day", () => {
		const verdictAt = (now: string) => checkRuntime("22.20.0", new Date(now)).verdict;
		expect(verdictAt("2027-01-30T12:00:00Z")).toBe("ok");
		expect(verdictAt("2027-01-31T12:00:00Z")).toBe("warning");
		expect(verdictAt("2027-04-30T23:59:59Z")).toBe("warning");
		expect(verdictAt("2027-05-01T00:00:00Z")).toBe("failure");
		expect(checkRuntime("20.19.0", at("21T12:00:00"))).toMatchObject({
			verdict: "failure",
			says: "Node 20 has been without updates since 2026-04-30.",
		});
		expect(checkRuntime("25.1.0", at("21T12:00:00"))).toMatchObject({ verdict: "warning" });
	});

	test("a clock may be half a minute off, and is broken at more than five minutes", () => {
		const here = (time: string) => checkClock(at("21T12:00:00"), at(time)).verdict;
		expect([here("21T12:00:30"), here("21T12:00:31"), here("21T12:05:00"), here("21T12:05:01")]).toEqual([
			"ok",
			"warning",
			"warning",
			"failure",
		]);
		expect(checkClock(at("21T12:00:00"), at("21T11:50:00"))).toMatchObject({
			verdict: "failure",
			says: "This machine's clock is 600 s behind the table's.",
		});
	});

	test("the export is fine within the hour, and broken after a day of silence; empty partitions do not count", () => {
		const empty = { isEmpty: true, lastEnqueuedOnUtc: at("30T00:00:00") };
		const silentSince = (time: string) => checkEvents([{ isEmpty: false, lastEnqueuedOnUtc: at(time) }, empty], at("21T12:00:00"));
		expect(silentSince("21T11:00:00")).toMatchObject({ verdict: "ok", says: "The newest message is 60 min old." });
		expect(silentSince("21T10:59:59")).toMatchObject({ verdict: "warning" });
		expect(silentSince("20T12:00:00")).toMatchObject({ verdict: "warning" });
		expect(silentSince("20T11:59:59")).toMatchObject({ verdict: "failure", says: "The newest message is 24 h old." });
		expect(checkEvents([empty], at("21T12:00:00"))).toMatchObject({ verdict: "warning", says: "The hub holds no message." });
	});

	test("the clock is compared with the Date that the table answers with", async () => {
		const table = openTable(`${azurite.url}/devstoreaccount1`, "tunnelwatch");
		const clock = () => new Date(Date.now() + 10 * 60_000);
		const results = await checkTable({ table, newId: () => "clock", clock });
		expect(results).toMatchObject([
			{ check: "table", verdict: "ok" },
			{ check: "clock", verdict: "failure" },
		]);
	});

	test("nobody signed in: says how to", async () => {
		const failing = () => Promise.reject(Object.assign(new Error("canary"), { name: "CredentialUnavailableError" }));
		expect(await checkSignIn("identity", failing)).toMatchObject({
			verdict: "failure",
			says: "Nobody is signed in to Azure on this machine (CredentialUnavailableError).",
			fix: "Run `az login`, with an account of the tenant that holds the subscription.",
		});
		expect(await checkSignIn("nothing", failing)).toMatchObject({ verdict: "ok" });
		expect(await checkSignIn("unknown", failing)).toMatchObject({ verdict: "skipped" });
	});
});

test("a table that nobody may use without signing in: points there", async () => {
	const failing = () => Promise.reject(new Error("Table Storage failed while writing: AggregateAuthenticationError"));
	const table = { ...openTable(`${azurite.url}/devstoreaccount1`, "tunnelwatch"), create: failing };
	expect(await checkTable({ table, newId: () => "x", clock: () => new Date() })).toMatchObject([
		{ check: "table", verdict: "failure", fix: "Sign in first: see the check sign-in." },
		{ check: "clock", verdict: "skipped" },
	]);
});

test("a group that a function reads exclusively is fine, and the function is not disturbed", async () => {
	const { EventHubConsumerClient } = await import("@azure/event-hubs");
	const broker = await hubWith({});
	const client = new EventHubConsumerClient("tunnelwatch", broker.connectionString, "defender");
	onTestFinished(() => client.close());
	const lost: unknown[] = [];
	const opened = broker.reader();
	client.subscribe("1", { processEvents: async () => undefined, processError: async (error) => void lost.push(error) }, { ownerLevel: 1 });
	await opened;
	const results = await findings({ environment: { EventHub: broker.connectionString } });
	expect(results.find(({ check }) => check === "group")).toMatchObject({
		verdict: "ok",
		says: "Consumer group tunnelwatch is being read, as by a running function.",
	});
	expect(results.find(({ check }) => check === "message")).toMatchObject({ verdict: "ok" });
	expect(lost).toEqual([]);
});

test("a check that breaks is a finding itself, names no secret, and the next ones still run", async () => {
	const results: Result[] = [];
	const breaking = { name: "hub", run: () => Promise.reject(new TypeError("canary")) };
	const fine = { name: "table", run: async () => [{ check: "table", verdict: "ok", says: "fine" } as const] };
	for await (const result of runChecks([breaking, fine])) results.push(result);
	expect(results).toMatchObject([{ check: "hub", verdict: "failure", says: "The check itself broke: TypeError." }, { verdict: "ok" }]);
	expect(JSON.stringify(results)).not.toContain("canary");
});

test("a key that was pasted for the name of a consumer group is not shown", async () => {
	const token = Buffer.from(JSON.stringify({ a: "a".repeat(32), t: "0b7e4c1a-52d8-4f3b-9a61-7c2e8d5f1046", s: "U1lOVEhFVElD" }));
	const key = token.toString("base64");
	const told = JSON.stringify(await findings({ environment: { EVENTHUB_CONSUMER_GROUP: key } }));
	expect(told).not.toContain(key.slice(0, 20));
	expect(told).toContain("no consumer group [removed");
});

describe("the command", () => {
	test("exit 1 when something is broken; no value of a setting is shown", async () => {
		const broker = await hubWith({});
		const env = {
			TABLE_ENDPOINT: `${azurite.url}/devstoreaccount1`,
			EventHub: broker.connectionString.replace("nobody-checks", "canary-key"),
			EVENTHUB_NAME: "defender",
			EVENTHUB_CONSUMER_GROUP: "tunnelwatch",
			RULES: "canary-rule",
			TEAMS_WEBHOOK_URL: "https://canary-host.example.com/workflows/1/triggers/manual?sig=canary-signature",
			WEBHOOK_URL: `${await closedPort()}/canary-path`,
			WEBHOOK_SECRET: "whsec_canary",
		};
		const ran = await tunnelwatch(["doctor", "--send-test"], { env });
		expect(ran.code).toBe(1);
		expect(ran.stdout).toContain("✖ settings");
		expect(ran.stdout).toMatch(/\n\d+ fine, \d+ to look at, \d+ broken, \d+ not looked at\.\n$/);
		expect(`${ran.stdout}${ran.stderr}`).not.toContain("canary");
	});

	test("--json: one object per finding and a summary; exit 0 when nothing is broken", async () => {
		const broker = await hubWith({});
		const webhook = await receiver(status(200));
		const env = {
			TABLE_ENDPOINT: `${azurite.url}/devstoreaccount1`,
			EventHub: broker.connectionString,
			EVENTHUB_NAME: "defender",
			EVENTHUB_CONSUMER_GROUP: "tunnelwatch",
			WEBHOOK_URL: `${webhook.base}/hook`,
		};
		const ran = await tunnelwatch(["doctor", "--json"], { env });
		expect(ran.lines.at(-1)).toEqual({ type: "summary", ok: true });
		expect(ran.lines.slice(0, -1).every((line) => line["type"] === "check" && line["verdict"] === "ok")).toBe(true);
		expect(ran.code).toBe(0);
	});

	test("exit 2 when Teams accepted two test cards and nobody is there to say which one it shows", async () => {
		const broker = await hubWith({});
		const flow = await receiver(status(202));
		const env = {
			TABLE_ENDPOINT: `${azurite.url}/devstoreaccount1`,
			EventHub: broker.connectionString,
			EVENTHUB_NAME: "defender",
			EVENTHUB_CONSUMER_GROUP: "tunnelwatch",
			TEAMS_WEBHOOK_URL: `${flow.base}/flow`,
		};
		const ran = await tunnelwatch(["doctor", "--send-test", "--json"], { env });
		expect(ran.lines).toContainEqual(expect.objectContaining({ check: "destinations", verdict: "unconfirmed" }));
		expect(ran.lines.at(-1)).toEqual({ type: "summary", ok: false });
		expect(ran.code).toBe(2);
		expect(flow.received).toHaveLength(2);
	});
});
