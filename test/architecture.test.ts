import { existsSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { noticeKinds } from "../lib/findings/notice-kind.ts";
import { rooms, thinFiles } from "../scripts/import-directions.ts";

const page = readFileSync("docs/architecture.md", "utf8");
const readme = readFileSync("README.md", "utf8");

/** Rooms that are named before their first file is written. */
const planned = new Set(["lib/actions/"]);

test.each([
	["docs/architecture.md", page],
	["README.md", readme],
])("every file and folder that %s names is there", (_, text) => {
	const named = [...text.matchAll(/`((?:lib|cli|functions|test|scripts|infra|docs|samples)\/[\w./-]*)`/g)].map((match) => match[1] ?? "");
	expect(named.length).toBeGreaterThan(0);
	expect(named.filter((path) => !planned.has(path) && !existsSync(path))).toEqual([]);
});

test("the page names every room, every file that talks to the world and every reason for a notice", () => {
	const wanted = [...rooms.map((room) => (room.endsWith(".ts") ? `lib/${room}` : `lib/${room}/`)), ...thinFiles, ...noticeKinds];
	expect(wanted.filter((name) => !page.includes(`\`${name}\``))).toEqual([]);
});
