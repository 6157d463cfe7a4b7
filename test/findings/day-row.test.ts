import { expect, test } from "vitest";
import type { Answered } from "../../lib/findings/answered.ts";
import { dayWrite, readDay } from "../../lib/findings/day-row.ts";
import { aFinding, at, redacted } from "../builders.ts";

const said = (time: string): Answered => ({
	kind: "acknowledge",
	by: redacted("Kim Lee"),
	how: "page",
	verified: false,
	at: at(time),
	n: 2,
});

test("a day's digest counts the answers of that day, in UTC", () => {
	const finding = aFinding({ history: ["20T23:59:59", "21T00:00:00", "21T23:59:59", "22T00:00:00"].map(said) });

	expect(dayWrite(finding, at("21T12:00:00"))).toMatchObject({ row: { values: { answers: 2 } } });
	expect(dayWrite(finding, at("22T00:00:00"))).toMatchObject({ row: { values: { answers: 1 } } });
	expect(dayWrite(finding, at("23T00:00:00"))).toMatchObject({ row: { values: { answers: 0 } } });
});

test("a digest leaves out a day that it cannot read, and reads one of an older version", () => {
	const row = { partitionKey: "3", rowKey: "y|20261121|3f9c2a7d5110aabbccddeeff", etag: "e" };
	const old = { key: "3f9c2a7d5110aabbccddeeff", want: 1, more: 2, answers: 0, silenced: 0, severity: undefined, approvedFirsts: [] };

	expect(readDay({ ...row, values: { want: 1, more: 2 } })).toEqual({ ...old, routed: undefined });
	expect(readDay({ ...row, values: { want: 1, more: "many" } })).toBeUndefined();
	expect(readDay({ ...row, rowKey: "y|20261121", values: { want: 1, more: 2 } })).toBeUndefined();
});
