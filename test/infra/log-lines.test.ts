import { globSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { logLineFields } from "../../lib/app/log-lines.ts";
import { root } from "./template.ts";

const queries = globSync("infra/queries/*.kql", { cwd: root }).map((path) => ({ path, query: readFileSync(`${root}${path}`, "utf8") }));

/** Events and fields that one statement of a query reads, and what of it no line of the code has. */
function unknownNames(query: string): string[] {
	return statements(query).flatMap((statement) => {
		const events = [...statement.matchAll(/line\.event (?:==|in) (\([^)]+\)|"[^"]+")/g)].flatMap(([, list = ""]) =>
			[...list.matchAll(/"([^"]+)"/g)].map(([, name = ""]) => name),
		);
		const fields = [...statement.matchAll(/line\.(\w+)/g)].map(([, field = ""]) => field).filter((field) => field !== "event");
		const unknownEvents = events.filter((event) => !(event in logLineFields));
		const known = Object.entries(logLineFields).filter(([event]) => events.includes(event));
		const unknownFields = fields.filter(
			(field) => !known.every(([, names]) => (names as readonly string[]).includes(field)) || known.length === 0,
		);
		return [...unknownEvents, ...unknownFields];
	});
}

/** The parts of a union stand on lines of their own; any other query is one statement. */
function statements(query: string): string[] {
	return query.startsWith("// ") && query.includes("\nunion\n") ? query.split("\n") : [query];
}

describe.each(queries)("$path", ({ query }) => {
	test("reads only what the code writes", () => {
		expect(unknownNames(query)).toEqual([]);
	});

	test("says in its first line what it is for", () => {
		expect(query).toMatch(/^\/\/ [A-Z"].+[.:?]\n/);
	});
});

test("a renamed field, a field of another event or an unknown event is noticed", () => {
	expect(unknownNames('traces | where line.event == "deliver" and toint(line.deadNotices) > 0')).toEqual(["deadNotices"]);
	expect(unknownNames('traces | where line.event == "detect" and toint(line.owed) > 0')).toEqual(["owed"]);
	expect(unknownNames('traces | where line.event == "sweep"')).toEqual(["sweep"]);
	expect(unknownNames('traces | where line.event in ("detect", "deliver") and toint(line.quarantined) > 0')).toEqual([]);
	expect(unknownNames('traces | where line.event in ("detect", "deliver") and toint(line.records) > 0')).toEqual(["records"]);
});
