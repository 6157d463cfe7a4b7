import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join, posix } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import * as z from "zod";
import { above, around, directionOverrides, rooms, splitOverrides, thinFiles } from "../../scripts/import-directions.ts";

const style = z.looseObject({ style: z.looseObject({}).optional() });
const config = z.looseObject({ overrides: z.array(z.looseObject({ linter: z.looseObject({ rules: style }) })) });
const readBiome = async () => config.parse(JSON.parse(await readFile("biome.json", "utf8")));

const isFile = (room: string) => room.endsWith(".ts");

/** A file of a room, `deep` folders down where the room is a folder. */
function fileOf(room: string, name: string, deep = 0): string {
	const folder = around.some((one) => one === room) ? room : `lib/${room}`;
	return isFile(room) ? `lib/${room}` : posix.join(folder, ...Array.from({ length: deep }, () => "inner"), `${name}.ts`);
}

function importing(from: string, to: string): string {
	return `import { x } from "${posix.relative(dirname(from), to)}";\nexport const y = x;\n`;
}

/** Every file planted, and what the linter must say of each. */
const planted = new Map<string, { text: string; refused: boolean }>();
for (const room of rooms) {
	const upward = above(room);
	for (const other of [...rooms, ...around].filter((one) => one !== room)) {
		const from = fileOf(room, `imports-${other.replace(".ts", "-file")}`, rooms.indexOf(room) % 3);
		// A room that is one file has its import planted below.
		if (!isFile(room)) planted.set(from, { text: importing(from, fileOf(other, "thing")), refused: upward.includes(other) });
	}
	if (isFile(room)) continue;
	for (const module of ["node:fs", "node:fs/promises", "node:net", "node:dns", "node:http2", "@azure/data-tables"]) {
		const from = fileOf(room, module.replaceAll(/\W/g, "-"));
		planted.set(from, { text: `import * as x from "${module}";\nexport const y = x;\n`, refused: room !== "app" });
	}
	for (const use of ['fetch("https://example.com")', "process.argv", "setTimeout(() => undefined, 1)"]) {
		const from = fileOf(room, use.replaceAll(/\W/g, "-"));
		planted.set(from, { text: `export const y = ${use};\n`, refused: room !== "app" });
	}
	const computes = fileOf(room, "computes");
	planted.set(computes, { text: `import { createHash } from "node:crypto";\nexport const y = createHash;\n`, refused: false });
}
for (const [form, text] of [
	["type", 'export type { X } from "../app/thing.ts";\n'],
	["star", 'export * from "../app/thing.ts";\n'],
	["dynamic", 'export const y = await import("../app/thing.ts");\n'],
] as const) {
	planted.set(`lib/defender/form-${form}.ts`, { text, refused: true });
}
for (const room of rooms.filter(isFile)) {
	planted.set(`lib/${room}`, { text: importing(`lib/${room}`, "lib/app/thing.ts"), refused: true });
}
for (const file of thinFiles) {
	planted.set(file, { text: 'import * as x from "node:net";\nexport const y = [x, fetch];\n', refused: false });
}
planted.set("functions/detects.ts", { text: importing("functions/detects.ts", "lib/app/thing.ts"), refused: false });
planted.set("functions/records.ts", { text: importing("functions/records.ts", "lib/outbox/thing.ts"), refused: true });
planted.set("functions/flows.ts", { text: importing("functions/flows.ts", "lib/pipeline.ts"), refused: true });
planted.set("functions/commands.ts", { text: importing("functions/commands.ts", "cli/thing.ts"), refused: true });
planted.set("cli/functions.ts", { text: importing("cli/functions.ts", "functions/thing.ts"), refused: true });
planted.set("cli/store.ts", { text: importing("cli/store.ts", "lib/store/thing.ts"), refused: false });

const report = z.object({ diagnostics: z.array(z.object({ category: z.string(), location: z.object({ path: z.string() }) })) });

/** The files of `folder` that the real linter refuses by the two rules about imports and globals. */
async function refusedFiles(folder: string): Promise<ReadonlySet<string>> {
	const args = [
		"lint",
		"--only=style/noRestrictedImports",
		"--only=style/noRestrictedGlobals",
		"--reporter=json",
		"--max-diagnostics=none",
		".",
	];
	const out = await new Promise<string>((resolve) => {
		execFile(join(process.cwd(), "node_modules/.bin/biome"), args, { cwd: folder, maxBuffer: 64 * 1024 * 1024 }, (_, stdout) =>
			resolve(stdout),
		);
	});
	const ofDirections = report
		.parse(JSON.parse(out))
		.diagnostics.filter(({ category }) => /noRestricted(?:Imports|Globals)$/.test(category));
	return new Set(ofDirections.map(({ location }) => location.path));
}

let folder = "";
let refused: ReadonlySet<string> = new Set();
beforeAll(async () => {
	folder = await mkdtemp(join(tmpdir(), "directions-"));
	const { $schema: _, ...biome } = await readBiome();
	// The domains read the whole project; the rules asked for do not need them.
	await writeFile(join(folder, "biome.json"), JSON.stringify({ ...biome, linter: { rules: { preset: "none" } } }));
	for (const [path, { text }] of planted) {
		await mkdir(join(folder, dirname(path)), { recursive: true });
		await writeFile(join(folder, path), text);
	}
	refused = await refusedFiles(folder);
});
afterAll(() => rm(folder, { recursive: true }));

test("biome.json says what the table of import directions says", async () => {
	expect(splitOverrides(await readBiome()).directions).toEqual(directionOverrides());
});

test("above a room is all that comes after it, and what stands around lib/", () => {
	expect(above("watch")).toEqual(["notify", "actions", "inspect.ts", "pipeline.ts", "app", "functions", "cli", "scripts", "test"]);
	expect(above("app")).toEqual(["functions", "cli", "scripts", "test"]);
});

test("every folder and file directly in lib/ is a room of the table", async () => {
	expect((await readdir("lib")).filter((name) => !rooms.some((room) => room === name))).toEqual([]);
});

test.each(rooms)("the linter refuses every import of %s from above, and what reaches the world, and nothing else", (room) => {
	const own = [...planted].filter(([path]) => path === `lib/${room}` || path.startsWith(`lib/${room}/`));
	expect(own.length).toBeGreaterThan(0);
	const wanted = own.filter(([, one]) => one.refused).map(([path]) => path);
	expect(wanted.length).toBeGreaterThan(0);

	expect(own.map(([path]) => path).filter((path) => refused.has(path))).toEqual(wanted);
});

test("functions know the app only, and neither they nor the command line know the other", () => {
	const own = [...planted].filter(([path]) => !path.startsWith("lib/"));

	expect(own.map(([path]) => path).filter((path) => refused.has(path))).toEqual(own.filter(([, one]) => one.refused).map(([path]) => path));
});
