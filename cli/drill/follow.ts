import { findingId } from "../../lib/findings/finding.ts";
import { findingAddress } from "../../lib/findings/finding-row.ts";
import { owedOf } from "../../lib/outbox/outbox.ts";
import type { Owed } from "../../lib/outbox/owed.ts";
import type { Table } from "../../lib/store/table.ts";

/** What happened to the drill, with the milliseconds since it was sent. */
export type DrillStep =
	/** The hub has it. */
	| { readonly step: "sent"; readonly hub: string; readonly deviceId: string; readonly ms: number }
	/** The function has stored it, with the notices it owes. */
	| { readonly step: "recorded"; readonly finding: string; readonly ms: number }
	| { readonly step: "delivered"; readonly destination: string; readonly proof: "queued" | "confirmed"; readonly ms: number }
	| { readonly step: "given-up"; readonly destination: string; readonly reason: string; readonly ms: number }
	/** The end of patience. `waiting`: the destinations that have not got it; empty when it was not even recorded. */
	| { readonly step: "timeout"; readonly recorded: boolean; readonly waiting: readonly Waiting[]; readonly ms: number };

interface Waiting {
	readonly destination: string;
	/** What the last try ended with; `undefined` when there was none. */
	readonly reason: string | undefined;
}

export interface Following {
	readonly table: Table;
	/** Of the drill's finding. */
	readonly key: string;
	readonly timeoutMs: number;
	/** Milliseconds since it was sent. */
	readonly elapsed: () => number;
	readonly sleep: (ms: number) => Promise<void>;
}

const pollMs = 500;

/** Watches the rows of one finding until every destination has its notice, or time is up. */
export async function* follow({ table, key, timeoutMs, elapsed, sleep }: Following): AsyncGenerator<DrillStep> {
	let recorded = false;
	const ended = new Set<string>();
	for (;;) {
		// The finding and what is owed about it are written in one transaction: who sees the one sees the other.
		if (!recorded && (await table.get(findingAddress(key))) !== undefined) {
			recorded = true;
			yield { step: "recorded", finding: findingId({ key }), ms: elapsed() };
		}
		const waiting: Waiting[] = [];
		let known = 0;
		if (recorded) {
			for await (const { destination, owed } of owedOf(table, key)) {
				if (owed === undefined) continue;
				known += 1;
				if (ended.has(destination)) continue;
				const step = endOf(destination, owed, elapsed());
				if (step === undefined) waiting.push({ destination, reason: reasonOf(owed) });
				else {
					ended.add(destination);
					yield step;
				}
			}
			if (known > 0 && waiting.length === 0) return;
		}
		if (elapsed() >= timeoutMs) {
			yield { step: "timeout", recorded, waiting, ms: elapsed() };
			return;
		}
		await sleep(pollMs);
	}
}

function endOf(destination: string, owed: Owed, ms: number): DrillStep | undefined {
	if (owed.sent > 0) return { step: "delivered", destination, proof: owed.proof ?? "queued", ms };
	return owed.state === "dead" ? { step: "given-up", destination, reason: reasonOf(owed) ?? "unknown", ms } : undefined;
}

function reasonOf({ lastError, lastStatus }: Owed): string | undefined {
	if (lastError === undefined) return undefined;
	return lastStatus === undefined ? lastError : `${lastError}, status ${lastStatus}`;
}
