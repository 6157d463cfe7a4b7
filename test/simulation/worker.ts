import type { FaultPlan } from "./faults.ts";
import type { Scheduler } from "./scheduler.ts";

/** One process: it has its own clock, may stall, and may die in the middle of anything. */
export interface Worker {
	readonly id: number;
	readonly skewMs: number;
	diedAt: number | undefined;
	readonly died: Promise<"died">;
	readonly die: (now: number) => void;
	stalledUntil: number;
	/** Virtual time of the last table fault it met. */
	lastTableFault: number;
	/** Writes in a row that collided with nothing. */
	collisions: number;
}

/** What all parts of one history share. */
export interface Stage {
	readonly scheduler: Scheduler;
	readonly plan: FaultPlan;
	/** Faults happen before this moment. */
	readonly faultsEnd: number;
	/** Deaths still to come. */
	deaths: number;
}

export function faultsAreOn(stage: Stage): boolean {
	return stage.scheduler.now() < stage.faultsEnd;
}

/** Time passes for a worker; a dead one never comes back from it. */
export async function pause(stage: Stage, worker: Worker, ms: number): Promise<void> {
	await stage.scheduler.after(ms);
	if (stage.plan.includes("D3") && faultsAreOn(stage) && stage.scheduler.random() < 0.01) {
		worker.stalledUntil = stage.scheduler.now() + 60_000 + stage.scheduler.random() * 180_000;
	}
	if (worker.stalledUntil > stage.scheduler.now()) await stage.scheduler.after(worker.stalledUntil - stage.scheduler.now());
	if (worker.diedAt !== undefined) await forever();
}

/** A fresh one each time: whoever waits on a shared promise is kept in memory by it. */
function forever(): Promise<never> {
	return new Promise(() => undefined);
}

/** Perhaps the worker dies here. */
export async function maybeDie(stage: Stage, worker: Worker, point: string): Promise<void> {
	if (!stage.plan.some((kind) => kind === point) || !faultsAreOn(stage) || stage.deaths === 0) return;
	if (stage.scheduler.random() > 0.4) return;
	stage.deaths -= 1;
	worker.die(stage.scheduler.now());
	await forever();
}

export function createWorker(id: number, skewMs: number): Worker {
	const { promise, resolve } = Promise.withResolvers<"died">();
	const worker: Worker = {
		id,
		skewMs,
		diedAt: undefined,
		died: promise,
		die(now) {
			worker.diedAt = now;
			resolve("died");
		},
		stalledUntil: 0,
		lastTableFault: -1,
		collisions: 0,
	};
	return worker;
}
