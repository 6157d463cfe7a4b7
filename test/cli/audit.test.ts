import { readFile } from "node:fs/promises";
import { Ajv2020 } from "ajv/dist/2020.js";
import { describe, expect, onTestFinished, test } from "vitest";
import { auditHub, type HubAudit } from "../../cli/audit/audit-hub.ts";
import { auditText, isWhole } from "../../cli/audit/words.ts";
import { connectHub } from "../../cli/hub/connection.ts";
import { openTable } from "../../lib/app/open-table.ts";
import { auditPartition } from "../../lib/watch/audit.ts";
import { logGaps, nothingLogged } from "../../lib/watch/continuity-log.ts";
import { noteRecorded } from "../../lib/watch/notebook.ts";
import { startBroker } from "../amqp/broker.ts";
import { startAzurite } from "../azurite.ts";
import { at } from "../builders.ts";
import { createMemoryTable } from "../simulation/memory-table.ts";
import { changeDeps } from "../store/change-deps.ts";
import { tunnelwatch } from "./tunnelwatch.ts";

const facts = { id: "0", begin: 100, last: 199 };
const lost = { at: at("20T10:00:00"), partition: "0", numbers: "80-89", count: 10 };

describe("the audit of a partition", () => {
	test.each([
		["all is recorded", { floor: 90, ranges: [{ from: 90, to: 199 }] }, { covered: 100, running: 0, missing: "", expired: "" }],
		["the newest ones are being read", { floor: 0, ranges: [{ from: 0, to: 189 }] }, { covered: 90, running: 10, missing: "" }],
		["nothing was recorded yet", undefined, { covered: 0, running: 100, missing: "", expired: "" }],
		["everything expired before it was read", { floor: 0, ranges: [{ from: 0, to: 9 }] }, { covered: 0, running: 100, expired: "10-99" }],
		[
			"some were passed over",
			{
				floor: 100,
				ranges: [
					{ from: 100, to: 119 },
					{ from: 130, to: 199 },
				],
			},
			{ covered: 90, missing: "120-129", missingCount: 10, expired: "" },
		],
		[
			"some were passed over and are gone in part",
			{
				floor: 0,
				ranges: [
					{ from: 0, to: 94 },
					{ from: 105, to: 199 },
				],
			},
			{ covered: 95, missing: "100-104", missingCount: 5, expired: "95-99", expiredCount: 5 },
		],
	])("says that %s", (_what, coverage, expected) => {
		expect(auditPartition(facts, coverage, nothingLogged)).toMatchObject(expected);
	});

	test("says what is lost until that is accepted, and only of this partition", () => {
		const log = { rereadCount: 3, rereads: [{ ...lost, count: 3 }], lost: [lost, { ...lost, partition: "1" }] };
		const coverage = { floor: 100, ranges: [{ from: 100, to: 199 }] };
		expect(auditPartition(facts, coverage, log)).toMatchObject({ expired: "80-89", expiredCount: 10, rereadCount: 3 });
		expect(auditPartition({ id: "0", begin: 200, last: 199 }, coverage, nothingLogged)).toMatchObject({
			kept: null,
			covered: 0,
			running: 0,
		});
	});
});

test("a gap that is closed at the second look was only noted late; one that stays is missing", async () => {
	const broker = await startBroker({ hub: "defender" });
	onTestFinished(() => broker.close());
	for (let n = 0; n < 10; n++) broker.put("0", "{}");
	const connection = await connectHub({ host: "localhost", hub: "defender", emulator: broker.connectionString });
	const deps = changeDeps(createMemoryTable(() => at("21T10:00:00")));
	await noteRecorded(deps, "defender/0", [{ from: 0, to: 2 }], at("21T10:00:00"));
	await noteRecorded(deps, "defender/0", [{ from: 6, to: 9 }], at("21T10:00:00"));
	const missing = await auditHub(connection, deps.table, () => Promise.resolve());
	expect(missing.partitions[0]).toMatchObject({ missing: "3-5", covered: 7 });
	expect(isWhole([missing])).toBe(false);
	expect(auditText([missing], undefined)).toMatch(/^ {2}0 +0-9 +7 +0 +3 \(3-5\) +0 +0$/m);
	const late = await auditHub(connection, deps.table, () => noteRecorded(deps, "defender/0", [{ from: 3, to: 5 }], at("21T10:00:20")));
	expect(isWhole([late])).toBe(true);
	expect(auditText([late], undefined)).toMatch(/^Nothing was passed over: 10 messages in 2 partitions are recorded, 0 are being read\.$/m);
});

