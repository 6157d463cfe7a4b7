import { createMemory } from "../../lib/findings/judge-batch.ts";
import { defaultPolicy } from "../../lib/findings/policy.ts";
import { createReadAhead } from "../../lib/findings/read-ahead.ts";
import { createPrevalenceCounter } from "../../lib/knowledge/prevalence.ts";
import { createRecorder } from "../../lib/outbox/record.ts";
import type { Table } from "../../lib/store/table.ts";
import { aSighting, at, redacted } from "../builders.ts";
import { createMemoryTable } from "../simulation/memory-table.ts";

/** Judges and records so many new devices for two destinations, on a table in memory: calls and CPU time of each. */
export async function recordFindings(count: number): Promise<{ readonly calls: number; readonly cpuMs: number }> {
	const now = at("21T19:36:10");
	const memory = createMemoryTable(() => now);
	let calls = 0;
	const counted =
		<A extends readonly unknown[], R>(work: (...args: A) => R) =>
		(...args: A): R => {
			calls += 1;
			return work(...args);
		};
	const table: Table = {
		...memory,
		get: counted(memory.get),
		create: counted(memory.create),
		replace: counted(memory.replace),
		remove: counted(memory.remove),
		transact: counted(memory.transact),
		page: counted(memory.page),
	};
	let ids = 0;
	const base = {
		...{ table, clock: () => now, random: () => 0.5, newId: () => `id${++ids}` },
		deadline: () => new AbortController().signal,
		sleep: () => Promise.resolve(),
	};
	const readAhead = createReadAhead(table);
	const prevalence = createPrevalenceCounter(base);
	const judge = createMemory({
		approvals: () => [],
		finding: readAhead.finding,
		device: () => Promise.resolve(undefined),
		release: () => Promise.resolve(undefined),
		prevalence: prevalence.look,
	});
	const recorder = createRecorder({ ...base, destinations: ["teams", "webhook"], policy: defaultPolicy, readAhead: readAhead.take });
	const start = process.cpuUsage();
	for (let device = 0; device < count; device++) {
		const id = redacted(`pc-${device}`);
		const judged = await judge([aSighting({ device: { ...aSighting().device, id, name: id }, recordId: id })], now);
		await recorder.record(judged, now);
		await prevalence.note(judged);
	}
	const { user, system } = process.cpuUsage(start);
	return { calls: calls / count, cpuMs: (user + system) / 1000 / count };
}
