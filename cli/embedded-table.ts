import { existsSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { openSqliteTable, type SqliteTable } from "../lib/store/sqlite-table.ts";

export interface EmbeddedTable {
	readonly table: SqliteTable;
	/** Worth saying before the work begins; `undefined` = nothing. */
	readonly note: string | undefined;
}

/**
 * The table of a person's machine: one SQLite file in `folder`.
 * @throws with a sentence that names the folder or file and the cure.
 */
export async function openEmbeddedTable(folder: string, tableName: string, survives: "power cut" | "crash"): Promise<EmbeddedTable> {
	try {
		await mkdir(folder, { recursive: true });
	} catch (error) {
		throw new Error(`The data folder ${folder} cannot be created. Set DATA_FOLDER to a folder you can write to.`, { cause: error });
	}
	const file = join(folder, "findings.db");
	const isFirst = !existsSync(file);
	const table = await openSqliteTable(file, tableName, survives);
	return { table, note: isFirst ? noteOnOldData(folder) : undefined };
}

/** Version 0.1 kept its findings in a file of the table emulator. */
function noteOnOldData(folder: string): string | undefined {
	const old = join(folder, "table.json");
	if (!existsSync(old)) return undefined;
	return `${old} holds findings of an earlier version, which this one does not read: every device is reported as new once. Delete that file when you no longer need it.`;
}
