import type { Outcome } from "../pipeline.ts";
import { type Quarantined, recordsIn } from "../watch/quarantined.ts";

/** Totals of a run. `held` counts findings without a new notice, because they were reported before. */
export interface Totals {
	readonly messages: number;
	readonly records: number;
	readonly matches: number;
	readonly findings: number;
	readonly notices: number;
	readonly held: number;
	/** Notices that wait for the end of a quiet period, and the first moment at which one is due. */
	readonly waiting: number;
	readonly waitingUntil: Date | undefined;
	readonly quarantined: number;
}

export interface TotalsCounter {
	add(outcome: Omit<Outcome, "delivered">): void;
	totals(): Totals;
	/** Keys of all findings seen, and of those with a notice. */
	keys(): { readonly met: ReadonlySet<string>; readonly told: ReadonlySet<string> };
	/** The first that could not be read, in order. */
	quarantined(): readonly Quarantined[];
}

/** Enough to show a few by name. */
const kept = 20;

/** Adds up batches. A finding met in several batches counts once, and is held only if none of them told anything. */
export function createTotals(): TotalsCounter {
	const findings = new Set<string>();
	const told = new Set<string>();
	const waiting = new Map<string, { readonly dueAt: Date; readonly notices: number }>();
	const quarantined: Quarantined[] = [];
	const sum = { messages: 0, records: 0, matches: 0, notices: 0, quarantined: 0 };
	return {
		add(outcome) {
			sum.messages += outcome.messages;
			sum.records += outcome.records;
			sum.quarantined += recordsIn(outcome.quarantined);
			quarantined.push(...outcome.quarantined.slice(0, Math.max(0, kept - quarantined.length)));
			for (const sighting of outcome.sightings) sum.matches += sighting.rules.length;
			for (const { key, reason, kinds, dueAt, owed } of outcome.recorded) {
				findings.add(key);
				if (kinds.length === 0) continue;
				told.add(key);
				sum.notices += owed.length;
				// A notice sent at once also covers what waited.
				if (reason === "later" && dueAt !== undefined) waiting.set(key, { dueAt, notices: owed.length });
				else waiting.delete(key);
			}
		},
		totals: () => {
			const later = [...waiting.values()];
			const [waitingUntil] = later.map(({ dueAt }) => dueAt).sort((a, b) => a.getTime() - b.getTime());
			const count = later.reduce((all, { notices }) => all + notices, 0);
			return { ...sum, findings: findings.size, held: findings.size - told.size, waiting: count, waitingUntil };
		},
		keys: () => ({ met: findings, told }),
		quarantined: () => quarantined,
	};
}
