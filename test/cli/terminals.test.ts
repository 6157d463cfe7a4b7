import { execFileSync, spawnSync } from "node:child_process";
import { join } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { beforeAll, describe, expect, test } from "vitest";
import { project } from "./tunnelwatch.ts";

const hasPython = spawnSync("python3", ["-c", "import pty, os; os.waitstatus_to_exitcode"]).status === 0;
if (!hasPython) process.stdout.write("Terminals are left out: they need python3 (3.9 or newer) with its module pty.\n");

const launcher = [process.execPath, join(project, "bin", "tunnelwatch.mjs")];
const samples = [...launcher, "run", "--what-if", join(project, "samples")];

interface Shown {
	readonly columns: number;
	readonly term: string;
	readonly code: number;
	readonly shown: string;
}

describe.skipIf(!hasPython)("in a terminal of its own", () => {
	let ended: readonly Shown[];
	let interrupted: Shown | undefined;
	beforeAll(() => {
		const runs = [
			...[0, 1, 40, 200].map((columns) => ({ command: samples, columns, term: "xterm-256color" })),
			{ command: samples, columns: 80, term: "dumb" },
			// Then reads the terminal, until somebody ends it.
			{ command: [...samples, "-"], columns: 80, term: "xterm", interruptAt: "messages" },
		];
		const { FORCE_COLOR: _f, NO_COLOR: _n, ...env } = process.env;
		const input = JSON.stringify(runs);
		const answer = execFileSync("python3", [join(import.meta.dirname, "in-terminals.py")], {
			input,
			encoding: "utf8",
			env,
			maxBuffer: 1e8,
		});
		const all = JSON.parse(answer) as readonly Shown[];
		[ended, interrupted] = [all.slice(0, -1), all.at(-1)];
	}, 600_000);

	test("a first run ends and says what it found, whatever the width", () => {
		expect(ended.map(({ code }) => code)).toEqual([0, 0, 0, 0, 0]);
		for (const { shown } of ended) {
			expect(plain(shown)).toContain("srv-dc01");
			expect(plain(shown)).toContain("Nothing was recorded and nothing was sent.");
		}
	});

	test.each([40, 200])("in %d columns no line of a card is wider", (width) => {
		const shown = ended.find(({ columns }) => columns === width)?.shown ?? "";
		const card = plain(shown)
			.split("\n")
			.filter((line) => line.startsWith("▌") && !line.includes("https://"));
		expect(card.length).toBeGreaterThan(10);
		expect(card.filter((line) => line.length > width)).toEqual([]);
	});

	test("a terminal that is narrow, unknown or dumb gets no line that is drawn over", () => {
		for (const { shown } of ended.filter(({ columns, term }) => columns < 20 || term === "dumb")) expect(shown).not.toContain("\u001b[2K");
	});

	test("Ctrl-C ends a run that waits for more, and says so", () => {
		expect(interrupted).toMatchObject({ code: 130, shown: expect.stringContaining("Stopped") });
	});
});

/** Without colours, links and carriage returns. */
function plain(shown: string): string {
	return stripVTControlCharacters(shown).replaceAll("\r", "");
}
