import { execFileSync, spawnSync } from "node:child_process";
import { copyFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** What the model checker says of one variant. */
export interface Checked {
	readonly errors: number;
	/** Distinct states that were visited. */
	readonly states: number;
	/** Everything was visited: no depth and no memory ran out. */
	readonly whole: boolean;
}

const model = fileURLToPath(new URL("outbox.pml", import.meta.url));

/** The tools that are missing here; the checker is made of C by the compiler. */
export function missingTools(): readonly string[] {
	return ["spin", "gcc"].filter((tool) => spawnSync(tool, [tool === "spin" ? "-V" : "--version"]).status !== 0);
}

/** Visits every state of the model, as it stands or with one line left out. Throws where a tool fails. */
export function check(define: string | undefined): Checked {
	const folder = mkdtempSync(join(tmpdir(), "tunnelwatch-model-"));
	try {
		copyFileSync(model, join(folder, "outbox.pml"));
		const run = (file: string, ...args: readonly string[]): string =>
			execFileSync(file, args, { cwd: folder, encoding: "utf8", stdio: ["ignore", "pipe", "ignore"], maxBuffer: 1 << 24 });
		run("spin", ...(define === undefined ? [] : [`-D${define}`]), "-a", "outbox.pml");
		run("gcc", "-O2", "-DSAFETY", "-DCOLLAPSE", "-w", "-o", "pan", "pan.c");
		const out = run("./pan", "-m200000");
		const number = (pattern: RegExp): number => Number(out.match(pattern)?.[1] ?? Number.NaN);
		return {
			errors: number(/errors: (\d+)/),
			states: number(/(\d+) states, stored/),
			whole: !/max search depth too small|out of memory|Search not completed/i.test(out),
		};
	} finally {
		rmSync(folder, { recursive: true });
	}
}
