import { createPrevalenceCounter } from "../../lib/knowledge/prevalence.ts";
import type { Prevalence, Sighting } from "../../lib/sighting/sighting.ts";
import type { Table } from "../../lib/store/table.ts";

let ids = 0;

/** Answers and then notes, as judging and recording do one after the other. */
export function createCounter({ table, clock }: { readonly table: Table; readonly clock: () => Date }) {
	const counter = createPrevalenceCounter({
		...{ table, clock, random: () => 0.5, newId: () => `note${++ids}` },
		sleep: () => new Promise((resolve) => setImmediate(resolve)),
	});
	return {
		async count(sighting: Sighting): Promise<Prevalence> {
			const answer = await counter.look(sighting);
			await counter.note([sighting]);
			return answer;
		},
	};
}
