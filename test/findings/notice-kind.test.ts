import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { findingAddress, findingValues, readFinding } from "../../lib/findings/finding-row.ts";
import { noticeKinds } from "../../lib/findings/notice-kind.ts";
import { kindsOwed } from "../../lib/outbox/owed.ts";
import { aFinding, redacted } from "../builders.ts";

function stored(columns: Readonly<Record<string, string>>) {
	const finding = aFinding({ want: 4 });
	const values = { ...findingValues(finding), ...columns };
	return readFinding({ ...findingAddress(finding.key), etag: "e", values }).finding;
}

test("a finding whose reason only a newer version knows stays readable, and is still told", () => {
	const finding = stored({ reasons: JSON.stringify({ new: 1, unheard: 4, changed: 2 }) });

	expect(finding?.reasons).toEqual({ new: 1, changed: 4 });
	expect(finding === undefined ? [] : kindsOwed(finding, 3)).toEqual(["changed"]);
});

test("a change told for a reason that only a newer version knows is shown as a change", () => {
	const finding = stored({ changes: JSON.stringify([{ n: 4, kind: "unheard", text: "another user: ana" }]) });

	expect(finding?.changes).toEqual([{ n: 4, kind: "changed", text: redacted("another user: ana") }]);
});

test("the published schema of the webhook knows every reason", () => {
	const schema: unknown = JSON.parse(readFileSync("docs/finding.schema.json", "utf8"));

	expect(schema).toHaveProperty(["$defs", "reason", "enum"], expect.arrayContaining([...noticeKinds]));
});
