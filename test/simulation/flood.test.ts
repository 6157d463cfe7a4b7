import { expect, test } from "vitest";
import type { Sighting } from "../../lib/cloudflared/sighting.ts";
import { afterRecording, createDispatcher, eachMinute } from "../../lib/findings/deliver.ts";
import type { AnyNotice, Destination } from "../../lib/findings/delivery.ts";
import { defaultPolicy } from "../../lib/findings/policy.ts";
import { createRecorder } from "../../lib/findings/record.ts";
import type { Table } from "../../lib/findings/table.ts";
import { aSighting, redacted } from "../builders.ts";
import { createMemoryTable } from "./memory-table.ts";
import { createScheduler, type Scheduler } from "./scheduler.ts";

const start = Date.UTC(2026, 10, 21, 8);
const devices = 500;
const perDevice = 100;
const plantedAt = start + 31_000;

/** Each sighting has another user, another binary and another path, as somebody would choose who wants to be overlooked. */
function noise(n: number, at: number): Sighting {
	const device = `pc-${Math.floor(n / 25) % devices}`;
	const base = aSighting();
	return aSighting({
		recordId: n.toString(16).padStart(12, "0"),
		device: { ...base.device, id: redacted(device), name: redacted(device) },
		at: new Date(at),
		program: { ...base.program, user: redacted(`user${n}`), sha256: n.toString(16).padStart(64, "0") },
	});
}

function planted(): Sighting {
	const base = aSighting();
	return aSighting({
		recordId: "ffffffffffff",
		device: { ...base.device, id: redacted("srv-files"), name: redacted("srv-files") },
		at: new Date(plantedAt),
		ownership: { verdict: "not-ours", reason: redacted("An account nobody here knows.") },
		exposes: [{ text: redacted("rdp://localhost:3389"), class: "rdp" }],
	});
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

test("a flood of 50,000 sightings from 500 devices does not bury one unknown account behind RDP: told singly within 5 s", async () => {
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
	const base = {
		table: remote(memory, scheduler),
		clock: () => new Date(scheduler.now()),
		random: scheduler.random,
		sleep: (ms: number) => scheduler.after(ms),
		newId: () => `id${++ids}`,
		deadline: () => new AbortController().signal,
	};
	const dispatcher = createDispatcher({ ...base, destinations: [teams] });

	// Four partitions of the hub, each with a worker that takes one batch after another.
	const batches = Array.from({ length: 60 }, (_, second) => {
		const share = (devices * perDevice) / 60;
		const first = Math.ceil(second * share);
		const at = start + second * 1_000;
		const own = Array.from({ length: Math.ceil((second + 1) * share) - first }, (__, n) => noise(first + n, at));
		return { at: at + 1_000, sightings: at + 1_000 === plantedAt ? [...own, planted()] : own };
	});
	const work = async (partition: number) => {
		const recorder = createRecorder({ ...base, destinations: ["teams"], policy: defaultPolicy });
		for (const { at, sightings } of batches.filter((_, n) => n % 4 === partition)) {
			await scheduler.after(at - scheduler.now());
			for (let done = false; !done; ) {
				try {
					const recorded = await recorder.record(sightings, new Date(scheduler.now()));
					await dispatcher.deliver(
						recorded.filter((one) => one.kinds.length > 0).map((one) => one.key),
						afterRecording,
					);
					done = true;
				} catch {
					await scheduler.after(1_000);
				}
			}
		}
	};
	for (const partition of [0, 1, 2, 3]) void work(partition);
	const timer = async () => {
		for (let minute = 0; minute < 5; minute++) {
			await scheduler.after(60_000);
			await dispatcher.deliverDue(eachMinute);
		}
	};
	void timer();
	await scheduler.run(start + 400_000);

	const alone = got.find(({ notice }) => notice.type === "finding" && notice.finding.device.name === "srv-files");
	expect(alone?.at).toBeGreaterThan(plantedAt);
	expect(alone?.at).toBeLessThan(plantedAt + 5_000);

	// Nobody's notice was dropped, and nobody's chat was flooded.
	const rows = memory.all();
	const owed = rows.filter((row) => row.rowKey.startsWith("o|"));
	expect(owed).toHaveLength(devices + 1);
	expect(owed.every((row) => row.values["sent"] !== 0)).toBe(true);
	expect(rows.filter((row) => row.rowKey.startsWith("f|")).reduce((sum, row) => sum + Number(row.values["count"]), 0)).toBe(
		devices * perDevice + 1,
	);
	expect(got.length).toBeLessThan(30);
	expect(rows.length).toBeLessThan(2 * (devices + 1) + 10);
}, 120_000);
