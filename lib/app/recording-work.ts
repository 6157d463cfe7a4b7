import { endSilences } from "../actions/end-silences.ts";
import { findingAddress, readFinding } from "../findings/finding-row.ts";
import { type Budget, eachMinute } from "../outbox/deliver.ts";
import type { Destination } from "../outbox/delivery.ts";
import type { Delivered } from "../outbox/delivery-report.ts";
import { fallBack } from "../outbox/fallback.ts";
import { readOutbox } from "../outbox/outbox.ts";
import { wake } from "../outbox/retry-now.ts";
import { type Parts, runPipeline } from "../pipeline.ts";
import { inParallel } from "../store/parallel.ts";
import type { Table } from "../store/table.ts";
import type { ApprovalsFile } from "./approvals-file.ts";
import { world } from "./compose.ts";
import { composeStorage } from "./compose-storage.ts";
import type { LocalWork, Owing } from "./local-app.ts";
import type { RoutesFile } from "./routes-file.ts";
import type { Settings } from "./settings.ts";

/** Between two pieces of the input: what a slow receiver did not take by then waits for the end. */
const betweenPieces: Budget = { ms: 5_000, sends: 500 };

/** A first retry comes after 5 s, so a receiver that only stumbled gets its notice within the same run. */
const patienceMs = 8_000;

/** A run that records into a table and tells the destinations. `warnings` are what there is to say before it begins. */
export function recordingWork(
	settings: Settings,
	table: Table,
	destinations: readonly Destination[],
	{
		parts,
		approvals,
		routes,
		warnings,
	}: {
		readonly parts: Omit<Parts, "judge" | "learn" | "quarantine" | "record" | "deliver">;
		readonly approvals: ApprovalsFile;
		readonly routes: RoutesFile;
		readonly warnings: LocalWork["begin"];
	},
): LocalWork {
	const cancelled = new AbortController();
	const deadline = (ms: number) => AbortSignal.any([world.deadline(ms), cancelled.signal]);
	const names = destinations.map((one) => one.name);
	const outside = { ...world, deadline };
	const { recorder, dispatcher, quarantine, judge, learn } = composeStorage(settings, table, destinations, { approvals, routes }, outside);
	const fallBackNow = async () => {
		if (settings.FALLBACK !== undefined) await fallBack(table, settings.FALLBACK, world.clock());
	};
	return {
		begin: async () => {
			await table.ensure();
			await endSilences({ ...world, table }, world.clock());
			await fallBackNow();
			await wake({ ...world, table }, names, world.clock());
			return warnings();
		},
		run: (messages) =>
			runPipeline(messages, {
				...parts,
				judge,
				learn,
				quarantine: quarantine.add,
				record: recorder.record,
				deliver: (recorded) => dispatcher.deliver(recorded, betweenPieces),
			}),
		async deliver() {
			await endSilences({ ...world, table }, world.clock());
			await fallBackNow();
			return dispatcher.deliverDue(eachMinute);
		},
		async settle(stop) {
			let quietSince = world.clock().getTime();
			const passes: Delivered[] = [];
			for (;;) {
				const pass = await dispatcher.deliverDue(betweenPieces);
				passes.push(pass);
				const { left, sent, oldestOwedMs } = pass;
				const now = world.clock().getTime();
				if (sent > 0) quietSince = now;
				const owing = left > 0 || oldestOwedMs !== undefined || (await countOwed(table, names)).length > 0;
				if (!owing || stop.aborted || now - quietSince > patienceMs) return passes;
				await world.sleep(500);
			}
		},
		cancel: () => cancelled.abort(),
		owed: () => countOwed(table, names),
		async findings(keys) {
			const rows = await inParallel(keys, 16, (key) => table.get(findingAddress(key)));
			return rows.flatMap((row) => (row === undefined ? [] : (readFinding(row).finding ?? [])));
		},
	};
}

async function countOwed(table: Table, names: readonly string[]): Promise<readonly Owing[]> {
	const { owed } = await readOutbox(table, names, world.clock());
	return [...owed].map(([destination, count]) => ({ destination, count }));
}
