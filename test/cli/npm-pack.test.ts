import { execFileSync, spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { project } from "./tunnelwatch.ts";

let base: string;
let home: string;
beforeAll(() => {
	base = mkdtempSync(join(tmpdir(), "tunnelwatch-npm-"));
	// Packed from a copy: packing changes package.json for a moment, and other tests read it.
	const copy = join(base, "copy");
	mkdirSync(copy);
	const files = execFileSync(
		"git",
		[
			"ls-files",
			"--cached",
			"--others",
			"--exclude-standard",
			"bin",
			"cli",
			"lib",
			"samples",
			"scripts",
			"functions",
			"*.json",
			"*.md",
			"LICENSE",
		],
		{ cwd: project, encoding: "utf8" },
	);
	for (const file of files.split("\n").filter((name) => name !== "" && !name.startsWith("test/"))) {
		mkdirSync(dirname(join(copy, file)), { recursive: true });
		cpSync(join(project, file), join(copy, file));
	}
	symlinkSync(join(project, "node_modules"), join(copy, "node_modules"));
	const path = `${dirname(process.execPath)}:${process.env["PATH"] ?? ""}`;
	const npm = (args: readonly string[], cwd: string) =>
		execFileSync("npm", args, { cwd, encoding: "utf8", env: { ...process.env, PATH: path, npm_config_cache: join(base, "cache") } });
	const before = readFileSync(join(copy, "package.json"), "utf8");
	npm(["pack", "--silent", "--pack-destination", base], copy);
	expect(readFileSync(join(copy, "package.json"), "utf8")).toBe(before);
	home = join(base, "home");
	mkdirSync(home);
	const [tarball = ""] = readdirSync(base).filter((name) => name.endsWith(".tgz"));
	// Offline: whatever it needs must be inside.
	npm(["install", "--offline", "--no-audit", "--no-fund", join(base, tarball)], home);
});
afterAll(() => rmSync(base, { recursive: true, force: true }));

const run = (args: readonly string[]) =>
	spawnSync(process.execPath, [join(home, "node_modules", "tunnelwatch", "bin", "tunnelwatch.mjs"), ...args], {
		cwd: home,
		encoding: "utf8",
		env: { ...process.env, NO_COLOR: "1", DATA_FOLDER: join(base, "data") },
	});

test("the package installs nothing beside itself, and carries no sources", () => {
	expect(readdirSync(join(home, "node_modules")).filter((name) => !name.startsWith("."))).toEqual(["tunnelwatch"]);
	expect(readdirSync(join(home, "node_modules", "tunnelwatch")).toSorted((a, b) => (a < b ? -1 : 1))).toEqual([
		"LICENSE",
		"README.md",
		"bin",
		"dist",
		"package.json",
		"samples",
	]);
	expect(readdirSync(join(home, "node_modules", ".bin"))).toContain("tunnelwatch");
});

test("it finds what is in its samples, records it, and draws the cards", () => {
	const samples = join(home, "node_modules", "tunnelwatch", "samples");
	const dry = run(["run", "--what-if", samples]);
	const real = run(["run", samples]);
	const card = run(["card", "sample", "--out", join(base, "cards.html")]);

	expect(dry.stdout).toContain("40 matches on 7 devices");
	expect(real.stdout).toContain("notices sent");
	expect(card.stdout).toContain("cards.html");
	expect([dry.status, real.status, card.status]).toEqual([0, 0, 0]);
	expect(run(["--version"]).stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
});

test("the licences of everything inside go along", () => {
	const text = readFileSync(join(home, "node_modules", "tunnelwatch", "dist", "THIRD-PARTY-LICENSES.txt"), "utf8");
	for (const name of ["commander", "csv-parse", "avsc", "@azure/data-tables", "adaptivecards"]) expect(text).toContain(`${name} `);
});
