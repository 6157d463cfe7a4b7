import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { brotliCompressSync, brotliDecompressSync, constants } from "node:zlib";

/** So many walks are kept. */
export const keptWalkCount = 1_000;

const modelFile = fileURLToPath(new URL("outbox.pml", import.meta.url));
const walksFile = fileURLToPath(new URL("walks.txt.br", import.meta.url));

/** Random walks through the model as SPIN prints them, each headed by `# <seed>`. The same seed gives the same walk. */
export function printWalks(seeds: Iterable<number>): string {
	const folder = mkdtempSync(join(tmpdir(), "tunnelwatch-walks-"));
	try {
		// SPIN would start the preprocessor for each walk.
		const model = join(folder, "outbox.pml");
		writeFileSync(model, execFileSync("gcc", ["-E", "-P", "-x", "c", modelFile]));
		const print = (seed: number): string => {
			const out = execFileSync("spin", ["-Pcat", "-T", `-n${seed}`, model], {
				cwd: folder,
				encoding: "utf8",
				stdio: ["ignore", "pipe", "inherit"],
			});
			const lines = out.split("\n").filter((line) => /^\w+ [12] /.test(line));
			return `# ${seed}\n${lines.join("\n")}\n`;
		};
		return [...seeds].map(print).join("");
	} finally {
		rmSync(folder, { recursive: true });
	}
}

/** The walks that are kept for tests where SPIN is not installed, headed by the model that they were made from. */
export function keptWalks(): string {
	return brotliDecompressSync(readFileSync(walksFile)).toString();
}

/** Replaces the kept walks. Takes minutes. */
export function keepWalks(): void {
	const text = `${modelHeader()}\n${printWalks(Array.from({ length: keptWalkCount }, (_, n) => n + 1))}`;
	writeFileSync(
		walksFile,
		brotliCompressSync(text, { params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_LGWIN]: 24 } }),
	);
}

/** Changes with the model, not with its comments. */
export function modelHeader(): string {
	const code = readFileSync(modelFile, "utf8")
		.replace(/\/\*[\s\S]*?\*\//g, "")
		.replace(/\s+/g, " ");
	return `model ${createHash("sha256").update(code).digest("hex")}`;
}
