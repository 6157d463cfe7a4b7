import { setTimeout as sleep } from "node:timers/promises";
import type { Random } from "../bench/random.ts";
import type { Staff, Worker } from "./staff.ts";

/** What others see of a process. */
export type Act = "posted" | "wrote";

/** Kills processes: half of them at any moment, half right after they have posted, or have written to the table. */
export interface Killer {
	acted(workerId: number, act: Act): void;
	kills(): number;
	/** Resolves after so many kills. */
	run(kills: number): Promise<void>;
}

/** Between two kills, on average; a process needs half a second to start. */
const meanPauseMs = 800;

export function createKiller(staff: () => Staff, random: Random): Killer {
	let kills = 0;
	let aim: { readonly workerId: number; readonly act: Act; readonly fire: () => void } | undefined;

	const nextAct = (workerId: number, act: Act): Promise<void> =>
		new Promise((fire) => {
			aim = { workerId, act, fire };
		});
	const kill = (victim: Worker) => {
		if (!victim.isReady()) return;
		victim.kill();
		kills += 1;
	};
	return {
		acted(workerId, act) {
			if (aim?.workerId === workerId && aim.act === act) aim.fire();
		},
		kills: () => kills,
		async run(planned) {
			while (kills < planned) {
				await sleep(random.below(2 * meanPauseMs));
				const ready = staff().ready();
				if (ready.length === 0) continue;
				const victim = random.pick(ready);
				if (random.chance(0.5)) {
					await Promise.race([nextAct(victim.id, random.pick(["posted", "wrote"])), sleep(1_000)]);
					await sleep(random.below(25));
				}
				kill(victim);
				// A whole app goes down now and then.
				if (random.chance(0.1) && kills < planned) for (const other of staff().ready()) kill(other);
			}
		},
	};
}
