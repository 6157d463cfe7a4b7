import { redactError } from "../families/redact.ts";
import type { OutboxState } from "../outbox/outbox.ts";
import type { RunningPackage } from "./running-package.ts";

/** Health as anyone with the function key may read it: what is wrong and what to do, and nothing secret. */
export interface Health {
	readonly ok: boolean;
	readonly problems: readonly string[];
	/** Worth a look, and no reason for an alarm: weak approvals, ended ones. */
	readonly warnings?: readonly string[];
	/** What runs; absent where it is not the packaged app. */
	readonly package?: RunningPackage | undefined;
	/** Absent while the app cannot be made or its table cannot be read. */
	readonly facts?: HealthFacts;
}

export interface HealthFacts {
	/** When the newest event that was read came to the hub; `null` before the first. */
	readonly newestEventAt: Date | null;
	readonly owed: number;
	readonly oldestOwedMs: number;
	readonly dead: number;
	/** Messages and records of today that could not be read. */
	readonly quarantinedToday: number;
}

const lateMs = 10 * 60_000;

/** What is wrong with delivery and approvals, each with what to do. */
export function problemsOf({ oldestOwedMs, dead, down }: OutboxState, approvalMistakes: readonly string[]): readonly string[] {
	return [
		...approvalMistakes,
		...[...down].map(
			([name, since]) =>
				`destination ${name} has refused messages since ${since.toISOString()}: check its address and that it is switched on; notices stay stored and one is tried each hour`,
		),
		...(oldestOwedMs > lateMs ? [`the oldest owed notice has waited ${Math.round(oldestOwedMs / 60_000)} minutes`] : []),
		...[...dead].map(
			([name, count]) =>
				`${count} notices to ${name} were given up: see \`tunnelwatch findings --dead\`, then \`tunnelwatch findings retry\``,
		),
	];
}

/** Settings that are wrong keep an app from being made; that is the first thing health must be able to say. */
export async function readHealth(app: () => { health(): Promise<Omit<Health, "ok">> }): Promise<Health> {
	try {
		const { problems, ...rest } = await app().health();
		return { ok: problems.length === 0, problems, ...rest };
	} catch (error) {
		return { ok: false, problems: [redactError(error)] };
	}
}
