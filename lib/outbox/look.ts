import { inParallel } from "../store/parallel.ts";
import type { ServerClock } from "../store/server-clock.ts";
import { maxTransaction, type Range, type Table } from "../store/table.ts";
import type { DestinationState } from "./destination-state.ts";
import { intoChunks, type OpenOwed } from "./lease.ts";
import { isClaimable } from "./owed.ts";
import { owedWrites, readOwed } from "./owed-row.ts";
import { byUrgency } from "./urgency.ts";

/** What there is to do. */
export interface Look {
	/** The most urgent first. */
	readonly due: readonly OpenOwed[];
	/** Told long ago by the version before, which left its rows among the open ones; as many as one pass moves. */
	readonly settled: readonly OpenOwed[];
}

/** So many rows are kept in memory; of more, the most urgent. */
const mostKept = 20_000;

/** Rows of the version before that leave in one pass; the others follow in the next ones. */
const movedInOnePass = 2_000;

const rangesAtOnce = 16;

/** @param stateOf knows the destinations that are set; what is owed to others waits. */
export async function lookAt(
	table: Table,
	ranges: readonly Range[],
	stateOf: (destination: string) => DestinationState | undefined,
	server: ServerClock,
): Promise<Look> {
	const settled: OpenOwed[] = [];
	let due: OpenOwed[] = [];
	await inParallel(ranges, rangesAtOnce, async (range) => {
		let next: string | undefined;
		do {
			const page = await table.page(range, { next });
			server.heard(page.at);
			for (const row of page.rows) {
				const { owed, ...rest } = readOwed(row);
				const state = stateOf(rest.destination);
				if (owed === undefined) continue;
				if (owed.state === "done" && settled.length < movedInOnePass) settled.push({ ...rest, owed });
				if (state !== undefined && isClaimable(owed, server.now(), state.recoveredAt)) due.push({ ...rest, owed });
			}
			if (due.length > 2 * mostKept) due = due.sort(byUrgency).slice(0, mostKept);
			next = page.next;
		} while (next !== undefined);
	});
	return { due: due.sort(byUrgency), settled };
}

/** Moves settled rows of the version before out of the range that is looked at. Rows changed concurrently are skipped. */
export async function moveSettled(table: Table, rows: readonly OpenOwed[]): Promise<void> {
	await inParallel(intoChunks(rows, maxTransaction / 2), 4, async (chunk) => {
		const left = [...chunk];
		while (left.length > 0) {
			const done = await table.transact(left.flatMap((row) => owedWrites(row, row.key, row.destination, row.owed)));
			if (done.outcome === "written") return;
			left.splice(Math.floor((done.index ?? 0) / 2), 1);
		}
	});
}
