import { execFileSync, spawnSync } from "node:child_process";
import { join } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { beforeAll, describe, expect, test } from "vitest";
import { project } from "./tunnelwatch.ts";

const hasPython = spawnSync("python3", ["-c", "import pty, os; os.waitstatus_to_exitcode"]).status === 0;
if (!hasPython) process.stdout.write("Terminals are left out: they need python3 (3.9 or newer) with its module pty.\n");

const launcher = [process.execPath, join(project, "bin", "tunnelwatch.mjs")];
const samples = [...launcher, "run", "--what-if", join(project, "samples")];

/** A command that asks and waits. */
const asking = `
import { terminalAsk } from ${JSON.stringify(join(project, "cli/doctor/ask.ts"))};
import { endOnSignals } from ${JSON.stringify(join(project, "cli/stop-signals.ts"))};
endOnSignals();
console.log("answered:", await terminalAsk()("Which one?"));`;

const redrawn = "\u001b[2K";

interface Shown {
	readonly env: Readonly<Record<string, string>>;
	readonly columns: number;
	readonly term: string;
	readonly code: number;
	readonly shown: string;
}

describe.skipIf(!hasPython)("in a terminal of its own", () => {
	let ended: readonly Shown[];
	let interrupted: Shown | undefined;
	let asked: Shown | undefined;
	beforeAll(() => {
		const runs = [
			...[0, 1, 20, 40].map((columns) => ({ command: samples, columns, term: "xterm-256color" })),
			{ command: samples, columns: 80, term: "xterm-256color", env: { NO_COLOR: "1" } },
			{ command: samples, columns: 200, term: "xterm-256color" },
			{ command: samples, columns: 80, term: "dumb", env: { FORCE_COLOR: "1" } },
			// Then reads the terminal, until somebody ends it.
			{ command: [...samples, "-"], columns: 80, term: "xterm", interruptAt: "messages" },
			{ command: [process.execPath, "--input-type=module", "-e", asking], columns: 80, term: "xterm", interruptAt: "Which one?" },
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
		[ended, interrupted, asked] = [all.slice(0, -2), all.at(-2), all.at(-1)];
	}, 600_000);

	test("a first run ends and says what it found, whatever the width", () => {
		expect(ended.map(({ code }) => code)).toEqual([0, 0, 0, 0, 0, 0, 0]);
		for (const { shown } of ended) {
			expect(plain(shown)).toContain("srv-dc01");
			expect(plain(shown).replace(/\s+/g, " ")).toContain("Nothing was recorded and nothing was sent.");
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

	test.each([40, 80, 200])("in %d columns no line is wider but addresses and commands to copy, which stay whole", (width) => {
		const shown = ended.find(({ columns, term }) => columns === width && term !== "dumb")?.shown ?? "";
		const lines = plain(withoutProgress(shown)).split("\n");
		const wider = lines.filter((line) => line.length > width && !line.includes("https://") && !line.startsWith("  npx "));
		expect(lines.length).toBeGreaterThan(30);
		expect(wider).toEqual([]);
	});

	test("NO_COLOR takes the colours away, and FORCE_COLOR gives them to a dumb terminal, too", () => {
		const [refused, forced] = [ended.find(({ env }) => "NO_COLOR" in env), ended.find(({ env }) => "FORCE_COLOR" in env)];
		expect(refused?.shown.replaceAll(redrawn, "")).not.toContain("\u001b[");
		expect(forced?.shown).toContain("\u001b[");
	});

	test("a terminal that is narrow, unknown or dumb gets no line that is drawn over", () => {
		for (const { shown } of ended.filter(({ columns, term }) => columns < 20 || term === "dumb")) expect(shown).not.toContain("\u001b[2K");
	});

	test("Ctrl-C ends a run that waits for more, and says so", () => {
		expect(interrupted).toMatchObject({
			code: 130,
			shown: expect.stringContaining("Stopped by Ctrl-C"),
		});
	});

	test("Ctrl-C at a question is no answer: it ends the command", () => {
		expect(asked).toMatchObject({ code: 130, shown: expect.stringContaining("Stopped by Ctrl-C. Nothing was changed or sent.") });
		expect(asked?.shown).not.toContain("answered");
	});
});

/** Without the line that is drawn over. */
function withoutProgress(shown: string): string {
	const parts = shown.split(redrawn);
	return parts.map((part, index) => (index === parts.length - 1 ? part : part.slice(0, part.lastIndexOf("\n") + 1))).join("");
}

/** Without colours, links and carriage returns. */
function plain(shown: string): string {
	return stripVTControlCharacters(shown).replaceAll("\r", "");
}
