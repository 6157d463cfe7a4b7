import { groupDigits } from "../../lib/notify/group-digits.ts";
import type { Input } from "./find-inputs.ts";

/** What reading an input showed; complete when its batches have ended. */
export interface InputReading {
	readonly input: Input;
	/** For people, such as `JSON, one value per line (gzip)`. Empty until something was recognised. */
	format: string;
	/** Rows whose table we told from their columns, by table. */
	readonly inferred: Map<string, number>;
	/** Why it was not read, or not to its end; complete sentences. */
	problem: string | undefined;
	/** True for something that is no export at all, so that a folder may hold it. */
	foreign: boolean;
}

/** A reading with nothing in it yet; `readInput` fills it in. */
export function startReading(input: Input): InputReading {
	return { input, format: "", inferred: new Map(), problem: undefined, foreign: false };
}

/** Counts rows whose tables were told from their columns. */
export function noteTables(reading: InputReading, tables: readonly string[]): void {
	for (const table of tables) reading.inferred.set(table, (reading.inferred.get(table) ?? 0) + 1);
}

/** Notes why an input is not read: what it is, and what to do. */
export function refuse(reading: InputReading, what: string, cure: string): void {
	reading.problem = `${what}. ${cure}`;
}

/** Notes that an input ended in damage after so many messages or rows. */
export function noteDamage(reading: InputReading, error: unknown, count: number): void {
	const packing = error instanceof Error && "code" in error && /^(Z_|ZSTD_|ERR_|UND)/.test(String(error.code));
	const what =
		packing && reading.format !== "Event Hub Capture"
			? "is a damaged or incomplete archive"
			: `is damaged${reading.format === "" ? "" : ` (${reading.format})`}`;
	const how = count === 0 ? "nothing in it could be read" : `only its first ${groupDigits(count)} messages or rows could be read`;
	reading.problem = `${what}: ${how}. Export or copy it again.`;
}

/** Notes that an input stops before its end, so that nobody knows what was behind. */
export function noteCut(reading: InputReading, how: string): void {
	refuse(reading, `was cut short: ${how}, and what came after it is missing`, "Export or copy it again.");
}

/** Notes that an input is JSON of another kind. */
export function refuseOtherJson(reading: InputReading): void {
	reading.problem = "is JSON, but holds no Defender records.";
	reading.foreign = true;
}
