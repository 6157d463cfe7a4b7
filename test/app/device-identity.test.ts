import { expect, test } from "vitest";
import type { DeviceRow } from "../../lib/defender/device.ts";
import type { DefenderRecord } from "../../lib/defender/record.ts";
import { createMatcher } from "../../lib/detect/match.ts";
import { allRules } from "../../lib/families/all-rules.ts";
import { findingKey } from "../../lib/findings/finding.ts";
import { createDeviceStore } from "../../lib/knowledge/device-store.ts";
import { afterRecording } from "../../lib/outbox/deliver.ts";
import { runPipeline } from "../../lib/pipeline.ts";
import { aSighting, at, deviceId, redacted, tenantId } from "../builders.ts";
import { createCounter } from "../knowledge/counter.ts";
import { createSink, createWorld, keyOfSighting } from "../outbox/world.ts";
import { sight, sightOne } from "../sighting/sight-one.ts";
import { createMemoryTable } from "../simulation/memory-table.ts";
import { changeDeps } from "../store/change-deps.ts";

const match = createMatcher(allRules);
const clock = () => at("21T19:36:10");

function started(tenant: string, device: object, reportId: number): Buffer {
	const properties = {
		...device,
		Timestamp: "2026-11-21T19:36:04Z",
		ReportId: reportId,
		FileName: "cloudflared.exe",
		ProcessCommandLine: "cloudflared.exe tunnel --url http://localhost:80",
	};
	return Buffer.from(JSON.stringify({ records: [{ category: "AdvancedHunting-DeviceProcessEvents", tenantId: tenant, properties }] }));
}

async function told(...bodies: readonly Buffer[]) {
	const sink = createSink("console");
	const world = createWorld([sink]);
	for (const [index, body] of bodies.entries()) {
		await runPipeline([{ at: { source: "test", message: index }, body }], {
			sieve: undefined,
			match,
			sight,
			accepts: () => true,
			learn: undefined,
			judge: (sightings) => Promise.resolve(sightings),
			quarantine: () => Promise.resolve(),
			record: world.recorder.record,
			deliver: (recorded) => world.dispatcher.deliver(recorded, afterRecording),
			clock: () => world.clock.now,
		});
	}
	return { notices: sink.got, findings: world.memory.all().filter((row) => /^f\|[^|]+$/.test(row.rowKey)) };
}

test.each([
	["its id is written in capitals", started(tenantId, { DeviceId: deviceId.toUpperCase() }, 2)],
	["its tenant's id is", started(tenantId.toUpperCase(), { DeviceId: deviceId }, 2)],
	["both are", started(tenantId.toUpperCase(), { DeviceId: deviceId.toUpperCase() }, 2)],
])("a device is one device, told once, also where %s", async (_, again) => {
	const { notices, findings } = await told(started(tenantId, { DeviceId: deviceId }, 1), again);

	expect(notices).toHaveLength(1);
	expect(findings).toMatchObject([{ rowKey: `f|${keyOfSighting}`, values: { count: 2, tenantId, deviceId } }]);
});

test("the same record under either spelling counts once", async () => {
	const { findings } = await told(
		started(tenantId, { DeviceId: deviceId }, 1),
		started(tenantId.toUpperCase(), { DeviceId: deviceId.toUpperCase() }, 1),
	);

	expect(findings).toMatchObject([{ values: { count: 1 } }]);
});

test("a device without an id goes by its name, whatever the case of that", async () => {
	const { notices, findings } = await told(
		started(tenantId, { DeviceName: "FIN-LT-0142" }, 1),
		started(tenantId, { DeviceName: "fin-lt-0142" }, 2),
	);

	expect(notices).toHaveLength(1);
	expect(findings).toMatchObject([{ values: { count: 2, deviceId: "name:fin-lt-0142" } }]);
});

test("two devices, and one device id in two tenants, stay apart", async () => {
	const { findings } = await told(
		started(tenantId, { DeviceId: deviceId }, 1),
		started(tenantId, { DeviceId: "ab".repeat(20) }, 1),
		started("c0ffee00-0000-4000-8000-000000000001", { DeviceId: deviceId }, 1),
	);

	expect(findings).toHaveLength(3);
});

test("what is stored under ids in lower case keeps its keys, so rows of the versions before are found", async () => {
	const table = createMemoryTable(clock);
	await createCounter({ table, clock }).count(aSighting({ program: { ...aSighting().program, sha256: "" } }));
	await createDeviceStore({ ...changeDeps(table), clock }).learn([aboutDevice(tenantId, deviceId)]);

	// Taken from a table written by the first version.
	expect(findingKey(aSighting().device, "cloudflared")).toBe("6d9402b7c1fca9ab9397874a");
	expect(table.all().map(({ partitionKey, rowKey }) => `${partitionKey} ${rowKey}`)).toEqual(
		expect.arrayContaining(["c6 c|6d9402b7c1fca9ab9397874a", "p1 d|17b2ef07428a143ed2c360f7"]),
	);
});

test("how common an account is counts a device once, however its ids are written", async () => {
	const table = createMemoryTable(clock);
	const { device } = aSighting();
	const shouted = { ...device, tenantId: redacted(tenantId.toUpperCase()), id: redacted(deviceId.toUpperCase()) };
	const counts = [];
	// Each with a memory of its own: the rows must agree too.
	for (const one of [device, shouted, { ...device, id: redacted("ab".repeat(20)) }]) {
		counts.push((await createCounter({ table, clock }).count(aSighting({ device: one }))).account?.devices);
	}

	expect(counts).toEqual([1, 1, 2]);
});

test("what Defender says of a device is found under either spelling, in memory and in the table", async () => {
	const table = createMemoryTable(clock);
	const store = createDeviceStore({ ...changeDeps(table), clock });
	await store.learn([aboutDevice(tenantId.toUpperCase(), deviceId.toUpperCase()), aboutDevice(tenantId, deviceId)]);

	expect(table.all()).toHaveLength(1);
	expect(await store.find(tenantId.toUpperCase(), deviceId)).toMatchObject({ name: "srv-dc01", kind: "server" });
	expect(await createDeviceStore({ ...changeDeps(table), clock }).find(tenantId, deviceId.toUpperCase())).toMatchObject({
		name: "srv-dc01",
		kind: "server",
	});
});

test("a record without a usable id is a device too", () => {
	const record: DefenderRecord = { table: "DeviceProcessEvents", tenantId: "", exportedAt: "", columns: { DeviceId: ["X"] } };

	expect(sightOne(record, [{ rule: { id: "x", family: "cloudflared", severity: "medium" }, evidence: [] }]).device).toMatchObject({
		tenantId: "",
		id: '["x"]',
	});
});

function aboutDevice(tenant: string, device: string): DeviceRow {
	const columns = { DeviceId: device, DeviceName: "srv-dc01", DeviceType: "Server", Timestamp: "2026-11-21T19:00:00Z" };
	return { table: "DeviceInfo", tenantId: tenant, columns };
}
