import { join } from "node:path";
import { createLocalApp, type LocalApp } from "../lib/app/local-app.ts";
import { localSettings, readSettings, type Settings } from "../lib/app/settings.ts";
import { type EmbeddedTable, startEmbeddedTable } from "./embedded-table.ts";
import { type SessionOptions, say } from "./session.ts";

/**
 * Reads the settings, opens the table they name or the embedded one, and closes it again behind `work`.
 * Returns the exit code of `work`, or the one that says what was wrong.
 */
export async function withApp(options: SessionOptions, work: (app: LocalApp) => Promise<number>): Promise<number> {
	const read = readSettings(options.approvals === undefined ? process.env : { ...process.env, APPROVALS_FILE: options.approvals });
	if (!read.ok) return wrongSettings(read.mistakes);
	const open = (endpoint: string | undefined) => work(createLocalApp(read.settings, endpoint, screen(options)));
	if (options.whatIf) return open(undefined);
	return withTable(read.settings, open);
}

/** Names them all, and nothing they say. Returns the exit code. */
export function wrongSettings(mistakes: readonly string[]): number {
	say(`Wrong settings; nothing was done.\n${mistakes.map((mistake) => `  ${mistake}`).join("\n")}`);
	return 2;
}

/** The table that the settings name; without one, the embedded table, closed behind `work`. */
export async function withTable(settings: Settings, work: (endpoint: string) => Promise<number>): Promise<number> {
	if (settings.TABLE_ENDPOINT !== undefined) return work(settings.TABLE_ENDPOINT);
	let embedded: EmbeddedTable;
	try {
		embedded = await startEmbeddedTable(dataFolder());
	} catch (error) {
		say(error instanceof Error ? error.message : String(error));
		return 1;
	}
	try {
		return await work(embedded.endpoint);
	} finally {
		await embedded.close();
	}
}

/** Where a person's machine keeps what a run must remember. */
export function dataFolder(): string {
	return process.env["DATA_FOLDER"] || join(import.meta.dirname, "..", localSettings.DATA_FOLDER.standard);
}

function screen({ json }: SessionOptions) {
	const out = json ? process.stderr : process.stdout;
	return {
		write: (text: string) => void out.write(text),
		terminal: () => ({ width: out.isTTY ? out.columns : 100, colour: out.isTTY && out.hasColors() }),
	};
}
