import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { createCheckpoints } from "../../cli/checkpoints.ts";
import { checkSizing } from "../../cli/doctor/sizing.ts";
import { examine } from "../../cli/doctor.ts";
import { hubsOfSettings, parseHub } from "../../cli/hub/address.ts";
import { connectHub } from "../../cli/hub/connection.ts";
import { parseWanted } from "../../cli/hub/plan.ts";
import { readHubs } from "../../cli/hub/read-hubs.ts";
import { runHub } from "../../cli/run-hub.ts";
import { openTable } from "../../lib/app/open-table.ts";
import { type Broker, startBroker } from "../amqp/broker.ts";
import { type Azurite, startAzurite } from "../azurite.ts";
import { tunnelwatch } from "./tunnelwatch.ts";

const processes = "insights-logs-advancedhunting-deviceprocessevents";
const rare = "insights-logs-advancedhunting-deviceevents";
const both = { EVENTHUB_NAME: `${processes},${rare}` };

let azurite: Azurite;
beforeAll(async () => {
	azurite = await startAzurite();
	await openTable(`${azurite.url}/devstoreaccount1`, "tunnelwatch").ensure();
	return () => azurite.close();
});

async function namespace(consumerGroups: readonly string[] = ["$Default", "tunnelwatch"]): Promise<Broker> {
	const broker = await startBroker({ hub: processes, more: [rare], consumerGroups });
	onTestFinished(() => broker.close());
	return broker;
}

function temporaryFolder(): string {
	const folder = mkdtempSync(join(tmpdir(), "tunnelwatch-hubs-"));
	onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
	return folder;
}

async function readings(broker: Broker, folder: string, options: { readonly follow: boolean }) {
	const hubs = hubsOfSettings({ ...both, EventHub: broker.connectionString });
	const asked = parseWanted(options);
	if (!hubs.ok || !asked.ok) throw new Error("settings expected");
	return Promise.all(
		hubs.addresses.map(async (address) => ({
			connection: await connectHub(address),
			group: "$Default",
			wanted: asked.wanted,
			checkpoints: createCheckpoints({ folder, table: "embedded", hub: `${address.host}/${address.hub}` }),
			remember: true,
			printLine: () => undefined,
			// No test fails because a machine is slow.
			patienceSeconds: 30,
		})),
	);
}

describe("run --event-hub over several hubs", () => {
	test("reads each to its end, keeps the place of each, and a second run reads only what came since", async () => {
		const broker = await namespace();
		for (const body of ["p1", "p2"]) broker.put("0", body);
		broker.put("0", "r1", undefined, rare);
		const folder = temporaryFolder();
		const read = async () => {
			const seen: string[] = [];
			for await (const { hub, messages, recorded } of readHubs(
				await readings(broker, folder, { follow: false }),
				new AbortController().signal,
			)) {
				seen.push(...messages.map(({ at, body }) => `${at.source}:${at.message} ${String(body)}`));
				expect(messages.every(({ at }) => at.source.startsWith(`${hub}/`))).toBe(true);
				await recorded();
			}
			return new Set(seen);
		};

		expect(await read()).toEqual(new Set([`${processes}/0:0 p1`, `${processes}/0:1 p2`, `${rare}/0:0 r1`]));
		broker.put("1", "r2", undefined, rare);
		expect(await read()).toEqual(new Set([`${rare}/1:0 r2`]));
	});

	test("while it follows, a message of any hub comes at once; a stop ends all, and one that fails ends the others", async () => {
		const broker = await namespace();
		const folder = temporaryFolder();
		const stop = new AbortController();
		const seen: string[] = [];
		broker.put("0", "first");
		for await (const { messages } of readHubs(await readings(broker, folder, { follow: true }), stop.signal)) {
			seen.push(...messages.map(({ body }) => String(body)));
			if (seen.length === 1) broker.put("1", "second", undefined, rare);
			if (seen.includes("second")) stop.abort();
		}
		expect(seen).toEqual(["first", "second"]);

		const [good, other] = await readings(broker, folder, { follow: true });
		if (good === undefined || other === undefined) throw new Error("two expected");
		const all = readHubs([good, { ...other, group: "nobody" }], new AbortController().signal);
		const readAll = async () => {
			for await (const { recorded } of all) await recorded();
		};
		await expect(readAll()).rejects.toThrow(`There is no hub ${rare}`);
	});

	test("the command takes the list as the setting has it, and a place in one hub only", async () => {
		const broker = await namespace();
		broker.put("0", '{"records":[]}');
		broker.put("1", '{"records":[]}', undefined, rare);
		const env = { EventHub: broker.connectionString, DATA_FOLDER: temporaryFolder() };
		const ran = await tunnelwatch(["run", "--what-if", "--json", "--event-hub", `localhost/${both.EVENTHUB_NAME}`], { env });
		expect(ran).toMatchObject({ code: 0, lines: [{ type: "summary", messages: 2 }] });

		const options = { whatIf: true, json: false, cards: false, consumerGroup: "$Default", from: "0:1", follow: false };
		expect(await runHub("contoso-sec/a,b", options)).toBe(2);
	});

	test("each hub is read once, and a name that is none refuses the list", () => {
		expect(parseHub("contoso-sec/a, b,a", {})).toMatchObject({ ok: true, addresses: [{ hub: "a" }, { hub: "b" }] });
		for (const list of ["a,", ",a", "a,,b", "a,b c"]) expect(parseHub(`contoso-sec/${list}`, {})).toMatchObject({ ok: false });
	});
});

