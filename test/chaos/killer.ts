import { setTimeout as sleep } from "node:timers/promises";
import type { Random } from "../bench/random.ts";
import type { Staff, Worker } from "./staff.ts";

/** What others see of a process. */
export type Act = "posted" | "wrote";

/** Kills processes: half of them at any moment, half right after they have posted or have written to the table. */
export interface Killer {
	acted(workerId: number, act: Act): void;
	kills(): number;
	/** Resolves after so many kills. */
	run(kills: number): Promise<void>;
}

/** Between two kills, on average; a process needs half a second to start. */
const meanPauseMs = 800;
/** Calls of the table between two kills, on average: on a busy machine a pause is nothing, and processes that get nowhere show nothing. */
const meanCalls = 40;
const patienceMs = 1_000;
/** In this time a message that has arrived is noted as sent, or not quite. */
const soonMs = 15;

/** @param calls how often the processes have called the table by now. */
export function createKiller(staff: () => Staff, random: Random, calls: () => number): Killer {
	let kills = 0;
	let aim: { readonly act: Act; readonly fire: (workerId: number) => void } | undefined;

	/** Who does it next; `undefined` when nobody does soon. */
	const nextToAct = (act: Act): Promise<number | undefined> =>
		Promise.race([
			new Promise<number>((fire) => {
				aim = { act, fire };
			}),
			sleep(patienceMs, undefined),
		]);
	const kill = (victim: Worker) => {
		if (!victim.isReady()) return;
		victim.kill();
		kills += 1;
	};
	return {
		acted(workerId, act) {
			if (aim?.act === act) aim.fire(workerId);
		},
		kills: () => kills,
		async run(planned) {
			while (kills < planned) {
				const enough = calls() + random.below(2 * meanCalls);
				await sleep(random.below(2 * meanPauseMs));
				while (calls() < enough) await sleep(soonMs);
				const actor = random.chance(0.5) ? await nextToAct(random.pick(["posted", "posted", "wrote"])) : undefined;
				if (actor !== undefined) await sleep(random.below(soonMs));
				const ready = staff().ready();
				const victim = ready.find((worker) => worker.id === actor) ?? (ready.length === 0 ? undefined : random.pick(ready));
				if (victim !== undefined) kill(victim);
				// A whole app goes down now and then.
				if (random.chance(0.1) && kills < planned) for (const other of staff().ready()) kill(other);
			}
		},
	};
}
