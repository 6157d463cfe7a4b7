import { expect, test } from "vitest";
import type { Answered } from "../../lib/findings/answered.ts";
import { dayWrite } from "../../lib/findings/day-row.ts";
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
