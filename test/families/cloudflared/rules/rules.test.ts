import { readdirSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { tables } from "../../../../lib/defender/tables.ts";
import type { Condition } from "../../../../lib/detect/condition.ts";
import { createMatcher } from "../../../../lib/detect/match.ts";
import type { Rule } from "../../../../lib/detect/rule.ts";
import { allRules } from "../../../../lib/families/all-rules.ts";
import { exampleRecord } from "./example-record.ts";

/** Fewest examples of each kind: the base rules carry more because everything rests on them. */
const fewest = (rule: Rule) => (rule.set === "base" ? 4 : 3);

describe.each(allRules.map((rule) => [rule.id, rule] as const))("%s", (_id, rule) => {
	const match = createMatcher([rule]);

	test.each(rule.examples.match)("fires on %j", (example) => {
		expect(match(exampleRecord(rule, example))).toHaveLength(1);
	});

	test.each(rule.examples.ignore)("stays silent on %j", (example) => {
		expect(match(exampleRecord(rule, example))).toEqual([]);
	});

	test("has enough examples of both kinds", () => {
		expect(rule.examples.match.length).toBeGreaterThanOrEqual(fewest(rule));
		expect(rule.examples.ignore.length).toBeGreaterThanOrEqual(fewest(rule));
	});

	test("tells people why it matters, what to do and what else it may be", () => {
		expect(rule.meaning).toMatch(/^.{40,300}\.$/);
		expect(rule.runbook.length).toBeGreaterThanOrEqual(2);
		expect(rule.falsePositives).not.toEqual([]);
		expect(rule.references.every((reference) => reference.startsWith("https://"))).toBe(true);
		expect(rule.attack.every((technique) => /^T\d{4}(\.\d{3})?$/.test(technique))).toBe(true);
	});

	test("has a runbook that names a column and a window of time", () => {
		const columns = new Set(Object.values(tables).flatMap((table) => Object.keys(table)));
		const words = rule.runbook.flatMap((step) => step.split(/[^A-Za-z0-9]+/));
		expect(words.some((word) => columns.has(word))).toBe(true);
		expect(rule.runbook.some((step) => /\d+ (h|days|minutes)\b/.test(step))).toBe(true);
	});

	test("reads only columns that one of its tables has", () => {
		const known = new Set(rule.tables.flatMap((table) => Object.keys(tables[table])));
		expect(columnsOf(rule.when).filter((column) => !known.has(column))).toEqual([]);
	});
});

test("no two rules share an id", () => {
	expect(new Set(allRules.map((rule) => rule.id)).size).toBe(allRules.length);
});

test("every rule file is listed, and is named after its rule", () => {
	const files = readdirSync("lib/families/cloudflared/rules").filter((file) => !["conditions.ts", "index.ts"].includes(file));
	expect(files.toSorted()).toEqual(allRules.map((rule) => `${rule.id}.ts`).toSorted());
});

function columnsOf(condition: Condition): readonly string[] {
	if ("parts" in condition) return condition.parts.flatMap(columnsOf);
	return "part" in condition ? columnsOf(condition.part) : [condition.column];
}
