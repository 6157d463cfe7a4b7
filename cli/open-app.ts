import { resolve } from "node:path";
import { createLocalApp, type LocalApp } from "../lib/app/local-app.ts";
import { localSettings, readSettings, type Settings } from "../lib/app/settings.ts";
import { redact } from "../lib/families/redact.ts";
import type { Table } from "../lib/store/table.ts";
import type { EmbeddedTable } from "./embedded-table.ts";
import { printLine } from "./print-line.ts";
import { createScreen } from "./screen.ts";
import type { SessionOptions } from "./session.ts";

/**
 * Reads the settings, opens the table they name or the embedded one, and closes it again behind `work`.
 * Returns the exit code of `work`, or the one that says what was wrong.
 */
export async function withApp(options: SessionOptions, work: (app: LocalApp) => Promise<number>): Promise<number> {
	const read = readSettings(options.approvals === undefined ? process.env : { ...process.env, APPROVALS_FILE: options.approvals });
	if (!read.ok) return wrongSettings(read.mistakes);
	// Named for this run, so a run without it would not be what was asked for.
	if (options.approvals !== undefined && !(await (await import("./approvals.ts")).isUsable(options.approvals))) return 2;
	const screen = createScreen(options.json ? process.stderr : process.stdout, process.env, options.cards);
	const open = async (table: Table | undefined) => work(await createLocalApp(read.settings, table, screen));
	if (options.whatIf) return open(undefined);
	// Files can be read again after a power cut; a hub is read on from where the last run ended.
	return withTable(read.settings, open, options.read.from === "hub" ? "power cut" : "crash");
}

/** Names them all, and nothing they say. Returns the exit code. */
export function wrongSettings(mistakes: readonly string[]): number {
	printLine(`Wrong settings; nothing was done.\n${mistakes.map((mistake) => `  ${mistake}`).join("\n")}`);
	return 2;
}

/** The table that the settings name; without one, the embedded table, closed behind `work`. */
export async function withTable(
	settings: Settings,
	work: (table: Table) => Promise<number>,
	survives: "power cut" | "crash" = "power cut",
): Promise<number> {
	const { TABLE_ENDPOINT: endpoint, TABLE_NAME: name } = settings;
	// The SDK is loaded only if there is an account: loading takes longer than most commands.
	if (endpoint !== undefined) return work((await import("../lib/app/open-table.ts")).openTable(endpoint, name));
	let embedded: EmbeddedTable;
	try {
		embedded = await (await import("./embedded-table.ts")).openEmbeddedTable(dataFolder(), name, survives);
	} catch (error) {
		printLine(error instanceof Error ? redact(error.message) : "The embedded table cannot be opened.");
		return 1;
	}
	if (embedded.note !== undefined) printLine(embedded.note);
	try {
		return await work(embedded.table);
	} finally {
		embedded.table.close();
	}
}

/** Where a person's machine keeps what a run must remember. */
export function dataFolder(): string {
	return resolve(process.env["DATA_FOLDER"] || localSettings.DATA_FOLDER.standard);
}
