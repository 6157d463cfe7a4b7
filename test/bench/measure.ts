import { createHash } from "node:crypto";
import type { Way } from "./function-path.ts";

/** How many times as fast as the first variant each one is. */
export type Ratios<Name extends string> = Readonly<Record<Name, number>>;

/** How often it is measured, and how often before that. */
export interface Effort {
	readonly warmUps: number;
	readonly rounds: number;
	/** Times through the data for one measurement. */
	readonly passes: number;
}

/**
 * At 1 % matches 20 MB hold 64 matching records, and the code of a sighting is compiled only after some thousand. And each
 * forced collection takes with it what the engine knows of the records' shapes, which costs the next few dozen records
 * more than the collections of a living process do. So several passes are one measurement, and several come before the first.
 */
export const thorough: Effort = { warmUps: 10, rounds: 9, passes: 3 };

/** Only shows that all variants agree. */
export const once: Effort = { warmUps: 0, rounds: 1, passes: 1 };

/**
 * All variants in every round, in turning order, after a collection of garbage; CPU time, because other work on the
 * machine moves wall time far more; the ratio within each round, then the median. Different results void everything.
 */
export function compare<Name extends string>(
	variants: Readonly<Record<Name, Way>>,
	messages: readonly Buffer[],
	{ warmUps, rounds, passes }: Effort,
): Ratios<Name> {
	const names = Object.keys(variants) as Name[];
	const ratios = new Map<Name, number[]>(names.map((name) => [name, []]));
	const results = new Set(names.map((name) => fingerprint(variants[name](messages))));
	if (results.size !== 1) throw new Error("the variants found different records");

	for (let round = 0; round < warmUps + rounds; round++) {
		const times = new Map<Name, number>();
		for (let turn = 0; turn < names.length; turn++) {
			const name = names[(turn + round) % names.length];
			if (name !== undefined)
				times.set(
					name,
					cpuMs(() => {
						for (let pass = 0; pass < passes; pass++) variants[name](messages);
					}),
				);
		}
		const base = times.get(names[0] as Name) ?? 0;
		if (round >= warmUps) for (const [name, time] of times) ratios.get(name)?.push(base / time);
	}
	return Object.fromEntries(names.map((name) => [name, median(ratios.get(name) ?? [])])) as Ratios<Name>;
}

/** Milliseconds of CPU time of a batch at these percentiles, over consecutive batches of this many messages. */
export function latency(variant: Way, messages: readonly Buffer[], batchSize: number): { readonly p50: number; readonly p99: number } {
	const times: number[] = [];
	for (let pass = 0; pass < 30; pass++) {
		for (let at = 0; at + batchSize <= messages.length; at += batchSize) {
			const batch = messages.slice(at, at + batchSize);
			const start = process.cpuUsage();
			variant(batch);
			const { user, system } = process.cpuUsage(start);
			// The first passes run code that is not compiled yet.
			if (pass >= 5) times.push((user + system) / 1000);
		}
	}
	const sorted = times.toSorted((one, other) => one - other);
	return { p50: sorted[Math.floor(sorted.length * 0.5)] ?? 0, p99: sorted[Math.floor(sorted.length * 0.99)] ?? 0 };
}

/** How much the process grew, in MB, while it worked through at least this many bytes. */
export function growth(variant: Way, messages: readonly Buffer[], totalBytes: number): number {
	variant(messages);
	collectGarbage();
	const before = process.memoryUsage.rss();
	const bytes = messages.reduce((sum, message) => sum + message.byteLength, 0);
	for (let done = 0; done < totalBytes; done += bytes) variant(messages);
	collectGarbage();
	return Math.round((process.memoryUsage.rss() - before) / 1e6);
}

export function cpuMs(work: () => unknown): number {
	collectGarbage();
	const start = process.cpuUsage();
	work();
	const { user, system } = process.cpuUsage(start);
	return (user + system) / 1000;
}

function collectGarbage(): void {
	if (globalThis.gc === undefined) throw new Error("run it as `npm run bench`: it needs --expose-gc");
	globalThis.gc();
}

export function median(values: readonly number[]): number {
	return values.toSorted((one, other) => one - other)[Math.floor(values.length / 2)] ?? Number.NaN;
}

function fingerprint(found: readonly string[]): string {
	return `${found.length} ${createHash("sha256")
		.update([...found].sort().join("\n"))
		.digest("hex")}`;
}
