import { allFaults, type FaultPlan, faultKinds } from "./faults.ts";
import { type History, type Options, play } from "./history.ts";
import { duplicates, violations } from "./invariants.ts";
import { createRandom } from "./scheduler.ts";

export interface Played {
	readonly seed: number;
	readonly plan: FaultPlan;
	readonly violations: readonly string[];
	/** Records of the story, the last word included. */
	readonly records: number;
	/** Messages that destinations took. */
	readonly accepted: number;
	/** Those of them that had been taken before, under the same id. */
	readonly duplicates: number;
}

/** Plays one history and looks at it twice: when it should be quiet, and after one more word about each device. */
export async function playOne(seed: number, plan: FaultPlan, options: Options = {}): Promise<Played> {
	const found = new Set<string>();
	let last: History | undefined;
	await play(seed, plan, options, (history, when) => {
		for (const violation of violations(history, when)) found.add(violation);
		last = history;
	});
	return {
		seed,
		plan,
		violations: [...found],
		records: last?.events.length ?? 0,
		accepted: last?.log.accepted.length ?? 0,
		duplicates: last === undefined ? 0 : duplicates(last),
	};
}

export interface Planned {
	readonly seed: number;
	readonly plan: FaultPlan;
}

/** Each kind of fault so many times, then random pairs of them: always the same list. */
export function* catalogue(each: number, pairs: number): Generator<Planned> {
	let seed = 0;
	for (const kind of allFaults) {
		for (let n = 0; n < each; n++) yield { seed: ++seed, plan: [kind] };
	}
	const random = createRandom(4_711);
	const pick = () => allFaults[Math.floor(random() * allFaults.length)] ?? "S1";
	for (let n = 0; n < pairs; n++) yield { seed: 1_000_000 + n, plan: [pick(), pick()] };
}

/** What to say about a history that went wrong: how to play it again, and the shortest form of it that still does. */
export async function explain({ seed, plan, violations: found, records }: Played): Promise<string> {
	const words = plan.map((kind) => `${kind} (${faultKinds[kind]})`).join(" + ");
	const again = `npx node scripts/simulate.ts --seed ${seed} --faults ${plan.join()}`;
	for (let maxEvents = 1; maxEvents < records; maxEvents++) {
		const shorter = await playOne(seed, plan, { maxEvents });
		if (shorter.violations.length > 0) {
			return `${words}\n  ${shorter.violations.join("\n  ")}\n  shortest: ${again} --records ${maxEvents}`;
		}
	}
	return `${words}\n  ${found.join("\n  ")}\n  again: ${again}`;
}
