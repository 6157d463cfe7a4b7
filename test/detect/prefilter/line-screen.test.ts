import { readFileSync } from "node:fs";
import fc from "fast-check";
import { expect, test } from "vitest";
import { composeDetection } from "../../../lib/app/compose.ts";
import { readSettings } from "../../../lib/app/settings.ts";
import { fileLimits } from "../../../lib/defender/limits.ts";
import { isTable } from "../../../lib/defender/tables.ts";
import { has, not } from "../../../lib/detect/condition.ts";
import { createLineScreens } from "../../../lib/detect/prefilter/line-screen.ts";
import { inspect } from "../../../lib/inspect.ts";
import { aRule } from "../a-rule.ts";

const read = readSettings({ RULES: "recommended" });
if (!read.ok) throw new Error("settings");
const detection = { ...composeDetection(read.settings), sieve: undefined, limits: fileLimits };
const screens = createLineScreens(
	detection.rules,
	[],
	(table) => isTable(table) || table === "DeviceInfo" || table === "DeviceNetworkInfo",
);
if (screens === undefined) throw new Error("a recommended rule has nothing to look for");
const newScreen = screens;

const messages = readFileSync(new URL("../../fixtures/corpus/messages.ndjson", import.meta.url), "utf8")
	.split("\n")
	.filter((line) => line !== "");
const records = messages
	.flatMap((line) => (JSON.parse(line) as { readonly records: readonly object[] }).records)
	.map((record) => JSON.stringify(record));
const quiet = JSON.stringify({
	time: "2026-11-18T08:00:00Z",
	tenantId: "t",
	category: "AdvancedHunting-DeviceProcessEvents",
	properties: { FileName: "notepad.exe" },
});
/** What stands for a record in which no rule can match. */
const nothing = { category: "AdvancedHunting-", properties: {} };
const mail = JSON.stringify({
	time: "2026-11-18T08:00:00Z",
	tenantId: "t",
	category: "AdvancedHunting-EmailEvents",
	properties: { Subject: "hello" },
});

/** Messages of quiet and other records, so that hits stand first, last and in between. */
const mixed = [0, 7, 23].map((at) => `{"records":[${[records[at], quiet, mail, quiet, records[at + 1], mail, quiet].join(",")}]}`);

/** What a run counts and finds, by way of the screen, with the text cut into pieces. */
function screened(text: string, cuts: readonly number[]) {
	const bytes = Buffer.from(text);
	const edges = [0, ...cuts.map((cut) => cut % (bytes.length + 1)).toSorted((a, b) => a - b), bytes.length];
	const screen = newScreen();
	const fed = edges.slice(1).map((edge, index) => {
		const piece = Buffer.from(bytes.subarray(edges[index], edge));
		const part = screen.feed(piece);
		// The reader writes the next piece over it.
		piece.fill("x");
		return part;
	});
	const parts = [...fed, screen.end()];
	const lines = parts.flatMap((part) => part.lines);
	const inspected = inspect(
		lines.map(({ line, bytes, records: cut }) => ({
			at: { source: "f", message: line },
			body: cut === undefined ? bytes : { records: cut },
		})),
		detection,
	);
	const passed = parts.map((part) => part.passed);
	return {
		parsed: lines.length,
		messages: inspected.messages + passed.reduce((sum, one) => sum + one.lines, 0),
		records: inspected.records + passed.reduce((sum, one) => sum + one.records, 0),
		known: inspected.known + passed.reduce((sum, one) => sum + one.known, 0),
		matches: inspected.sightings.map(({ recordId }) => recordId),
		unreadable: inspected.quarantined.map(({ at, reason }) => `${at.message} ${reason}`),
	};
}

function whole(text: string) {
	const lines = text.split("\n").map((line, index) => ({ at: { source: "f", message: index + 1 }, body: Buffer.from(line) }));
	const inspected = inspect(
		lines.filter(({ body }) => body.toString().trim() !== ""),
		detection,
	);
	return {
		messages: inspected.messages,
		records: inspected.records,
		known: inspected.known,
		matches: inspected.sightings.map(({ recordId }) => recordId),
		unreadable: inspected.quarantined.map(({ at, reason }) => `${at.message} ${reason}`),
	};
}

test("however a file is cut into pieces, the screen counts and finds what parsing every line does", () => {
	const line = fc.constantFrom(
		...messages,
		...records,
		quiet,
		mail,
		...mixed,
		"",
		"  ",
		"not json",
		quiet.slice(0, 60),
		"[1]",
		`${quiet}\r`,
	);
	fc.assert(
		fc.property(
			fc.array(line, { minLength: 1, maxLength: 20 }),
			fc.array(fc.nat(), { maxLength: 6 }),
			fc.boolean(),
			(lines, cuts, ends) => {
				const text = lines.join("\n") + (ends ? "\n" : "");
				expect(screened(text, cuts)).toMatchObject(whole(text));
			},
		),
		{ numRuns: 300 },
	);
});

test("quiet lines are not parsed", () => {
	expect(screened(`${quiet}\n${mail}\n${quiet}\n`, [])).toMatchObject({ parsed: 0, messages: 3, records: 3, known: 2, unreadable: [] });
});

test("a rule with nothing to look for makes the lines of its tables parsed, and no other", () => {
	const blind = aRule(not(has("FileName", "x")), { tables: ["DeviceFileEvents"] });
	const screen = createLineScreens([...detection.rules, blind], [], isTable)?.();
	const fileRow = quiet.replace("DeviceProcessEvents", "DeviceFileEvents");

	expect(screen?.feed(Buffer.from(`${quiet}\n${fileRow}\n${mail}\n`))).toMatchObject({ lines: [{ line: 2 }], passed: { lines: 2 } });
});

test("of a long message only the records that hit are parsed, and each keeps its place", () => {
	const hit = quiet.replace("notepad.exe", "cloudflared.exe");
	const line = `{"records":[${[quiet, mail, hit, quiet, hit, mail].join(",")}]}`;
	const { lines, passed } = newScreen().feed(Buffer.from(`${line}\n`));

	expect(lines.map(({ records: cut }) => cut)).toEqual([[nothing, nothing, JSON.parse(hit), nothing, JSON.parse(hit), nothing]]);
	expect(passed).toEqual({ lines: 0, records: 0, known: 2 });
});

test("of a line without end only as much is kept as shows that it is too long", () => {
	const screen = newScreen();
	const piece = Buffer.alloc(16 * 1024 * 1024, "x");
	for (let fed = 0; fed < 5; fed++) expect(screen.feed(piece).lines).toEqual([]);
	const { lines } = screen.feed(Buffer.from(`\n${quiet}\n`));

	expect(lines.map(({ line, bytes }) => [line, bytes?.length])).toEqual([[1, 64 * 1024 * 1024 + 1]]);
	expect(screen.feed(Buffer.from("x\n")).lines).toMatchObject([{ line: 3 }]);
});
