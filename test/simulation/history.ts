import { findingValues, readFinding } from "../../lib/findings/finding-row.ts";
import { defaultPolicy } from "../../lib/findings/policy.ts";
import { afterRecording, createDispatcher, eachMinute } from "../../lib/outbox/deliver.ts";
import type { Destination } from "../../lib/outbox/delivery.ts";
import { createRecorder } from "../../lib/outbox/record.ts";
import type { Outcome, Parts } from "../../lib/pipeline.ts";
import { runPipeline } from "../../lib/pipeline.ts";
import { createServerClock, listening } from "../../lib/store/server-clock.ts";
import type { Table } from "../../lib/store/table.ts";
import { createQuarantine } from "../../lib/watch/quarantine.ts";
import type { FaultPlan } from "./faults.ts";
import { createFaultySink, type SinkLog } from "./faulty-sink.ts";
import { createFaultyTable } from "./faulty-table.ts";
import { createMemoryTable, type MemoryTable } from "./memory-table.ts";
import { hasLaterColumn, hasNewerRows, newerRows, withLaterColumn, withNewerDevice } from "./newer-rows.ts";
import { createScheduler } from "./scheduler.ts";
import { type Batch, type Event, lastWords, match, sight, tellStory } from "./stream.ts";
import { nextWork } from "./timer.ts";
import { createWorker, type Stage, type Worker } from "./worker.ts";

export const destinationNames = ["teams", "webhook"] as const;

/** Changes of the parts, to show that the invariants would notice. */
export interface Sabotage {
	readonly memory?: (memory: MemoryTable) => MemoryTable;
	readonly table?: (table: Table, role: "record" | "deliver") => Table;
	readonly destination?: (destination: Destination) => Destination;
	readonly parts?: (parts: Parts) => Parts;
}

/** All that happened, for the invariants. */
export interface History {
	readonly seed: number;
	readonly plan: FaultPlan;
	readonly memory: MemoryTable;
	readonly log: SinkLog;
	readonly events: readonly Event[];
	readonly poison: number;
	readonly outcomes: readonly Outcome[];
	readonly rejections: readonly string[];
	readonly invocations: readonly { readonly startedAt: number; readonly endedAt: number; readonly worker: Worker }[];
	readonly faultsEnd: number;
	readonly now: number;
	/** Somebody closed findings meanwhile. */
	readonly closes: boolean;
	/** When each record was acknowledged for the first time. */
	readonly firstSeenAt: ReadonlyMap<number, number>;
}

const hourMs = 3_600_000;
const start = Date.UTC(2026, 10, 21, 8);

export interface Options {
	readonly sabotage?: Sabotage;
	/** Only the first records of the story: to find the shortest one that goes wrong. */
	readonly maxEvents?: number;
}