describe("of two hubs each is told by itself", () => {
	const nothing = { kept: null, covered: 0, running: 0, missing: "", missingCount: 0, expired: "", expiredCount: 0, rereadCount: 0 };

	test("what is covered, running, missing and expired in it, and one sentence about both", async () => {
		const broker = await startBroker({ hub: "processes", more: ["network"] });
		onTestFinished(() => broker.close());
		const deps = changeDeps(createMemoryTable(() => at("21T10:00:00")));
		// The first: all but the two newest are recorded. The second: three skipped and still there, two gone before they were read.
		for (let n = 0; n < 6; n++) broker.put("0", "{}");
		await noteRecorded(deps, "processes/0", [{ from: 0, to: 3 }], at("21T10:00:00"));
		for (let n = 0; n < 20; n++) broker.put("0", "{}", undefined, "network");
		broker.expire("0", 10, "network");
		const recorded = [
			{ from: 0, to: 7 },
			{ from: 10, to: 11 },
			{ from: 15, to: 18 },
		];
		await noteRecorded(deps, "network/0", recorded, at("21T10:00:00"));
		const looks = ["processes", "network"].map(async (hub) =>
			auditHub(await connectHub({ host: "localhost", hub, emulator: broker.connectionString }), deps.table, () => Promise.resolve()),
		);
		const audited = await Promise.all(looks);
		expect(audited).toEqual([
			{
				hub: "processes",
				partitions: [
					{ ...nothing, partition: "0", kept: { from: 0, to: 5 }, covered: 4, running: 2 },
					{ ...nothing, partition: "1" },
				],
			},
			{
				hub: "network",
				partitions: [
					{
						partition: "0",
						kept: { from: 10, to: 19 },
						covered: 6,
						running: 1,
						missing: "12-14",
						missingCount: 3,
						expired: "8-9",
						expiredCount: 2,
						rereadCount: 0,
					},
					{ ...nothing, partition: "1" },
				],
			},
		]);
		expect(auditText(audited, undefined)).toBe(`processes
  partition  kept     covered  running  missing  expired  read again
  0          0-5      4        2        0        0        0
  1          nothing  0        0        0        0        0

network
  partition  kept     covered  running  missing    expired  read again
  0          10-19    6        1        3 (12-14)  2 (8-9)  0
  1          nothing  0        0        0          0        0

3 messages were passed over and are still in the hub; the timer reads them again. 2 messages expired unread: ask Defender for that time (docs/alarms.md#events-lost), then run "tunnelwatch audit --accept".`);
	});

	test("by the command, as text and as JSON; hubs that cannot be asked are all named, and then nothing is claimed", async () => {
		const [broker, azurite] = await Promise.all([startBroker({ hub: "processes", more: ["network"] }), startAzurite()]);
		onTestFinished(async () => void (await Promise.all([broker.close(), azurite.close()])));
		const endpoint = `${azurite.url}/devstoreaccount1`;
		const deps = changeDeps(openTable(endpoint, "tunnelwatch"));
		broker.put("1", "{}");
		await noteRecorded(deps, "processes/1", [{ from: 0, to: 0 }], at("21T10:00:00"));
		for (let n = 0; n < 3; n++) broker.put("0", "{}", undefined, "network");
		await noteRecorded(deps, "network/0", [{ from: 0, to: 1 }], at("21T10:00:00"));
		await logGaps(deps, "network", { lost: [lost] });
		const env = { EVENTHUB_NAME: "processes, network", EventHub: broker.connectionString, TABLE_ENDPOINT: endpoint };
		const text = await tunnelwatch(["audit"], { env });
		expect(text).toMatchObject({ code: 1, stderr: "" });
		expect(text.stdout).toMatch(
			/^ {2}1 +0-0 +1 +0 +0 +0 +0$[\s\S]+^network\n[\s\S]+^ {2}0 +0-2 +2 +1 +0 +10 \(80-89\) +0$[\s\S]+^10 messages expired unread/m,
		);
		const json = await tunnelwatch(["audit", "--json"], { env });
		expect(json).toMatchObject({ code: 1, stderr: "" });
		expect(json.lines).toMatchObject([
			{
				schema: 1,
				outcome: "missing",
				hubs: [
					{ hub: "processes", partitions: [nothing, { ...nothing, kept: { from: 0, to: 0 }, covered: 1 }] },
					{ hub: "network", partitions: [{ covered: 2, running: 1, expired: "80-89", expiredCount: 10 }, nothing] },
				],
			},
		]);
		const unknown = await tunnelwatch(["audit", "--json"], { env: { ...env, EVENTHUB_NAME: "processes,typo-1,typo-2" } });
		expect(unknown).toMatchObject({ code: 2, stdout: "" });
		expect(unknown.stderr.match(/^Cannot tell: There is no hub typo-\d/gm)?.toSorted()).toEqual([
			"Cannot tell: There is no hub typo-1",
			"Cannot tell: There is no hub typo-2",
		]);
	});
});

test("the command looks into hub and table, in the documented form, and its exit code says what it found", async () => {
	const [broker, azurite] = await Promise.all([startBroker({ hub: "defender" }), startAzurite()]);
	onTestFinished(async () => void (await Promise.all([broker.close(), azurite.close()])));
	const endpoint = `${azurite.url}/devstoreaccount1`;
	for (let n = 0; n < 4; n++) broker.put("1", "{}");
	const deps = changeDeps(openTable(endpoint, "tunnelwatch"));
	await noteRecorded(deps, "defender/1", [{ from: 0, to: 3 }], at("21T10:00:00"));
	await logGaps(deps, "defender", { lost: [{ ...lost, partition: "1" }] });
	const env = { EVENTHUB_NAME: "defender", EventHub: broker.connectionString, TABLE_ENDPOINT: endpoint };
	const validate = new Ajv2020().compile(JSON.parse(await readFile(new URL("../../docs/audit.schema.json", import.meta.url), "utf8")));
	const told = async (...options: readonly string[]) => {
		const { code, stdout } = await tunnelwatch(["audit", "--json", ...options], { env });
		const document = JSON.parse(stdout) as { outcome: string; hubs: readonly HubAudit[] };
		expect(validate(document), JSON.stringify(validate.errors)).toBe(true);
		return { code, outcome: document.outcome, second: document.hubs[0]?.partitions[1] };
	};
	expect(await told()).toMatchObject({ code: 1, outcome: "missing", second: { covered: 4, expired: "80-89" } });
	expect(await told("--accept")).toMatchObject({ code: 0, outcome: "whole", second: { covered: 4, expiredCount: 0 } });
	expect(await tunnelwatch(["audit"], { env: { ...env, EVENTHUB_NAME: "nobody" } })).toMatchObject({ code: 2 });
});
