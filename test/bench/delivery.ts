/**
 * How delivery does at size, on one instance, with a table that takes 5 ms for each call:
 *
 *   npm run bench:delivery
 *
 * 10,000 owed webhook notices · 1,000,000 stored findings with nothing owed · the same with 500 notices due.
 */
import { setTimeout as wait } from "node:timers/promises";
import { createApprovalsFile } from "../../lib/app/approvals-file.ts";
import { world } from "../../lib/app/compose.ts";
import { createMinute } from "../../lib/app/minute.ts";
import { findingKey } from "../../lib/findings/finding.ts";
import { findingValues } from "../../lib/findings/finding-row.ts";
import { defaultPolicy } from "../../lib/findings/policy.ts";
import { createDispatcher, eachMinute } from "../../lib/outbox/deliver.ts";
import type { Destination } from "../../lib/outbox/delivery.ts";
import { createRecorder } from "../../lib/outbox/record.ts";
import type { Row, Table } from "../../lib/store/table.ts";
import { createQuarantine } from "../../lib/watch/quarantine.ts";
import { aFinding, aSighting, redacted } from "../builders.ts";
import { createMemoryTable, type MemoryTable } from "../simulation/memory-table.ts";

const callMs = 5;
const sendMs = 20;
const stored = 1_000_000;

/** The same table, as far away as the service is, with its calls counted. */
function remote(table: Table) {
	let calls = 0;
	const far = async <T>(work: () => Promise<T>): Promise<T> => {
		calls += 1;
		await wait(callMs);
		return work();
	};
	const away: Table = {
		get: (key) => far(() => table.get(key)),
		create: (row) => far(() => table.create(row)),
		replace: (row, etag) => far(() => table.replace(row, etag)),
		remove: (key, etag) => far(() => table.remove(key, etag)),
		transact: (writes) => far(() => table.transact(writes)),
		page: (range, options) => far(() => table.page(range, options)),
		ensure: () => far(() => table.ensure()),
	};
	const take = (): number => {
		const before = calls;
		calls = 0;
		return before;
	};
	return { table: away, take };
}

/** Adds findings that were told long ago: computed when a page is asked for, because only their number matters. */
function withStored(table: MemoryTable, count: number): MemoryTable {
	const perPartition = count / 16;
	const { newest: _, worst: __, ...values } = findingValues(aFinding());
	const rowOf = (partitionKey: string, n: number): Row => ({
		partitionKey,
		rowKey: `f|${partitionKey.slice(1)}${n.toString(16).padStart(23, "0")}`,
		values: { ...values, touchedAt: new Date().toISOString() },
		etag: "stored",
	});
	return {
		...table,
		async page(range, options = {}) {
			if (!range.from.startsWith("f|") || range.to !== "f}") return table.page(range, options);
			const from = options.next ?? range.from;
			const start = from === "f|" ? 0 : Number.parseInt(from.slice(3), 16) + (from.endsWith(" ") ? 1 : 0);
			const end = Math.min(perPartition, start + 1_000);
			const rows = Array.from({ length: end - start }, (_unused, n) => rowOf(range.partitionKey, start + n));
			return { rows, next: end < perPartition ? rowOf(range.partitionKey, end).rowKey : undefined, at: new Date() };
		},
	};
}

function webhook() {
	const got: string[] = [];
	const destination: Destination = {
		name: "webhook",
		unlimited: true,
		async send({ id }) {
			await wait(sendMs);
			got.push(id);
			return { ok: true, proof: "confirmed" };
		},
	};
	return { got, destination };
}

async function owe(table: Table, count: number): Promise<void> {
	const recorder = createRecorder({ ...world, table, destinations: ["webhook"], policy: defaultPolicy });
	const devices = Array.from({ length: count }, (_, n) =>
		aSighting({ recordId: `r${n}`, device: { ...aSighting().device, id: redacted(`device-${n}`) } }),
	);
	await recorder.record(devices, new Date());
	if (new Set(devices.map(({ device, family }) => findingKey(device, family))).size !== count) throw new Error("devices are not distinct");
}

function minuteOf(table: Table, destination: Destination) {
	const dispatcher = createDispatcher({ ...world, table, destinations: [destination] });
	return createMinute({
		table,
		dispatcher,
		destinations: [destination],
		quarantine: createQuarantine({ ...world, table }),
		approvals: createApprovalsFile("samples/approvals.json"),
		routes: { mistakes: () => [], refresh: () => Promise.resolve() },
		settings: { FALLBACK: undefined, DIGEST_HOUR_UTC: undefined },
		rules: [],
		openRules: [],
		clock: world.clock,
		ofSettings: () => [],
		drill: () => Promise.resolve([]),
		lookAtStream: () => Promise.resolve({ unread: 0, oldestUnreadMs: 0, silentMs: 0, open: [], lost: 0, problems: [] }),
		readAgain: () => Promise.resolve({ count: 0, failures: [] }),
	});
}

async function measured(work: () => Promise<unknown>): Promise<{ readonly seconds: string; readonly cpuMs: number }> {
	const cpu = process.cpuUsage();
	const started = performance.now();
	await work();
	const { user, system } = process.cpuUsage(cpu);
	return { seconds: ((performance.now() - started) / 1_000).toFixed(1), cpuMs: Math.round((user + system) / 1_000) };
}

console.log(`Node ${process.version}, ${new Date().toISOString().slice(0, 10)}; ${callMs} ms per table call, ${sendMs} ms per message`);

{
	const memory = createMemoryTable();
	await owe(memory, 10_000);
	const { table, take } = remote(memory);
	const { got, destination } = webhook();
	const dispatcher = createDispatcher({ ...world, table, destinations: [destination] });
	let passes = 0;
	const { seconds, cpuMs } = await measured(async () => {
		while (got.length < 10_000 && passes < 20) {
			await dispatcher.deliverDue(eachMinute);
			passes += 1;
		}
	});
	console.log(
		`10,000 owed webhook notices: ${new Set(got).size} arrived in ${seconds} s of sending (${passes} passes of the timer), ` +
			`${(take() / 10_000).toFixed(2)} table calls and ${(cpuMs / 10_000).toFixed(2)} ms of CPU each`,
	);
}

for (const due of [0, 500]) {
	for (const count of due === 0 ? [0, stored] : [stored]) {
		const memory = createMemoryTable();
		const { table, take } = remote(count === 0 ? memory : withStored(memory, count));
		const { got, destination } = webhook();
		await minuteOf(remote(memory).table, destination)();
		await owe(memory, due);
		const run = minuteOf(table, destination);
		const { seconds, cpuMs } = await measured(run);
		console.log(
			`${count.toLocaleString("en")} findings stored, ${due} notices due: one run takes ${cpuMs} ms of CPU and ${take()} table calls ` +
				`(${seconds} s), ${got.length} arrive`,
		);
	}
}
