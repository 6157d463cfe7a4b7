import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { auditText } from "../../cli/audit/words.ts";
import { resultText } from "../../cli/doctor/report.ts";
import { foldText } from "../../cli/fold-text.ts";
import { textTable } from "../../cli/text-table.ts";
import { displayWidth } from "../../lib/notify/console/wrap.ts";
import { project, tunnelwatch } from "./tunnelwatch.ts";

const samples = join(project, "samples");
const export_ = join(samples, "event-hub.ndjson");
let folder = "";
let env: Readonly<Record<string, string>> = {};
let id = "";
beforeAll(async () => {
	folder = mkdtempSync(join(tmpdir(), "tunnelwatch-widths-"));
	env = { DATA_FOLDER: join(folder, "data") };
	writeFileSync(
		join(folder, "routes.json"),
		'[{"name":"servers of the finance department","to":["teams"],"when":{"deviceGroup":["Domain controllers"]}}]',
	);
	await tunnelwatch(["run", "--json", samples], { env });
	await tunnelwatch(["approvals", "propose", samples, "--out", join(folder, "proposed.json")], { env });
	const known = await tunnelwatch(["findings", "--json"], { env });
	id = String(known.lines[0]?.["finding"]);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Stay whole, to be copied. */
const whole = /https?:\/\/|file:\/\/|^ {2,}.*tunnelwatch \S|^\s+source </;

const commands: readonly (readonly [string, () => readonly string[]])[] = [
	["the help", () => ["--help"]],
	["the help of run", () => ["run", "--help"]],
	["the help of approvals add", () => ["approvals", "add", "--help"]],
	["help quarantine", () => ["help", "quarantine"]],
	["findings", () => ["findings"]],
	["findings show", () => ["findings", "show", id]],
	["rules", () => ["rules"]],
	["rules explain", () => ["rules", "explain", "cloudflared-usage", "--record", export_]],
	["backtest", () => ["backtest", samples]],
	["approvals list", () => ["approvals", "list", join(samples, "approvals.json")]],
	["approvals check", () => ["approvals", "check", join(samples, "approvals.json")]],
	["approvals propose", () => ["approvals", "propose", samples, "--out", join(folder, "proposed.json")]],
	["routes check", () => ["routes", "check", join(folder, "routes.json")]],
	["routes explain", () => ["routes", "explain", id, "--routes", join(folder, "routes.json")]],
	["a wrong command", () => ["fidnings"]],
];

describe.each(commands)("%s", (_, args) => {
	test("fits terminals of 20 and 40 columns, but for addresses and commands to copy, and loses no word", async () => {
		const piped = await tunnelwatch(args(), { env });
		for (const columns of [20, 40]) {
			const ran = await tunnelwatch(args(), { env, columns });
			const lines = `${ran.stdout}\n${ran.stderr}`.split("\n");
			expect(lines.filter((line) => displayWidth(line) > columns && !whole.test(line))).toEqual([]);
			expect([ran.code, piped.code]).toEqual(args()[0] === "fidnings" ? [2, 2] : [0, 0]);
			if (columns === 20) continue;
			const said = letters(ran.stdout + ran.stderr);
			for (const word of new Set((piped.stdout + piped.stderr).match(/\b[A-Z]?[a-z]{2,11}\b/g))) expect(said).toContain(word.toLowerCase());
		}
	});
});

test.each(["findings", "--help", "rules"])("%s says the same in terminals of 0 and 1 columns as in a pipe", async (command) => {
	const ran = (columns?: number) => tunnelwatch([command], { env, ...(columns === undefined ? {} : { columns }) });
	const piped = await ran();
	expect((await ran(0)).stdout).toBe(piped.stdout);
	const narrow = letters((await ran(1)).stdout);
	for (const word of new Set(piped.stdout.match(/\b[A-Z]?[a-z]{2,11}\b/g))) expect(narrow).toContain(word.toLowerCase());
});

/** Without what folding changes. */
function letters(text: string): string {
	return text.replace(/[\s█]/g, "").toLowerCase();
}

test("doctor: a finding folds below its sign, its why and its fix", () => {
	const text = resultText({
		check: "table",
		verdict: "failure",
		says: "It does not answer.",
		why: "Nothing is kept.",
		fix: "Set TABLE_ENDPOINT.",
	});
	expect(foldText(text, 30)).toBe(
		"✖ table\n    It does not answer.\n    why\n        Nothing is kept.\n    fix\n        Set TABLE_ENDPOINT.",
	);
});

test("audit: where the table is too wide, each partition has lines of its own", () => {
	const partition = {
		partition: "0",
		kept: { from: 0, to: 9 },
		covered: 10,
		running: 0,
		missing: "",
		missingCount: 0,
		expired: "",
		expiredCount: 0,
		rereadCount: 0,
	};
	const text = auditText([{ hub: "defender", partitions: [partition] } as unknown as Parameters<typeof auditText>[0][number]], 40);
	expect(text.split("\n").slice(0, 4)).toEqual(["defender", "  0", "  kept: 0-9", "  covered: 10"]);
});

test("a table keeps its columns where they fit, and in a pipe", () => {
	const table = (columns: number | undefined) => textTable(["A", "B"], [["日本", "x"]], { heads: 1, columns });
	expect(table(undefined)).toEqual(["A     B", "日本  x"]);
	expect(table(7)).toEqual(["A     B", "日本  x"]);
	expect(table(6)).toEqual(["日本", "  b: x"]);
});