describe("doctor over several hubs", () => {
	const findings = async (broker: Broker) => {
		const environment = {
			...both,
			TABLE_ENDPOINT: `${azurite.url}/devstoreaccount1`,
			EventHub: broker.connectionString,
			EVENTHUB_CONSUMER_GROUP: "tunnelwatch",
		};
		const found: string[] = [];
		for await (const { check, verdict, says } of examine(environment, false)) {
			if (["hub", "events", "group", "message"].includes(check)) found.push(`${verdict} ${check}: ${says}`);
		}
		return found;
	};
	const message = JSON.stringify({ records: [{ category: "AdvancedHunting-DeviceProcessEvents", properties: {} }] });

	test("looks at each, by its name; a hub in which little happens is no failure while another one gets messages", async () => {
		const broker = await namespace();
		broker.put("0", message);
		broker.put("0", message, new Date(Date.now() - 50 * 3_600_000), rare);
		const found = await findings(broker);

		expect(found.filter((line) => line.includes(processes)).map((line) => line.split(":")[0])).toEqual([
			"ok hub",
			"ok events",
			"ok group",
			"ok message",
		]);
		expect(found).toContain(`warning events: ${rare}: The newest message is 50 h old.`);
		expect(found.filter((line) => line.includes(rare))).toHaveLength(4);
	});

	test("when nothing comes to any of them, that is the failure it is", async () => {
		const broker = await namespace();
		for (const hub of [processes, rare]) broker.put("0", message, new Date(Date.now() - 50 * 3_600_000), hub);

		expect((await findings(broker)).filter((line) => line.startsWith("failure events"))).toHaveLength(2);
	});

	test("a consumer group that one of them lacks is named with its hub", async () => {
		const broker = await namespace(["$Default"]);
		broker.put("0", message);

		expect(await findings(broker)).toContainEqual(
			expect.stringMatching(/^failure group: insights-.*deviceevents: .*no consumer group tunnelwatch/),
		);
	});

	test("sizing adds them up, because they share the units of one namespace", async () => {
		const broker = await namespace();
		for (const minute of ["00", "30"]) {
			broker.put("0", "x".repeat(1_000), new Date(`2026-11-22T10:${minute}:00Z`));
			broker.put("0", "x".repeat(1_000), new Date(`2026-11-22T10:${minute}:00Z`), rare);
		}

		expect(await checkSizing(hubsOfSettings({ ...both, EventHub: broker.connectionString }), connectHub)).toMatchObject({
			says: expect.stringContaining("The hub has 4 partitions."),
		});
	});
});

test("a drill goes to the hub that is named", async () => {
	const broker = await namespace();
	const env = { ...both, EventHub: broker.connectionString, TABLE_ENDPOINT: `${azurite.url}/devstoreaccount1` };
	const ran = await tunnelwatch(["drill", "--timeout", "1", "--hub", rare], { env });

	expect(ran.stdout).toContain(`sent to the hub ${rare}`);
	const bodies = (hub: string) => [...broker.bodies("0", hub), ...broker.bodies("1", hub)].length;
	expect([bodies(processes), bodies(rare)]).toEqual([0, 1]);
});
