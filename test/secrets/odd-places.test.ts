import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { redact } from "../../lib/families/redact.ts";
import { growsFaster } from "../linear/patterns.ts";

interface OddPlace {
	readonly name: string;
	readonly text: string;
	readonly mustNotAppear: readonly string[];
}

const cases = JSON.parse(readFileSync("test/fixtures/identity/secrets.json", "utf8")) as readonly OddPlace[];

test("there are odd places to look at", () => {
	expect(cases.length).toBeGreaterThan(100);
});

test.each(cases)("no secret survives: $name", ({ text, mustNotAppear }) => {
	for (const secret of mustNotAppear) expect(redact(text)).not.toContain(secret);
});

describe("hostile text costs time in proportion to its length", () => {
	test.each([
		"service,install,-",
		"service install -",
		"-----BEGIN PRIVATE KEY-----",
		"-----BEGIN PRIVATE KEY----- AAAAAAAAAAAAAAAAAAAAAAAA ",
		"<Password>",
		"set a=eyJhIjoiMDEyMzQ1Njc4OWFiY2RlZjAx ",
		"11,",
		"7b22",
		"Jye0",
		"x.py a:",
		"://aaaaaaaaaaaaaaaaaaaaaaa1",
		"-u a ",
		"a^",
		'net user "a',
		"12345678:AA",
	])("256 KB of %s", (piece) => {
		expect(growsFaster(redact, piece, 262_144)).toBe(false);
	});
});