/** One seed, one history: the story, its faults, and the quiet after them. `check` looks at it before and after a last word. */
export async function play(
	seed: number,
	plan: FaultPlan,
	{ sabotage = {}, maxEvents = Number.POSITIVE_INFINITY }: Options,
	check: (history: History, when: "quiet" | "end") => void,
): Promise<void> {
	const scheduler = createScheduler(seed, start);
	const { random } = scheduler;
	const told = tellStory(plan, start, maxEvents, random);
	const story = hasNewerRows(seed, plan) ? withNewerDevice(told) : told;
	const lastBatchAt = Math.max(...story.map((batch) => batch.at));
	// Most faults end within the hour; some last for days.
	const faultyMs = random() < 0.02 ? random() * 60 * hourMs : (0.2 + random()) * hourMs;
	const stage: Stage = { scheduler, plan, faultsEnd: Math.min(lastBatchAt + hourMs, start + faultyMs), deaths: 4 };
	const plain = createMemoryTable(() => new Date(scheduler.now()), !plan.includes("T4"));
	const shared = hasLaterColumn(seed) ? withLaterColumn(plain) : plain;
	if (hasNewerRows(seed, plan)) for (const row of newerRows) await shared.create(row);
	const memory = sabotage.memory?.(shared) ?? shared;
	const log: SinkLog = { accepted: [], requests: [], pauses: [] };
	const outcomes: Outcome[] = [];
	const rejections: string[] = [];
	const invocations: { startedAt: number; endedAt: number; worker: Worker }[] = [];
	const firstSeenAt = new Map<number, number>();
	let ids = 0;
	let open = 0;

	const hire = (): Process => {
		const skewMs = plan.includes("D7") ? Math.round((random() * 2 - 1) * 600_000) : 0;
		return employ(createWorker(++ids, skewMs));
	};
	const employ = (worker: Worker): Process => {
		const base = {
			clock: () => new Date(scheduler.now() + worker.skewMs),
			random,
			newId: () => `id${++ids}`,
			sleep: (ms: number) => scheduler.after(ms),
			deadline: (ms: number) => {
				const controller = new AbortController();
				void scheduler.after(ms).then(() => controller.abort());
				return controller.signal;
			},
		};
		const server = createServerClock(base.clock);
		const tableFor = (role: "record" | "deliver") => {
			const table = createFaultyTable(memory, stage, worker, role);
			return listening(sabotage.table?.(table, role) ?? table, server);
		};
		const sinks = destinationNames.map((name) => {
			const sink = createFaultySink(name, stage, worker, log);
			return sabotage.destination?.(sink) ?? sink;
		});
		const recorder = createRecorder({ ...base, table: tableFor("record"), destinations: destinationNames, policy: defaultPolicy });
		const dispatcher = createDispatcher({ ...base, table: tableFor("deliver"), server, destinations: sinks });
		const quarantine = createQuarantine({ ...base, table: tableFor("deliver") });
		const parts: Parts = {
			sieve: undefined,
			match,
			accepts: () => true,
			learn: undefined,
			judge: async (sightings) => sightings,
			sight,
			quarantine: quarantine.add,
			record: recorder.record,
			deliver: (recorded) => dispatcher.deliver(recorded, afterRecording),
			clock: base.clock,
		};
		return { worker, parts: sabotage.parts?.(parts) ?? parts, dispatcher };
	};
	const staff = Array.from({ length: 2 + Math.floor(random() * 3) }, hire);
	const anybody = (): Process => {
		for (const [index, one] of staff.entries()) if (one.worker.diedAt !== undefined) staff[index] = hire();
		return staff[Math.floor(random() * staff.length)] ?? hire();
	};
	const invoke = async <T>(one: Process, work: () => Promise<T>): Promise<T | "died"> => {
		const startedAt = scheduler.now();
		open += 1;
		try {
			return await Promise.race([work(), one.worker.died]);
		} finally {
			open -= 1;
			invocations.push({ startedAt, endedAt: scheduler.now(), worker: one.worker });
		}
	};
	/** As the hub does: until it is acknowledged, and by whoever is there. */
	const handOut = async (batch: Batch): Promise<void> => {
		for (;;) {
			const one = anybody();
			try {
				const outcome = await invoke(one, () => runPipeline(batch.messages, one.parts));
				if (outcome !== "died") {
					outcomes.push(outcome);
					for (const { id } of batch.events) if (!firstSeenAt.has(id)) firstSeenAt.set(id, scheduler.now());
					return;
				}
			} catch (error) {
				rejections.push(error instanceof Error ? error.message : "unknown");
			}
			await scheduler.after(5_000 + random() * 30_000);
		}
	};
	/** When the batches come that the hub still keeps, and how many it hands out just now. */
	const coming = new Set<{ readonly at: number }>();
	let handedOut = 0;
	const plant = (batch: Batch) => {
		for (let copy = 0; copy < batch.copies; copy++) {
			const planned = { at: Math.max(batch.at, scheduler.now()) + (batch.together ? 0 : copy * random() * 120_000) };
			coming.add(planned);
			void scheduler
				.after(planned.at - scheduler.now())
				.then(() => {
					coming.delete(planned);
					handedOut += 1;
					return handOut(batch);
				})
				.then(() => {
					handedOut -= 1;
				});
		}
	};
	/** The timer of each minute; minutes in which nothing can happen are passed over. */
	const sweep = async (until: number): Promise<void> => {
		while (scheduler.now() < until) {
			const work = nextWork(memory, scheduler.now());
			const batch = Math.min(...[...coming].map(({ at }) => at));
			const busy = handedOut > 0 || open > 0;
			if (work === undefined && !busy && coming.size === 0) return;
			const margin = plan.includes("D7") ? 11 * 60_000 : 0;
			const idleUntil = work === undefined ? (busy ? scheduler.now() + 5 * 60_000 : batch) : Math.min(work - margin, batch);
			await scheduler.after(Math.max(60_000, idleUntil - scheduler.now()));
			const sweepers = random() < 0.2 ? 2 : 1;
			await Promise.all(
				Array.from({ length: sweepers }, () => {
					const one = anybody();
					return invoke(one, () => one.dispatcher.deliverDue(eachMinute));
				}),
			);
		}
	};
	const takeAway = () => {
		for (let n = 0; n < 4; n++) {
			void scheduler
				.after(random() * (stage.faultsEnd - start))
				.then(() => staff[Math.floor(random() * staff.length)]?.worker.die(scheduler.now()));
		}
	};
	/** A person closes findings now and then; the next sighting must bring them back. */
	const closeSome = () => {
		for (let n = 0; n < 3; n++) {
			void scheduler.after(random() * (lastBatchAt - start)).then(async () => {
				const rows = memory.all().filter((row) => /^f\|[^|]+$/.test(row.rowKey));
				const row = rows[Math.floor(random() * rows.length)];
				const finding = row === undefined ? undefined : readFinding(row).finding;
				if (row === undefined || finding === undefined) return;
				await memory.replace({ ...row, values: findingValues({ ...finding, status: "closed" }) }, row.etag);
			});
		}
	};
	const events = [...new Map(story.flatMap((batch) => batch.events).map((event) => [event.id, event])).values()];
	const closes = random() < 0.1;
	const soFar = (all: readonly Event[]): History => ({
		seed,
		plan,
		memory,
		log,
		events: all,
		poison: story.reduce((sum, batch) => sum + batch.poison, 0),
		outcomes,
		rejections,
		invocations,
		faultsEnd: stage.faultsEnd,
		now: scheduler.now(),
		closes,
		firstSeenAt,
	});

	for (const batch of story) plant(batch);
	if (plan.includes("D8")) takeAway();
	if (closes) closeSome();
	// A receiver that said "gone" is left alone for three days.
	const quiet = Math.max(lastBatchAt, stage.faultsEnd) + (plan.includes("S15") ? 110 : 40) * hourMs;
	void sweep(quiet);
	await scheduler.run(quiet);
	check(soFar(events), "quiet");

	const last = lastWords(events, scheduler.now());
	plant(last);
	void sweep(quiet + 4 * hourMs);
	await scheduler.run(quiet + 4 * hourMs);
	check(soFar([...events, ...last.events]), "end");
}

interface Process {
	readonly worker: Worker;
	readonly parts: Parts;
	readonly dispatcher: ReturnType<typeof createDispatcher>;
}
