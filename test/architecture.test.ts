import { existsSync, globSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { noticeKinds } from "../lib/findings/notice-kind.ts";
import { rooms, thinFiles } from "../scripts/import-directions.ts";

const page = readFileSync("docs/architecture.md", "utf8");
const readme = readFileSync("README.md", "utf8");

test.each([
	["docs/architecture.md", page],
	["README.md", readme],
])("every file and folder that %s names is there", (_, text) => {
	const named = [...text.matchAll(/`((?:lib|cli|functions|test|scripts|infra|docs|samples)\/[\w./-]*)`/g)].map((match) => match[1] ?? "");
	expect(named.length).toBeGreaterThan(0);
	expect(named.filter((path) => !existsSync(path))).toEqual([]);
});

test("the page names every room, every file that talks to the world and every reason for a notice", () => {
	const wanted = [...rooms.map((room) => (room.endsWith(".ts") ? `lib/${room}` : `lib/${room}/`)), ...thinFiles, ...noticeKinds];
	expect(wanted.filter((name) => !page.includes(`\`${name}\``))).toEqual([]);
});

/** The only places beside the family's own folder that may name its tool, and why. */
const namesTheTool = new Set([
	// The list of families.
	"lib/families/index.ts",
	// Rows of earlier versions were written with the word; it means nothing today.
	"lib/knowledge/device-row-key.ts",
	// A drill plays one start of a real tool.
	"lib/app/synthetic.ts",
]);

test("what is known about one tool stands in its family's folder", () => {
	const files = globSync("lib/**/*.ts").filter((path) => !path.startsWith("lib/families/cloudflared/") && !namesTheTool.has(path));
	expect(files.length).toBeGreaterThan(100);
	expect(files.filter((path) => /cloudflare|argotunnel/i.test(readFileSync(path, "utf8")))).toEqual([]);
});

/** Each line that exports something, with the line above it. */
function exportsOf(path: string): readonly { readonly where: string; readonly line: string; readonly above: string }[] {
	const lines = readFileSync(path, "utf8").split("\n");
	return lines.flatMap((line, index) =>
		line.startsWith("export ") ? [{ where: `${path}:${index + 1}`, line, above: lines[index - 1]?.trim() ?? "" }] : [],
	);
}

const exported = globSync("{lib,cli,functions}/**/*.ts").flatMap(exportsOf);

test("every exported function says what its caller must know, right above it", () => {
	const functions = exported.filter(({ line }) => /^export (?:(?:async )?function\b|const \w+[^=]* = (?:async )?(?:\(|\w+ =>))/.test(line));
	expect(functions.length).toBeGreaterThan(500);
	expect(functions.filter(({ above }) => !above.endsWith("*/")).map(({ where }) => where)).toEqual([]);
});

test("an exported name has one meaning", () => {
	const named = exported.flatMap(({ where, line }) => {
		const name = /^export (?:async )?(?:function\*?|const|type|interface) (\w+)/.exec(line)?.[1];
		return name === undefined ? [] : [{ where, name }];
	});
	expect(named.length).toBeGreaterThan(1_000);
	const twice = [...Map.groupBy(named, ({ name }) => name)].filter(([, places]) => places.length > 1);
	expect(twice.map(([name, places]) => `${name}: ${places.map(({ where }) => where).join(", ")}`)).toEqual([]);
});
