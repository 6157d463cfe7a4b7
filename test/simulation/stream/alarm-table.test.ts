import { expect, test } from "vitest";
import { mistakesOf } from "./alarm-table.ts";
import { lineQuery } from "./line-query.ts";
import { faults } from "./watched-day.ts";

// The template's own alarms over the lines that the product writes. For a whole day of each: npm run simulate.
test.each(faults)("%s: exactly one alarm and one message, and one end of each", async (fault) => {
	expect(await mistakesOf(fault, 45)).toEqual([]);
});

test("the test knows every operator that the alarms' queries use, and refuses others", () => {
	expect(() => lineQuery("traces | summarize count()")).toThrow("summarize");
	expect(() => lineQuery("requests")).toThrow("requests");
	const rows = [{ message: '{"event":"deliver","codes":["a","b:c"]}' }, { message: '{"event":"detect"}' }, { message: "no JSON" }];
	const query = lineQuery(
		'// says why\ntraces\n| extend line = parse_json(message)\n| where line.event == "deliver"\n| mv-expand code = line.codes to typeof(string)\n| where isnotempty(code)',
	);
	expect(query(rows).map(({ code }) => code)).toEqual(["a", "b:c"]);
	expect(query([{ message: '{"event":"deliver","codes":[]}' }])).toEqual([]);
});
