import { expect } from "vitest";
import type { DeviceContext } from "../../lib/defender/device.ts";
import type { Severity } from "../../lib/detect/severity-scale.ts";
import { createMemory } from "../../lib/findings/judge-batch.ts";
import { defaultPolicy } from "../../lib/findings/policy.ts";
import { createReadAhead } from "../../lib/findings/read-ahead.ts";
import { createPrevalenceCounter } from "../../lib/knowledge/prevalence.ts";
import { afterRecording, createDispatcher, eachMinute } from "../../lib/outbox/deliver.ts";
import type { AnyNotice, Destination } from "../../lib/outbox/delivery.ts";
import { createRecorder } from "../../lib/outbox/record.ts";
import type { Sighting } from "../../lib/sighting/sighting.ts";
import { createServerClock, listening } from "../../lib/store/server-clock.ts";
import type { Table } from "../../lib/store/table.ts";
import { readApprovals } from "../../lib/verdict/approvals.ts";
import { aSighting, redacted, tenantId } from "../builders.ts";
import { createMemoryTable } from "./memory-table.ts";
import { createScheduler, type Scheduler } from "./scheduler.ts";

export const start = Date.UTC(2026, 10, 21, 8);
const devices = 500;
const perDevice = 100;
export const second = 1_000;
export const hour = 3_600 * second;

/** Whose tunnels the noise shows: with none visible it is of medium severity, with a foreign account of high. */
type Noise = "no account" | "a foreign account";

/** Each sighting has another user and another binary, as somebody would choose who wants to be overlooked. */
function noise(n: number, at: number, kind: Noise): Sighting {
	const device = `pc-${Math.floor(n / 25) % devices}`;
	const base = aSighting();
	return aSighting({
		recordId: n.toString(16).padStart(12, "0"),
		device: { ...base.device, id: redacted(device), name: redacted(device) },
		at: new Date(at),
		program: { ...base.program, user: redacted(`user${n}`), sha256: n.toString(16).padStart(64, "0") },
		tunnel: kind === "no account" ? undefined : base.tunnel,
	});
}

/** An account nobody here knows, behind RDP: of high severity on a workstation, critical on a server. */
function planted(name: string, at: number): Sighting {
	const { device, tunnel } = aSighting();
	return aSighting({
		recordId: "ffffffffffff",
		device: { ...device, id: redacted(name), name: redacted(name) },
		at: new Date(at),
		exposes: [{ text: redacted("rdp://localhost:3389"), class: "rdp" }],
		tunnel: tunnel && { ...tunnel, account: "00c0ffee".repeat(4) },
	});
}

const server: DeviceContext = {
	tenantId,
	deviceId: "srv-files",
	name: "srv-files",
	os: "WindowsServer2022",
	kind: "server",
	group: "",
	publicIp: "",
	adapters: [],
	users: [],
	exposure: "",
	internetFacing: undefined,
	at: new Date(start),
};

/** The company has one account, so every other one is not ours. */
function approvals() {
	const own = { account: "0123456789abcdef".repeat(2), tunnels: "any", owner: "Network", reason: "ours", until: "2027-12-31" };
	const read = readApprovals(JSON.stringify({ approvals: [own] }), new Date(start));
	return read.ok ? read.approvals : [];
}

/** A table that takes its time, as one over a network does. */
function remote(table: Table, scheduler: Scheduler): Table {
	const late = async <T>(work: () => Promise<T>): Promise<T> => {
		await scheduler.after(3 + scheduler.random() * 4);
		return work();
	};
	return {
		get: (key) => late(() => table.get(key)),
		create: (row) => late(() => table.create(row)),
		replace: (row, etag) => late(() => table.replace(row, etag)),
		remove: (key, etag) => late(() => table.remove(key, etag)),
		transact: (writes) => late(() => table.transact(writes)),
		page: (range, options) => late(() => table.page(range, options)),
		ensure: () => late(() => table.ensure()),
	};
}

