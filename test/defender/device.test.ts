import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { addressesOf, type DeviceContext, type DeviceRow, withRow } from "../../lib/defender/device.ts";
import { createDeviceCache } from "../../lib/knowledge/device-cache.ts";
import { at, deviceId, tenantId } from "../builders.ts";

function info(columns: Readonly<Record<string, unknown>>): DeviceRow {
	return { table: "DeviceInfo", tenantId, columns: { DeviceId: deviceId, Timestamp: "2026-11-21T10:00:00Z", ...columns } };
}

function network(columns: Readonly<Record<string, unknown>>): DeviceRow {
	return { table: "DeviceNetworkInfo", tenantId, columns: { DeviceId: deviceId, Timestamp: "2026-11-21T10:00:00Z", ...columns } };
}

function described(...rows: readonly DeviceRow[]): DeviceContext | undefined {
	return rows.reduce<DeviceContext | undefined>((known, row) => withRow(known, row) ?? known, undefined);
}

const full = info({
	DeviceName: "srv-dc-01.corp.example.com",
	OSPlatform: "WindowsServer2022",
	OSVersionInfo: "21H2",
	DeviceType: "Server",
	MachineGroup: "Servers",
	PublicIP: "203.0.113.24",
	LoggedOnUsers: '[{"UserName":"svc_deploy","DomainName":"CONTOSO","Sid":"S-1-5-21-1"},{"UserName":"jlee"}]',
	ExposureLevel: "High",
	IsInternetFacing: true,
});

describe("a device is described by its rows", () => {
	test("what it is, where it is, who is on it", () => {
		expect(described(full)).toEqual({
			tenantId,
			deviceId,
			name: "srv-dc-01.corp.example.com",
			os: "WindowsServer2022 21H2",
			kind: "server",
			group: "Servers",
			publicIp: "203.0.113.24",
			adapters: [],
			users: ["CONTOSO\\svc_deploy", "jlee"],
			exposure: "High",
			internetFacing: true,
			at: at("21T10:00:00"),
		});
	});

	test("a sparse row erases nothing", () => {
		const sparse = info({ Timestamp: "2026-11-21T11:00:00Z", OSPlatform: null, LoggedOnUsers: "", DeviceType: null, ExposureLevel: "Low" });

		expect(described(full, sparse)).toMatchObject({
			os: "WindowsServer2022 21H2",
			kind: "server",
			users: ["CONTOSO\\svc_deploy", "jlee"],
			exposure: "Low",
		});
	});

	test("an older row that comes late only fills gaps", () => {
		const late = info({ Timestamp: "2026-11-21T09:59:59Z", ExposureLevel: "Low", DeviceType: "Workstation" });

		expect(described(full, late)).toMatchObject({ exposure: "High", kind: "server", at: at("21T10:00:00") });
		expect(described(info({ PublicIP: "203.0.113.1" }), info({ Timestamp: "2026-11-21T09:00:00Z", ExposureLevel: "Low" }))).toMatchObject({
			publicIp: "203.0.113.1",
			exposure: "Low",
		});
	});

	test.each([
		["Server", "", "server"],
		[null, "WindowsServer2019", "server"],
		["Workstation", "", "workstation"],
		[null, "Windows11", "workstation"],
		[null, "macOS", "workstation"],
		[null, "Linux", "unknown"],
		["NetworkDevice", "", "unknown"],
	])("type %s on platform %s is a %s", (DeviceType, OSPlatform, kind) => {
		expect(described(info({ DeviceType, OSPlatform }))?.kind).toBe(kind);
	});

	test.each([
		["a device group", { MachineGroup: "Domain Controllers (EMEA)" }],
		["a tag that people set", { DeviceManualTags: '["tier0","Domain-Controller"]' }],
		["a tag that is a list", { DeviceDynamicTags: ["DC"] }],
		["a tag in the registry", { RegistryDeviceTag: "dc" }],
		["a type", { DeviceType: "DomainController" }],
	])("%s says that it is a domain controller", (_, columns) => {
		expect(described(info({ DeviceType: "Server", ...columns }))?.kind).toBe("domain-controller");
	});

	test.each([
		{ MachineGroup: "DC" },
		{ DeviceManualTags: '["subdomain controllers-x"]' },
		{ DeviceManualTags: '["DC-backup"]' },
		{ MachineGroup: "Domain admins" },
	])("%o does not", (columns) => {
		expect(described(info({ DeviceType: "Server", ...columns }))?.kind).toBe("server");
	});

	test("a sparse row without tags does not make it a mere server again", () => {
		const tagged = info({ DeviceType: "Server", MachineGroup: "Domain Controllers" });
		const sparse = info({ Timestamp: "2026-11-21T12:00:00Z", OSPlatform: "WindowsServer2022" });

		expect(described(tagged, sparse)?.kind).toBe("domain-controller");
	});

	test("each adapter brings its addresses, and takes them away when it goes down", () => {
		const wired = network({
			NetworkAdapterName: "{A}",
			NetworkAdapterStatus: "Up",
			IPAddresses: '[{"IPAddress":"192.0.2.7","SubnetPrefix":24},{"IPAddress":"2001:db8::7"}]',
		});
		const wireless = network({ NetworkAdapterName: "{B}", IPAddresses: [{ IPAddress: "192.0.2.9" }] });
		const down = network({
			NetworkAdapterName: "{A}",
			Timestamp: "2026-11-21T11:00:00Z",
			NetworkAdapterStatus: "Down",
			IPAddresses: '[{"IPAddress":"192.0.2.7"}]',
		});
		const addresses = (...rows: readonly DeviceRow[]): readonly string[] => addressesOf(described(full, ...rows) as DeviceContext);

		expect(addresses(wired, wireless)).toEqual(["192.0.2.7", "2001:db8::7", "192.0.2.9"]);
		expect(addresses(wired, wireless, down)).toEqual(["192.0.2.9"]);
		expect(addresses(down, wired)).toEqual([]);
	});

	test("a time that no table gives back is no time", () => {
		expect(described(info({ Timestamp: "+010000-01-01T00:00:00Z" }))?.at).toEqual(new Date(0));
	});

	test("a row without a device describes none", () => {
		expect(described(info({ DeviceId: null }))).toBeUndefined();
	});

	test("no row makes it throw, and none makes it grow without bound", () => {
		const columns = fc.dictionary(
			fc.constantFrom("DeviceId", "Timestamp", "LoggedOnUsers", "IPAddresses", "OSPlatform", "NetworkAdapterName", "DeviceName"),
			fc.anything(),
		);
		fc.assert(
			fc.property(
				fc.array(
					fc.record({
						table: fc.constantFrom("DeviceInfo" as const, "DeviceNetworkInfo" as const),
						tenantId: fc.constant(tenantId),
						columns,
					}),
					{ maxLength: 40 },
				),
				(rows) => {
					expect(JSON.stringify(described(...rows) ?? "").length).toBeLessThan(100_000);
				},
			),
		);
	});
});

