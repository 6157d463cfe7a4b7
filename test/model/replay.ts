import { findingKey } from "../../lib/findings/finding.ts";
import type { Delivery } from "../../lib/outbox/delivery.ts";
import { owedAddress } from "../../lib/outbox/owed-row.ts";
import type { Table } from "../../lib/store/table.ts";
import { aSighting, redacted } from "../builders.ts";
import type { Sabotage } from "../simulation/history.ts";
import { createInstance, type InstanceDeps } from "./instance.ts";
import { labels } from "./labels.ts";
import { noRows, readRows, recordIds, stateOf } from "./stored-state.ts";
import type { State, Walk } from "./walk.ts";

/** Where the code first does something else than the model. */
export interface Difference {
	readonly seed: number;
	/** Place in the walk, from 1. */
	readonly step: number;
	readonly did: string;
	/** How things should stand, or which calls should be made. */
	readonly model: string;
	readonly code: string;
}

export interface Ground {
	/** Several walks may share it. */
	readonly table: Table;
	/** The table's clock too. */
	readonly clock: { now: Date };
}

const destination = "webhook";

/** A lease lasts 90 s; this is just past it. */
const pastLeaseMs = 90_001;

const failed = { ok: false, scope: "row", retryAfterMs: undefined, detail: "" } as const;
const answers: Readonly<Record<"isTaken" | "answerIsLost" | "isRefused", Delivery>> = {
	isTaken: { ok: true, proof: "confirmed" },
	answerIsLost: { ...failed, reason: "timeout", ambiguous: true, status: undefined },
	isRefused: { ...failed, reason: "server", ambiguous: false, status: 503 },
};

/**
 * Makes two instances of the real code take the steps of a walk, call by call, and compares what is stored after each
 * step with what the model says.
 * @returns the first difference.
 */
export async function replay(
	{ seed, steps }: Walk,
	{ table, clock }: Ground,
	{ sabotage = {}, calling = (same) => same }: { readonly sabotage?: Sabotage; readonly calling?: InstanceDeps["calling"] } = {},
): Promise<Difference | undefined> {
	const base = aSighting();
	const device = { ...base.device, id: redacted(`pc-${seed}`), name: redacted(`pc-${seed}`) };
	const key = findingKey(device, base.family);
	const another = { ...base.program, user: redacted("CONTOSO\\somebody.else") };
	const sightings = [
		aSighting({ recordId: recordIds[0], device }),
		aSighting({ recordId: recordIds[1], device, program: another }),
	] as const;
	const taken: [number, number] = [0, 0];
	let ids = 0;
	let answer: keyof typeof answers = "isTaken";
	const hire = (number: number) =>
		createInstance({
			table,
			destination,
			clock: () => clock.now,
			newId: () => `${number}-${seed}-${++ids}`,
			receive({ n }) {
				if (answer !== "isRefused") taken[n === 1 ? 0 : 1] += 1;
				return answers[answer];
			},
			sabotage,
			calling,
		});
	const pass = (ms: number) => {
		clock.now = new Date(clock.now.getTime() + ms);
	};
	const waitUntilDue = async (): Promise<void> => {
		const dueAt = Date.parse(String((await table.get(owedAddress(key, destination)))?.values["dueAt"]));
		// Longer than a lease, so that whoever looked before that looked too long ago, as the model says.
		if (dueAt > clock.now.getTime()) pass(Math.max(dueAt - clock.now.getTime(), pastLeaseMs));
	};

	const staff = { 1: hire(1), 2: hire(2) };
	let rows = noRows;
	let before: State | undefined;
	for (const [index, { name, instance, batch, state }] of steps.entries()) {
		const differs = (model: string, code: string): Difference => ({
			seed,
			step: index + 1,
			did: `instance ${instance} ${name}`,
			model,
			code,
		});
		const expected = JSON.stringify(state);
		try {
			if (name === "dies") staff[instance] = hire(instance);
			if (name === "looks") await waitUntilDue();
			if (name === "looks" || name === "looksInVain") await staff[instance].deliver(key);
			if (name === "takes") await staff[instance].record(sightings[batch]);
			if (name === "isTaken" || name === "answerIsLost" || name === "isRefused") answer = name;
			if ((name === "dies" || name === "stalls") && before?.leaseRuns === true && !state.leaseRuns) pass(pastLeaseMs);
			const made = await staff[instance].go(labels[name]);
			if (!labels[name].calls.test(made)) return differs(`calls ${labels[name].calls.source}`, `calls ${made}`);
			// Nobody else writes.
			if (/transact|replace|create/.test(made)) rows = await readRows(table, key, destination);
		} catch (error) {
			return differs(expected, error instanceof Error ? error.message : "failed");
		}
		const stored = JSON.stringify(stateOf(rows, clock.now, taken));
		if (stored !== expected) return differs(expected, stored);
		before = state;
	}
	return undefined;
}

/** For a test that fails. */
export function describe({ seed, step, did, model, code }: Difference): string {
	return `walk ${seed}, step ${step}: ${did}\n  model: ${model}\n  code:  ${code}`;
}