/** Plays the flood and what comes after it. */
export async function play(kind: Noise, plants: ReadonlyMap<string, number>, hours: number) {
	const scheduler = createScheduler(1, start);
	const memory = createMemoryTable(() => new Date(scheduler.now()));
	const got: { readonly notice: AnyNotice; readonly at: number }[] = [];
	const teams: Destination = {
		name: "teams",
		async send(notice) {
			await scheduler.after(250);
			got.push({ notice, at: scheduler.now() });
			return { ok: true, proof: "queued" };
		},
	};
	let ids = 0;
	const serverClock = createServerClock(() => new Date(scheduler.now()));
	const base = {
		table: listening(remote(memory, scheduler), serverClock),
		server: serverClock,
		clock: () => new Date(scheduler.now()),
		random: scheduler.random,
		sleep: (ms: number) => scheduler.after(ms),
		newId: () => `id${++ids}`,
		deadline: () => new AbortController().signal,
	};
	const dispatcher = createDispatcher({ ...base, destinations: [teams] });
	const approved = approvals();

	// Four partitions of the hub, each with a worker that takes one batch after another.
	const batches = Array.from({ length: 60 }, (_, n) => {
		const share = (devices * perDevice) / 60;
		const first = Math.ceil(n * share);
		const at = start + (n + 1) * second;
		const own = Array.from({ length: Math.ceil((n + 1) * share) - first }, (__, index) => noise(first + index, at - second, kind));
		const more = [...plants].filter(([, plantedAt]) => plantedAt === at).map(([name]) => planted(name, at));
		return { at, sightings: [...own, ...more] };
	});
	const work = async (partition: number) => {
		const readAhead = createReadAhead(base.table);
		const prevalence = createPrevalenceCounter(base);
		const judge = createMemory({
			approvals: () => approved,
			finding: readAhead.finding,
			device: async (_tenant, id) => (id === server.deviceId ? server : undefined),
			release: () => Promise.resolve(undefined),
			prevalence: prevalence.look,
		});
		const recorder = createRecorder({ ...base, destinations: ["teams"], policy: defaultPolicy, readAhead: readAhead.take });
		for (const { at, sightings } of batches.filter((_, n) => n % 4 === partition)) {
			await scheduler.after(at - scheduler.now());
			for (let done = false; !done; ) {
				try {
					const now = new Date(scheduler.now());
					const judged = await judge(sightings, now);
					const recorded = await recorder.record(judged, now);
					await prevalence.note(judged);
					await dispatcher.deliver(
						recorded.filter((one) => one.kinds.length > 0),
						afterRecording,
					);
					done = true;
				} catch {
					await scheduler.after(second);
				}
			}
		}
	};
	for (const partition of [0, 1, 2, 3]) void work(partition);
	const timer = async () => {
		for (let minute = 1; minute < hours * 60; minute++) {
			await scheduler.after(start + minute * 60 * second - scheduler.now());
			await dispatcher.deliverDue(eachMinute);
		}
	};
	void timer();
	await scheduler.run(start + hours * hour);
	return { got, rows: memory.all() };
}

type Played = Awaited<ReturnType<typeof play>>;

function toldSingly({ got }: Played, name: string) {
	const found = got.find(({ notice }) => notice.type === "finding" && notice.finding.device.name === name);
	return found?.notice.type === "finding" ? { at: found.at, severity: found.notice.finding.severity } : undefined;
}

export function expectTold(played: Played, name: string, plantedAt: number, severity: Severity): void {
	const told = toldSingly(played, name);
	expect(told?.severity).toBe(severity);
	expect(told?.at).toBeGreaterThan(plantedAt);
	expect(told?.at).toBeLessThan(plantedAt + 5 * second);
}

/** Nobody's notice was dropped, every record was counted, and the table did not grow with the flood. */
export function expectNothingLost({ rows }: Played, plants: number): void {
	const owed = rows.filter((row) => /^[of]\|[^|]+\|/.test(row.rowKey));
	expect(owed).toHaveLength(devices + plants);
	expect(owed.every((row) => row.values["sent"] !== 0)).toBe(true);
	const findings = rows.filter((row) => /^f\|[^|]+$/.test(row.rowKey));
	expect(findings).toHaveLength(devices + plants);
	expect(findings.reduce((sum, row) => sum + Number(row.values["count"]), 0)).toBe(devices * perDevice + plants);
	// What is remembered of a device is capped too, with one row that counts the rest; each worker may add a cap of its own.
	expect(rows.length).toBeLessThan((devices + plants) * (2 + 4 * 60 + 1));
}
