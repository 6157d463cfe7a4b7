import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { findInputs } from "../../../cli/input/find-inputs.ts";
import { createLedger, type InputResult } from "../../../cli/input/ledger.ts";
import { readInput } from "../../../cli/input/read-input.ts";
import { startReading } from "../../../cli/input/reading.ts";
import { composeDetection } from "../../../lib/app/compose.ts";
import { readSettings } from "../../../lib/app/settings.ts";
import { fileLimits } from "../../../lib/defender/limits.ts";
import { inspect } from "../../../lib/inspect.ts";

const read = readSettings({ RULES: "all" });
if (!read.ok) throw new Error("settings");
const detection = { ...composeDetection(read.settings), sieve: undefined, limits: fileLimits };

export interface FileRead {
	readonly result: InputResult;
	/** `rule table device report time`, sorted. */
	readonly matches: readonly string[];
}

/** Reads one file as a run does, up to the matches. */
export async function readFile(path: string): Promise<FileRead> {
	const [input] = await findInputs([path]);
	if (input === undefined) throw new Error(`nothing at ${path}`);
	const reading = startReading(input);
	const ledger = createLedger();
	const matches: string[] = [];
	const add = (messages: Parameters<typeof inspect>[0]) => {
		const inspected = inspect(messages, detection);
		ledger.add(reading, inspected);
		for (const { rules, table, device, reportId, timestamp } of inspected.sightings) {
			matches.push(...rules.map(({ id }) => `${id} ${table} ${device.id} ${reportId} ${timestamp}`));
		}
	};
	for await (const { messages } of readInput(reading, new AbortController().signal)) add(messages);
	add([]);
	const [result] = ledger.results();
	if (result === undefined) throw new Error("nothing was read");
	return { result, matches: matches.sort((a, b) => a.localeCompare(b)) };
}

/** A file of its own for this test. */
export function fileWith(content: Uint8Array | string, name = "export.bin"): string {
	const folder = mkdtempSync(join(tmpdir(), "tunnelwatch-"));
	onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
	const path = join(folder, name);
	writeFileSync(path, content);
	return path;
}
