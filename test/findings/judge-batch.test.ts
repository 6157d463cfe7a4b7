import { describe, expect, test } from "vitest";
import { createMemory } from "../../lib/findings/judge-batch.ts";
import { createDeviceStore } from "../../lib/knowledge/device-store.ts";
import type { Table } from "../../lib/store/table.ts";
import { type Approval, readApprovals } from "../../lib/verdict/approvals.ts";
import { plainReading } from "../../lib/verdict/plain-reading.ts";
import { aFinding, aSighting, at, deviceId, redacted, tenantId } from "../builders.ts";
import { createCounter } from "../knowledge/counter.ts";
import { createMemoryTable } from "../simulation/memory-table.ts";
import { changeDeps } from "../store/change-deps.ts";

const ours = {
	account: "5a3c1f7e9b2d4860a1c4e7f20b9d6835",
	tunnelId: "0b7e4c1a-52d8-4f3b-9a61-7c2e8d5f1046",
	endpoint: "",
	fingerprint: "aabbccdd",
};
const now = at("21T20:00:00");

function approvals(): readonly Approval[] {
	const entry = { account: ours.account, tunnels: [ours.tunnelId], owner: "platform", reason: "intranet", until: "2027-01-01" };
	const read = readApprovals(JSON.stringify({ approvals: [entry] }), now);
	return read.ok ? read.approvals : [];
}

const installed = aSighting({
	recordId: "000000000001",
	at: at("21T06:00:00"),
	mode: "service-install",
	tunnel: ours,
	program: { ...aSighting().program, folderClass: "standard", chain: [redacted("services.exe"), redacted("cloudflared.exe")] },
});
const running = aSighting({
	...installed,
	recordId: "000000000002",
	at: at("21T07:00:00"),
	mode: "named-token-file",
	tunnel: undefined,
});
const fromFile = { ...running, reading: { ...plainReading(running), tokenFile: "default" as const, byServiceManager: true } };

const judgeWith = (shown: ReturnType<typeof aFinding> | undefined) =>
	createMemory({
		approvals,
		finding: () => Promise.resolve(shown),
		device: () => Promise.resolve(undefined),
		release: () => Promise.resolve(undefined),
		prevalence: () => Promise.resolve({}),
	});

describe("a service that reads its token from a file", () => {
	test("is counted as part of the approved installation that the same batch shows", async () => {
		const [, run] = await judgeWith(undefined)([installed, fromFile], now);
		expect(run).toMatchObject({ quiet: "connector", ownership: { verdict: "cannot-tell" } });
	});

	test("is counted in any order of arrival: the records' own times count", async () => {
		const [run] = await judgeWith(undefined)([fromFile, installed], now);
		expect(run?.quiet).toBe("connector");
	});

	test("is counted when its finding remembers the installation", async () => {
		const { program } = installed;
		const remembered = { tunnel: ours, at: installed.at, sha256: program.sha256, path: program.path, approvedInstall: true };
		const [run] = await judgeWith(aFinding({ tunnels: [remembered] }))([fromFile], now);
		expect(run?.quiet).toBe("connector");
	});

	test("is told when the installation was not approved", async () => {
		const other = { ...installed, tunnel: { ...ours, account: "ee".repeat(16) } };
		const [, run] = await judgeWith(undefined)([other, fromFile], now);
		expect(run).not.toHaveProperty("quiet");
	});

	test("cannot be told when it is another binary than the one that was installed", async () => {
		const other = { ...fromFile, program: { ...fromFile.program, sha256: "00".repeat(32) } };
		const [, run] = await judgeWith(undefined)([installed, other], now);
		expect(run).not.toHaveProperty("quiet");
	});

	test("is not judged by what the device showed only later", async () => {
		const [run] = await judgeWith(undefined)([{ ...fromFile, at: at("21T05:00:00") }, installed], now);
		expect(run).not.toHaveProperty("quiet");
	});
});

test("an account on one device is the first in the tenant for a day, not for ever", async () => {
	const server = {
		tenantId,
		deviceId,
		name: "",
		os: "",
		kind: "server" as const,
		group: "",
		publicIp: "",
		adapters: [],
		users: [],
		exposure: "",
		internetFacing: undefined,
		at: now,
	};
	const sinceThen = (since: Date) =>
		createMemory({
			approvals: () => [],
			finding: () => Promise.resolve(undefined),
			device: () => Promise.resolve(server),
			release: () => Promise.resolve(undefined),
			prevalence: () => Promise.resolve({ account: { devices: 1, since } }),
		});
	const first = "the first time this account is seen in the tenant, and on a server";
	const [fresh] = await sinceThen(at("20T19:36:05"))([aSighting()], now);
	expect(fresh?.severityReason).toBe(first);
	const [known] = await sinceThen(at("20T19:36:04"))([aSighting()], now);
	expect(known?.severityReason).not.toBe(first);
});

