import { globSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { destinationKinds } from "../../lib/notify/index.ts";

// A new destination is its folder and one line in the list: so nothing else may know one by name.

const files = globSync("{lib,cli,functions}/**/*.ts").filter((file) => file !== "lib/notify/index.ts");
/** Shapes of other services' secrets, to be removed wherever they stand: about no destination. */
const shapes = "lib/secrets/known-secrets.ts";
const folders = destinationKinds.map(({ name }) => `lib/notify/${name}/`);

describe.each(destinationKinds)("$name", ({ name, settings }) => {
	const naming = (words: readonly string[], where: readonly string[]): readonly string[] => {
		const any = new RegExp(`\\b(${words.join("|")})\\b`, "i");
		return files.filter((file) => !where.some((folder) => file.startsWith(folder)) && any.test(readFileSync(file, "utf8")));
	};

	test("has settings that only its own folder names", () => {
		expect(naming(Object.keys(settings), [`lib/notify/${name}/`])).toEqual([]);
	});

	test("is known by name to no room and no command", () => {
		expect(naming([name], [...folders, shapes])).toEqual([]);
	});
});

test("the files are there to be read", () => {
	expect(files.length).toBeGreaterThan(100);
	expect(files).toContain("lib/notify/teams/kind.ts");
});
