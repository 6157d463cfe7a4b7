import { describe, expect, test } from "vitest";
import type { Condition } from "../../../../lib/detect/condition.ts";
import { createMatcher, type Match } from "../../../../lib/detect/match.ts";
import { rulesOfSet } from "../../../../lib/families/select.ts";
import { labelled, labels } from "./corpus.ts";

const base = rulesOfSet("base");

describe("the labelled corpus", () => {
	const match = createMatcher(base);

	test.each(labels.map((label) => [`${label.line}.${label.index}: ${label.why}`, label] as const))("%s", (_why, label) => {
		const record = labelled(label);
		const matches = record === undefined ? [] : match(record);

		expect(matches.map(({ rule }) => rule.id).toSorted()).toEqual(label.matches.toSorted());
		expect(matches.flatMap(branches).toSorted()).toEqual(label.branches.toSorted());
	});

	test("has 65 records, 38 of which match", () => {
		expect(labels).toHaveLength(65);
		expect(labels.filter((label) => label.matches.length > 0)).toHaveLength(38);
	});
});

/** A match in the words of the labels: column and operator of each piece of evidence. */
function branches(match: Match): readonly string[] {
	if (match.rule.id === "cloudflared-portable-execution") {
		expect(match.evidence).toEqual([
			{ column: "FolderPath", test: 'endswith "\\\\cloudflared.exe"' },
			{ column: "FolderPath", test: '!contains ":\\\\Program Files (x86)\\\\cloudflared\\\\"' },
			{ column: "FolderPath", test: '!contains ":\\\\Program Files\\\\cloudflared\\\\"' },
		]);
		return ["FolderPath endswith, not in Program Files"];
	}
	return match.evidence.map(({ column, test: spelled }) => `${column} ${spelled.split(" ")[0]}`);
}

/** How many labels a wrong reading of `has` turns over: proof that the corpus would notice. */
describe("tempting shortcuts for `has` are wrong", () => {
	const shortcuts: readonly (readonly [name: string, flips: number, has: (text: string, needle: string) => boolean])[] = [
		["plain substring", 5, (text, needle) => text.toLowerCase().includes(needle)],
		["word boundary \\b", 7, (text, needle) => new RegExp(`\\b${needle}\\b`, "i").test(text)],
		["both edges checked", 1, (text, needle) => new RegExp(`(?<![0-9a-z])${needle}(?![0-9a-z])`, "i").test(text)],
		["split on white space", 28, (text, needle) => text.toLowerCase().split(/\s+/).includes(needle)],
		[
			"underscore inside a term",
			1,
			(text, needle) => new RegExp(`${needle.startsWith("-") ? "" : "(?<![0-9a-z_])"}${needle}(?![0-9a-z_])`, "i").test(text),
		],
	];

	test.each(shortcuts)("%s turns over %i labels", (_name, flips, has) => {
		const turned = labels.filter((label) => {
			const record = labelled(label);
			const ids = base
				.filter((rule) => record !== undefined && rule.tables.includes(record.table))
				.filter((rule) => evaluate(rule.when, (column) => String(record?.columns[column] ?? ""), has))
				.map((rule) => rule.id);
			return ids.toSorted().join() !== label.matches.toSorted().join();
		});

		expect(turned).toHaveLength(flips);
	});
});

function evaluate(condition: Condition, read: (column: string) => string, has: (text: string, needle: string) => boolean): boolean {
	switch (condition.kind) {
		case "all":
			return condition.parts.every((part) => evaluate(part, read, has));
		case "any":
			return condition.parts.some((part) => evaluate(part, read, has));
		case "not":
			return !evaluate(condition.part, read, has);
		case "has":
			return has(read(condition.column), condition.value);
		case "hasAll":
			return condition.values.every((value) => has(read(condition.column), value));
		case "endsWith":
			return read(condition.column).toLowerCase().endsWith(condition.value.toLowerCase());
		case "contains":
			return read(condition.column).toLowerCase().includes(condition.value.toLowerCase());
		default:
			throw new Error(`the base rules do not use ${condition.kind}`);
	}
}

describe("what the base rules miss", () => {
	const recommended = createMatcher(rulesOfSet("recommended"));
	const all = createMatcher(rulesOfSet("all"));
	const ids = (match: typeof all, line: number, index: number): readonly string[] => {
		const label = labels.find((one) => one.line === line && one.index === index);
		const record = label === undefined ? undefined : labelled(label);
		return record === undefined ? [] : match(record).map(({ rule }) => rule.id);
	};

	test.each([
		["a renamed program and -token with one dash", 3, 2, "cloudflared-renamed-run-certain"],
		["the tunnel edge reached by another program", 16, 0, "cloudflared-edge-from-other-process"],
		["cloudflared given another name", 18, 1, "cloudflared-file-renamed"],
		["the command of a service in the registry", 19, 4, "cloudflared-service-registry"],
	])("%s is caught by a recommended rule", (_why, line, index, id) => expect(ids(recommended, line, index)).toContain(id));

	test("a script that speaks of cloudflared is caught by the rules that are not in the recommended set", () => {
		expect(ids(recommended, 24, 0)).toEqual([]);
		expect(ids(all, 24, 0)).toEqual(["cloudflared-script-text"]);
	});

	test("a renamed program whose token is in its environment is only suspected until it connects", () => {
		expect(ids(all, 3, 3)).toEqual(["cloudflared-renamed-tunnel"]);
		expect(ids(recommended, 16, 0)).not.toEqual([]);
	});

	test("no recommended rule fires on what is labelled benign", () => {
		const benign = labels.filter((label) => label.why.startsWith("benign"));

		expect(benign.length).toBeGreaterThanOrEqual(7);
		expect(benign.flatMap((label) => ids(recommended, label.line, label.index))).toEqual([]);
	});
});
