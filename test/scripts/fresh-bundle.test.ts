import { mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, statSync, truncateSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { freshBundle } from "../../scripts/clone/fresh-bundle.ts";

let base: string;
beforeAll(() => {
	base = mkdtempSync(join(tmpdir(), "tunnelwatch-fresh-"));
});
afterAll(() => rmSync(base, { recursive: true, force: true }));

/** A clone of two sources that says a word. */
function aClone(name: string): string {
	const root = join(base, name);
	const files = {
		"cli/main.ts": 'export { word } from "./word.ts";\nexport const from: string = import.meta.dirname;\n',
		"cli/word.ts": 'export const word: string = "first";\n',
		"package.json": '{ "type": "module" }',
		"tsconfig.json": "{}",
		"scripts/clone/fresh-bundle.ts": "",
		"scripts/npm/command-line.ts": "",
		"node_modules/.package-lock.json": "{}",
	};
	for (const [path, text] of Object.entries(files)) write(root, path, text);
	return root;
}

function write(root: string, path: string, text: string): void {
	mkdirSync(dirname(join(root, path)), { recursive: true });
	writeFileSync(join(root, path), text);
}

/** Long after the last change. */
const later = (minutes = 1) => Date.now() + minutes * 60_000;
const said = async (root: string, now = () => later()) => {
	const address = await freshBundle(root, now);
	return address === undefined ? undefined : { ...((await import(address)) as { word: string; from: string }), address };
};

test("the next run takes the same bundle, and it finds its files where the sources do", async () => {
	const root = aClone("same");
	const first = await said(root);

	expect(first).toMatchObject({ word: "first", from: join(root, "cli") });
	expect(await said(root, () => later(5))).toEqual(first);
});

test("whatever changes in the tree is in the next run, even with the size and the time that it had", async () => {
	const root = aClone("changed");
	await said(root);
	const { atime, mtime } = statSync(join(root, "cli", "word.ts"));
	write(root, "cli/word.ts", 'export const word: string = "other";\n');
	utimesSync(join(root, "cli", "word.ts"), atime, mtime);

	expect(await said(root)).toMatchObject({ word: "other" });
});

test("packages that npm installed since, another tsconfig.json and another place make another bundle", async () => {
	const root = aClone("packages");
	const first = await said(root);
	write(root, "node_modules/.package-lock.json", '{ "name": "new" }');
	const installed = await said(root);
	write(root, "tsconfig.json", '{ "compilerOptions": {} }');
	const configured = await said(root);
	renameSync(root, join(base, "moved"));
	const moved = await said(join(base, "moved"));

	expect(new Set([first, installed, configured, moved].map((one) => one?.address)).size).toBe(4);
	expect(moved?.from).toBe(join(base, "moved", "cli"));
});

test("sources that cannot be bundled, or are being saved, run as they are", async () => {
	const root = aClone("broken");
	// A clock behind the files is the same as a file that changed while it was read.
	expect(await freshBundle(root, () => later(-5))).toBeUndefined();
	await said(root);
	write(root, "cli/word.ts", "export const word = ;\n");
	expect(await freshBundle(root, () => later())).toBeUndefined();
	rmSync(join(root, "cli", "word.ts"));
	expect(await freshBundle(root, () => later())).toBeUndefined();
});

test("a bundle that a power cut or a cleaner damaged is made again: an empty one would end as if all were well", async () => {
	const root = aClone("damaged");
	write(
		root,
		"cli/main.ts",
		'export { word } from "./word.ts";\nexport const from: string = import.meta.dirname;\nexport const late = () => import("./word.ts");\n',
	);
	for (const damage of [(part: string) => truncateSync(part), (part: string) => rmSync(part)])
		for (const isDamaged of [(name: string) => name === "cli.cjs", (name: string) => name.startsWith("cli-")]) {
			const good = await said(root);
			const folder = dirname(good?.address ?? "");
			const parts = readdirSync(folder).filter(isDamaged);
			expect(parts).not.toEqual([]);
			for (const name of parts) damage(join(folder, name));

			const again = await said(root);
			expect(again).toMatchObject({ word: "first" });
			expect(again?.address).not.toBe(good?.address);
		}
});

test("only the latest bundles stay", async () => {
	const root = aClone("many");
	for (let edit = 1; edit <= 8; edit++) {
		write(root, "cli/word.ts", `export const word: string = "${edit}";\n`);
		expect(await said(root, () => later(edit))).toMatchObject({ word: String(edit) });
	}
	expect(readdirSync(join(root, "node_modules", ".cache", "tunnelwatch")).filter((name) => name !== "stamp.json")).toHaveLength(5);
});
