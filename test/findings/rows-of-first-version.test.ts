import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { findingKey } from "../../lib/findings/finding.ts";
import { readFinding } from "../../lib/findings/finding-row.ts";
import type { Row } from "../../lib/store/table.ts";

/** Rows as the first version wrote them, when cloudflared was the only family. */
const { rows } = JSON.parse(readFileSync("test/fixtures/stored-rows-v1.json", "utf8")) as { readonly rows: readonly Row[] };
const findings = rows.filter((row) => row.rowKey.startsWith("f|")).map((row) => readFinding({ ...row, etag: "1" }).finding);

test("there are findings to read", () => {
	expect(findings.length).toBeGreaterThanOrEqual(8);
});

test("a finding that the first version stored has told all that it counted: nothing is new again after the upgrade", () => {
	expect(findings.map((finding) => finding?.countAtNotice)).toEqual([1, 1, 1, 1, 5, 3, 1, 1, 1]);
});

test.each(findings.map((finding) => ({ finding })))(
	"a finding that the first version stored keeps its key and its family",
	({ finding }) => {
		expect(finding).toMatchObject({ family: "cloudflared", newest: { family: "cloudflared" }, worst: { family: "cloudflared" } });
		expect(finding && findingKey(finding.device, finding.family)).toBe(finding?.key);
	},
);
