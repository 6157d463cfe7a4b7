import { mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import * as z from "zod";
import { replaceFile } from "./replace-file.ts";

/** The last message of a partition that was recorded. */
interface Checkpoint {
	readonly sequenceNumber: number;
	/** Text, because it can exceed 2^53. */
	readonly offset: string;
	readonly enqueuedAt: string;
}

/** Where reading ended in each partition of one hub, as far as one table knows. */
export interface Checkpoints {
	read(): Promise<ReadonlyMap<string, Checkpoint>>;
	write(partition: string, checkpoint: Checkpoint): Promise<void>;
}

const checkpoint = z.object({ sequenceNumber: z.number().int(), offset: z.string(), enqueuedAt: z.string() });
/** Table → hub → partition. */
const file = z.record(z.string(), z.record(z.string(), z.record(z.string(), checkpoint)));

export interface CheckpointPlace {
	readonly folder: string;
	/** The table that recorded these messages; another table has not. */
	readonly table: string;
	/** `<host>/<hub>` */
	readonly hub: string;
}

/** A small JSON file, replaced as a whole: whatever happens, it holds one complete state. */
export function createCheckpoints({ folder, table, hub }: CheckpointPlace): Checkpoints {
	const path = join(folder, "checkpoints.json");
	return {
		read: async () => new Map(Object.entries((await readAll(path))[table]?.[hub] ?? {})),
		async write(partition, reached) {
			await mkdir(folder, { recursive: true });
			// Read again each time: a run that reads another hub may have written meanwhile.
			const all = await readAll(path);
			const hubs = { ...all[table], [hub]: { ...all[table]?.[hub], [partition]: reached } };
			await replaceFile(path, `${JSON.stringify({ ...all, [table]: hubs }, undefined, "\t")}\n`);
		},
	};
}

async function readAll(path: string): Promise<z.output<typeof file>> {
	let text: string;
	try {
		text = await readFile(path, "utf8");
	} catch (error) {
		if (error instanceof Error && "code" in error && error.code === "ENOENT") return {};
		throw error;
	}
	const parsed = file.safeParse(parse(text));
	if (!parsed.success) throw new Error(`${path} is damaged; remove it to read from the oldest message again (repeats change nothing)`);
	return parsed.data;
}

function parse(text: string): unknown {
	try {
		return JSON.parse(text);
	} catch (error) {
		if (error instanceof SyntaxError) return undefined;
		throw error;
	}
}
