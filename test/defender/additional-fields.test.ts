import { describe, expect, test } from "vitest";
import { additionalNumber, additionalText } from "../../lib/defender/additional-fields.ts";
import type { DefenderRecord } from "../../lib/defender/record.ts";

function withFields(AdditionalFields: unknown): DefenderRecord {
	return { table: "DeviceEvents", tenantId: "t", exportedAt: "", columns: { AdditionalFields } };
}

describe("a member of AdditionalFields", () => {
	test.each([
		['{"ServiceName":"Cloudflared agent"}', "Cloudflared agent"],
		[{ ServiceName: "Cloudflared agent" }, "Cloudflared agent"],
		['{"ServiceName":7}', "7"],
		['{"ServiceName":true}', "true"],
		['{"ServiceName":null}', ""],
		['{"Other":"x"}', ""],
		["not json", ""],
		["[]", ""],
		["null", ""],
		[7, ""],
		[undefined, ""],
	])("%j is read as text", (fields, text) => {
		expect(additionalText(withFields(fields), "ServiceName")).toBe(text);
	});

	test.each([
		'{"ServiceName":{"toString":1,"valueOf":1}}',
		{ ServiceName: { toString: 1, valueOf: 1 } },
		'{"ServiceName":["a"]}',
		'{"__proto__":{"ServiceName":"x"}}',
		`${"[".repeat(200_000)}`,
		`{"ServiceName":${"[".repeat(100_000)}${"]".repeat(100_000)}}`,
	])("a hostile one is nothing, and no error (case %#)", (fields) => {
		expect(additionalText(withFields(fields), "ServiceName")).toBe("");
		expect(additionalNumber(withFields(fields), "ServiceName")).toBeNaN();
	});

	test.each([
		['{"n":3}', 3],
		['{"n":"3"}', 3],
		['{"n":"3e9"}', Number.NaN],
		['{"n":""}', Number.NaN],
		[{ n: { valueOf: 1 } }, Number.NaN],
	])("%j is read as a number", (fields, number) => {
		expect(additionalNumber(withFields(fields), "n")).toBe(number);
	});
});
