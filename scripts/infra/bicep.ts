import { execFileSync, spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { homedir } from "node:os";
import { delimiter, join } from "node:path";

/** The version whose output is committed. It writes its number into the template, so no other gives the same file. */
const bicepVersion = "0.49.2";

export type BicepSearch = { readonly ok: true; readonly path: string } | { readonly ok: false; readonly missing: string };

/** Where scripts/infra/install-bicep.sh puts the compiler, where `az bicep install` does, then the PATH. Only the wanted version counts. */
export function findBicep(environment: Readonly<Record<string, string | undefined>> = process.env): BicepSearch {
	const home = environment["HOME"] ?? homedir();
	const cache = environment["XDG_CACHE_HOME"] ?? join(home, ".cache");
	const folders = [
		join(cache, "tunnelwatch", `bicep-${bicepVersion}`),
		join(home, ".azure", "bin"),
		...(environment["PATH"] ?? "").split(delimiter).filter((folder) => folder !== ""),
	];
	const others = new Set<string>();
	for (const path of folders.flatMap((folder) => [join(folder, "bicep"), join(folder, "bicep.exe")])) {
		if (!existsSync(path)) continue;
		const version = /\d+\.\d+\.\d+/.exec(spawnSync(path, ["--version"], { encoding: "utf8" }).stdout ?? "")?.[0];
		if (version === bicepVersion) return { ok: true, path };
		others.add(version ?? "one that does not start");
	}
	const found = others.size === 0 ? "" : ` Found: ${[...others].join(", ")}.`;
	return {
		ok: false,
		missing: `Bicep ${bicepVersion} is not installed.${found} Run scripts/infra/install-bicep.sh, or az bicep install --version v${bicepVersion}.`,
	};
}

export interface Compiled {
	/** The template, as the compiler writes it; empty when there is an error. */
	readonly template: string;
	/** What the compiler and its linter complain about, one line each. */
	readonly complaints: readonly string[];
}

/** Compiles a file with its modules. The linter runs along. */
export function compile(bicep: string, file: string): Compiled {
	const { stdout, stderr } = spawnSync(bicep, ["build", file, "--stdout"], { encoding: "utf8", maxBuffer: 16 * 1024 * 1024 });
	return { template: stdout, complaints: linesOf(stderr) };
}

/** Writes every source in a folder as the compiler's own formatter has it. */
export function format(bicep: string, folder: string): void {
	execFileSync(bicep, ["format", "--pattern", "./**/*.bicep"], { cwd: folder, stdio: "pipe" });
}

function linesOf(text: string): readonly string[] {
	return text
		.split("\n")
		.map((line) => line.trim())
		.filter((line) => line !== "");
}
