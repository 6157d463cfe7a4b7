import type { Key, NewRow, Table, Transacted, Write, Written } from "../../lib/store/table.ts";
import type { MemoryTable } from "./memory-table.ts";
import { faultsAreOn, maybeDie, pause, type Stage, type Worker } from "./worker.ts";

/** Which of the two halves of the tool talks to the table: they die at different points. */
export type Role = "record" | "deliver";

/** The table as one worker sees it over a bad network. The faults come before the work, or after it. */
export function createFaultyTable(memory: MemoryTable, stage: Stage, worker: Worker, role: Role): Table {
	const { random } = stage.scheduler;
	const has = (kind: string) => faultsAreOn(stage) && stage.plan.some((planned) => planned === kind) && random() < 0.25;
	const refusedBefore = new Set<string>();

	const call = async <T>(points: Points | undefined, work: () => Promise<T>): Promise<T> => {
		if (points !== undefined) await maybeDie(stage, worker, points.before);
		await pause(stage, worker, 1 + random() * 10 + (has("T10") ? 5_000 : 0));
		await failBefore(has, stage, worker);
		const result = await work();
		if (points === undefined) return result;
		await maybeDie(stage, worker, points.after);
		await pause(stage, worker, 1 + random() * 10);
		return result;
	};

	/** Writes can also be done with nobody told, and can collide with writes that nobody sees. */
	const write = <T extends Written | Transacted>(points: Points | undefined, work: () => Promise<T>, collision: T): Promise<T> =>
		call(points, async () => {
			const collides = has("T1") || has("T2");
			worker.collisions = collides ? worker.collisions + 1 : 0;
			// Nobody can be expected to win against so many.
			if (worker.collisions >= 8) worker.lastTableFault = stage.scheduler.now();
			if (collides) return collision;
			const done = await work();
			if (!has("T9")) return done;
			worker.lastTableFault = stage.scheduler.now();
			if (random() < 0.3) throw new Error("Table Storage failed while writing: no answer within 10 s");
			// The SDK sends it again, and finds its own work.
			return work();
		});

	return {
		get: (key) => call(role === "record" ? undefined : readPoints(key), () => memory.get(key)),
		create: (row) => write(undefined, () => memory.create(row), { outcome: "conflict" }),
		replace: (row, etag) => write(replacePoints(row), () => memory.replace(row, etag), { outcome: "stale" }),
		remove: (key, etag) => call(undefined, () => memory.remove(key, etag)),
		transact: (writes) => {
			const points = role === "record" ? { before: "C3", after: "C4" } : settlePoints(writes);
			const work = async (): Promise<Transacted> => {
				// Once for each finding: refused twice it is set aside for good, as it should be.
				const name = writes[0]?.row.rowKey ?? "";
				if (role === "record" && !refusedBefore.has(name) && has("T11")) {
					refusedBefore.add(name);
					return { outcome: "refused", status: 400, index: writes.length - 1 };
				}
				return memory.transact(writes);
			};
			return write(points, work, { outcome: collisionOf(writes), index: 0 });
		},
		page: (range, options) =>
			call(role === "record" && range.from.startsWith("f|") ? { before: "C1", after: "C2" } : undefined, () => memory.page(range, options)),
		ensure: () => call(undefined, () => memory.ensure()),
	};
}

interface Points {
	readonly before: string;
	readonly after: string;
}

function readPoints({ rowKey }: Key): Points | undefined {
	return rowKey.startsWith("f|") ? { before: "C7", after: "C8" } : undefined;
}

function replacePoints({ rowKey, values }: NewRow): Points | undefined {
	if (!rowKey.startsWith("o|")) return undefined;
	return values["state"] === "leased" ? { before: "C5", after: "C6" } : { before: "C11", after: "C12" };
}

/** A notice is marked by moving it out of the open ones, or where it stands. */
function settlePoints(writes: readonly Write[]): Points | undefined {
	const [first] = writes;
	if (first === undefined || first.kind === "remove") return undefined;
	if (first.kind === "create") return writes.some(({ kind }) => kind === "remove") ? { before: "C11", after: "C12" } : undefined;
	return replacePoints(first.row);
}

function collisionOf(writes: readonly Write[]): "conflict" | "stale" {
	return writes[0]?.kind === "create" ? "conflict" : "stale";
}

async function failBefore(has: (kind: string) => boolean, stage: Stage, worker: Worker): Promise<void> {
	const failure = has("T3") ? "403" : has("T5") ? "500" : has("T6") ? "503" : has("T8") ? "ECONNRESET" : undefined;
	const hangs = has("T7");
	if (failure === undefined && !hangs) return;
	worker.lastTableFault = stage.scheduler.now();
	if (hangs) await pause(stage, worker, 10_000);
	throw new Error(`Table Storage failed: ${failure ?? "no answer within 10 s"}`);
}
