import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { readInput } from "../../../cli/input/read-input.ts";
import { startReading } from "../../../cli/input/reading.ts";
import { composeDetection } from "../../../lib/app/compose.ts";
import { readSettings } from "../../../lib/app/settings.ts";
import { deviceTables } from "../../../lib/defender/device.ts";
import { fileLimits } from "../../../lib/defender/limits.ts";
import { isTable } from "../../../lib/defender/tables.ts";
import { createLineScreens, type LineScreen } from "../../../lib/detect/prefilter/line-screen.ts";
import { inspect } from "../../../lib/inspect.ts";
import { project } from "../tunnelwatch.ts";

const read = readSettings({ RULES: "recommended" });
if (!read.ok) throw new Error("settings");
const detection = { ...composeDetection(read.settings), sieve: undefined, limits: fileLimits };
const newScreen = createLineScreens(detection.rules, [], (table) => isTable(table) || (deviceTables as readonly string[]).includes(table));

const exported = readFileSync(join(project, "test", "fixtures", "corpus", "messages.ndjson"), "utf8").trimEnd();

let folder: string;
beforeAll(() => {
	folder = mkdtempSync(join(tmpdir(), "tunnelwatch-large-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** What reading a file comes to, with and without passing over lines. */
async function readFileOf(text: string, screen?: () => LineScreen) {
	const path = join(folder, "export.ndjson");
	writeFileSync(path, text);
	const reading = startReading({ path, bytes: Buffer.byteLength(text), inFolder: false });
	const counts = { messages: 0, records: 0, known: 0 };
	const matches: string[] = [];
	const unreadable: string[] = [];
	let bytesRead = 0;
	let parsed = 0;
	for await (const batch of readInput(reading, new AbortController().signal, screen)) {
		const inspected = inspect(batch.messages, detection);
		counts.messages += inspected.messages + batch.passed.lines;
		counts.records += inspected.records + batch.passed.records;
		counts.known += inspected.known + batch.passed.known;
		parsed += batch.messages.length;
		matches.push(...inspected.sightings.map(({ recordId }) => recordId));
		unreadable.push(...inspected.quarantined.map(({ at, reason }) => `${at.message} ${reason}`));
		({ bytesRead } = batch);
	}
	return { ...counts, matches, unreadable, parsed, share: bytesRead / Buffer.byteLength(text), problem: reading.problem };
}

test.each([
	["with line feeds", "\n", "", ""],
	["with a byte order mark, carriage returns and no last line feed", "\r\n", "\uFEFF", '\r\n{"cut":'],
])("a file of many pieces %s gives the same with and without passing over lines", async (_, feed, before, after) => {
	const quiet = `{"records":[{"time":"t","tenantId":"t","category":"AdvancedHunting-DeviceProcessEvents","properties":{"FileName":"${"n".repeat(3_000)}"}}]}`;
	const some = exported.split("\n").slice(0, 40);
	const lines = Array.from({ length: 900 }, (_line, index) => (index % 30 === 7 ? (some[(index - 7) / 30] ?? quiet) : quiet));
	const text = before + lines.join(feed) + after;
	const [fast, slow] = [await readFileOf(text, newScreen), await readFileOf(text)];

	expect(Buffer.byteLength(text)).toBeGreaterThan(2.5e6);
	expect({ ...fast, parsed: undefined }).toEqual({ ...slow, parsed: undefined });
	expect(fast.matches.length).toBeGreaterThan(5);
	expect(fast.share).toBe(1);
	expect(slow.parsed).toBeGreaterThanOrEqual(900);
	expect(fast.parsed).toBeLessThan(60);
});
