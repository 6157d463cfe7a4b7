import { globSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { nextCommands } from "../../cli/first-screen.ts";
import { jsonText } from "../../cli/json-text.ts";

test("--json holds nothing that a terminal obeys or that moves text about, and reads back as it was", () => {
	const value = {
		deviceName: "x\u009b31mRED\u009d0;t\u009c\u007f",
		user: "\u202egnp.exe\u2066",
		tag: "\u{e0041}\ufeff",
		line: "a\u2028b",
		ok: "é 漢",
	};

	const text = jsonText(value);

	expect(text).toBe(
		'{"deviceName":"x\\u009b31mRED\\u009d0;t\\u009c\\u007f","user":"\\u202egnp.exe\\u2066","tag":"\\udb40\\udc41\\ufeff","line":"a\\u2028b","ok":"é 漢"}',
	);
	expect(JSON.parse(text)).toEqual(value);
});

test("a file of approvals keeps its lines", () => {
	expect(jsonText({ approvals: [{ name: "a\u202eb" }] }, "\t")).toBe(
		'{\n\t"approvals": [\n\t\t{\n\t\t\t"name": "a\\u202eb"\n\t\t}\n\t]\n}',
	);
});

test("every --json goes through it", () => {
	// The places of a hub's reader and a message to the hub are for no terminal.
	const others = ["cli/json-text.ts", "cli/checkpoints.ts", "cli/drill.ts"];
	const own = globSync("cli/**/*.ts").filter((file) => readFileSync(file, "utf8").includes("JSON.stringify("));
	expect(own.filter((file) => !others.includes(file))).toEqual([]);
});

test("a file's name with a direction mark does not turn the commands to go on with around", () => {
	expect(nextCommands([], { whatIf: true, read: { from: "files", paths: ["a\u202egnp.ndjson"] } })).toContain(
		"npx tunnelwatch run 'a?gnp.ndjson'",
	);
});