describe("how common a tunnel is", () => {
	test("the first device with an account is the first in the tenant; the second is not, and says since when", async () => {
		const counter = createCounter({ table: createMemoryTable(() => now), clock: () => now });
		const second = aSighting({ device: { ...aSighting().device, id: redacted("b".repeat(40)) }, at: at("21T21:00:00") });

		expect(await counter.count(aSighting())).toMatchObject({ account: { devices: 1 }, tunnel: { devices: 1 }, binary: { devices: 1 } });
		expect((await counter.count(second)).account).toEqual({
			devices: 2,
			since: at("21T19:36:04.008"),
			others: ["fin-lt-0142.corp.example.com"],
		});
	});

	test("counting the same sighting again changes nothing, also in another instance", async () => {
		const table = createMemoryTable(() => now);
		const first = await createCounter({ table, clock: () => now }).count(aSighting());
		expect(await createCounter({ table, clock: () => now }).count(aSighting())).toEqual(first);
	});

	test("another tenant's devices are not counted", async () => {
		const counter = createCounter({ table: createMemoryTable(() => now), clock: () => now });
		await counter.count(aSighting());
		const elsewhere = aSighting({
			device: { ...aSighting().device, tenantId: redacted("11111111-1111-1111-1111-111111111111"), id: redacted("c".repeat(40)) },
		});
		expect((await counter.count(elsewhere)).account?.devices).toBe(1);
	});
});

describe("what Defender says of a device", () => {
	const info = (columns: object, table: "DeviceInfo" | "DeviceNetworkInfo" = "DeviceInfo") => ({
		table,
		tenantId,
		columns: { DeviceId: deviceId, DeviceName: "srv-dc01", Timestamp: "2026-11-21T19:00:00Z", ...columns },
	});

	test("is known to every instance, and a sparse row erases nothing", async () => {
		const table = createMemoryTable(() => now);
		await createDeviceStore({ ...changeDeps(table), clock: () => now }).learn([
			info({ DeviceType: "Server", OSPlatform: "WindowsServer2022", OSVersionInfo: "21H2" }),
			info({ OSPlatform: null, PublicIP: "192.0.2.7" }),
			info({ NetworkAdapterName: "eth0", IPAddresses: '[{"IPAddress":"198.51.100.4"}]' }, "DeviceNetworkInfo"),
		]);
		expect(await createDeviceStore({ ...changeDeps(table), clock: () => now }).find(tenantId, deviceId.toUpperCase())).toMatchObject({
			kind: "server",
			os: "WindowsServer2022 21H2",
			publicIp: "192.0.2.7",
			adapters: [{ name: "eth0", addresses: ["198.51.100.4"] }],
		});
	});

	test("is written only when it changes, and once a month", async () => {
		const clock = { now: at("21T20:00:00") };
		const table = createMemoryTable(() => now);
		let writes = 0;
		const counting = {
			...table,
			create: (row: Parameters<typeof table.create>[0]) => {
				writes += 1;
				return table.create(row);
			},
			replace: (...row: Parameters<typeof table.replace>) => {
				writes += 1;
				return table.replace(...row);
			},
		};
		const store = createDeviceStore({ ...changeDeps(counting), clock: () => clock.now });
		await table.ensure();
		await store.learn([info({ DeviceType: "Server" })]);
		await store.learn([info({ DeviceType: "Server", Timestamp: "2026-11-21T20:00:00Z" })]);
		expect(writes).toBe(1);
		await store.learn([info({ PublicIP: "192.0.2.7" })]);
		expect(writes).toBe(2);
		clock.now = new Date("2026-12-21T19:59:59Z");
		await store.learn([info({ PublicIP: "192.0.2.7" })]);
		expect(writes).toBe(2);
		clock.now = new Date("2026-12-21T20:00:00Z");
		await store.learn([info({ PublicIP: "192.0.2.7" })]);
		expect(writes).toBe(3);
	});

	test("many devices are learned at the same time, 16 of them at once", async () => {
		const table = createMemoryTable(() => now);
		let running = 0;
		let most = 0;
		const counted: Table = {
			...table,
			async get(key) {
				running += 1;
				most = Math.max(most, running);
				await new Promise(setImmediate);
				running -= 1;
				return table.get(key);
			},
		};
		const devices = Array.from({ length: 100 }, (_, n) => info({ DeviceId: `d${n}` }));
		await createDeviceStore({ ...changeDeps(counted), clock: () => now }).learn([...devices, ...devices]);
		expect(most).toBe(16);
		expect(table.all()).toHaveLength(100);
	});

	test("what could not be written is written when it comes again", async () => {
		const table = createMemoryTable(() => now);
		let tries = 0;
		const store = createDeviceStore({
			...changeDeps({
				...table,
				create: (row) => (tries++ === 0 ? Promise.reject(new Error("the table is away")) : table.create(row)),
			}),
			clock: () => now,
		});
		await expect(store.learn([info({ DeviceType: "Server" })])).rejects.toThrow("the table is away");
		await store.learn([info({ DeviceType: "Server" })]);
		expect(table.all()).toMatchObject([{ values: { kind: "server" } }]);
	});

	test("a row without a device is passed over", async () => {
		const store = createDeviceStore({ ...changeDeps(createMemoryTable(() => now)), clock: () => now });
		await store.learn([{ table: "DeviceInfo", tenantId, columns: {} }]);
		expect(await store.find(tenantId, "")).toBeUndefined();
	});
});