describe("the cache of devices", () => {
	const now = at("21T12:00:00");
	const month = 30 * 86_400_000;
	const named = (id: string, columns: Readonly<Record<string, unknown>> = {}): DeviceRow => info({ DeviceId: id, ...columns });

	test("tells only what is new, so that an hourly row is not written again", () => {
		const cache = createDeviceCache(10, month);

		expect(cache.take(full, now)?.kind).toBe("server");
		expect(cache.take({ ...full, columns: { ...full.columns, Timestamp: "2026-11-21T11:00:00Z" } }, now)).toBeUndefined();
		expect(
			cache.take({ ...full, columns: { ...full.columns, Timestamp: "2026-11-21T12:00:00Z", ExposureLevel: "Low" } }, now)?.exposure,
		).toBe("Low");
	});

	test("tells again what was not written for a month, so that it is not taken for gone", () => {
		const cache = createDeviceCache(10, month);
		cache.take(full, now);

		expect(cache.take(full, new Date("2026-12-21T11:59:59Z"))).toBeUndefined();
		expect(cache.take(full, new Date("2026-12-21T12:00:00Z"))?.kind).toBe("server");
		expect(cache.take(full, new Date("2026-12-21T12:00:01Z"))).toBeUndefined();
	});

	test("finds a device whatever the case of its id, and only in its tenant", () => {
		const cache = createDeviceCache(10, month);
		cache.take(full, now);

		expect(cache.find(tenantId, deviceId.toUpperCase())?.name).toBe("srv-dc-01.corp.example.com");
		expect(cache.find("another", deviceId)).toBeUndefined();
	});

	test("forgets the device that was not heard of for longest", () => {
		const cache = createDeviceCache(2, month);
		for (const id of ["a", "b", "a", "c"]) cache.take(named(id), now);

		expect(cache.size).toBe(2);
		expect(cache.find(tenantId, "b")).toBeUndefined();
		expect(cache.find(tenantId, "a")?.deviceId).toBe("a");
	});

	test("takes back what was stored", () => {
		const cache = createDeviceCache(2, month);
		cache.put(described(full) as DeviceContext, now);

		expect(cache.take(full, now)).toBeUndefined();
	});
});
