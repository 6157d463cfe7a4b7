import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { isTable } from "../../lib/defender/tables.ts";
import { sightOne } from "./sight-one.ts";

interface Label {
	readonly line: number;
	readonly index: number;
	readonly token?: {
		readonly accountTag: string;
		readonly tunnelId: string;
		readonly endpoint: string | null;
		readonly mustNotAppearInOutput: readonly string[];
	};
}

interface ExportedRecord {
	readonly category: string;
	readonly tenantId: string;
	readonly time: string;
	readonly properties: Readonly<Record<string, unknown>>;
}

function fixture(name: string): string {
	return readFileSync(new URL(`../fixtures/corpus/${name}`, import.meta.url), "utf8");
}

const { records: labels } = JSON.parse(fixture("expected.json")) as { readonly records: readonly Label[] };
const messages = fixture("messages.ndjson").trimEnd().split("\n");
const labelled = labels.filter((label) => label.token !== undefined);

test("the labelled corpus has tokens to read", () => {
	expect(labelled.length).toBeGreaterThanOrEqual(12);
});

test.each(labelled)("the token of line $line, record $index is read and its secret is gone", ({ line, index, token }) => {
	const { records } = JSON.parse(messages[line - 1] ?? "") as { readonly records: readonly ExportedRecord[] };
	const record = records[index];
	const table = record?.category.replace("AdvancedHunting-", "") ?? "";
	if (record === undefined || !isTable(table)) throw new Error(`no record ${index} in line ${line}`);
	const evidence = Object.keys(record.properties).map((column) => ({ column: column as "FileName", test: "has" }));

	const sighting = sightOne({ table, tenantId: record.tenantId, exportedAt: record.time, columns: record.properties }, [
		{ rule: { id: "every-column", family: "cloudflared", severity: "medium" }, evidence },
	]);

	expect(sighting.tunnel).toMatchObject({ account: token?.accountTag, tunnelId: token?.tunnelId, endpoint: token?.endpoint ?? "" });
	for (const secret of token?.mustNotAppearInOutput ?? []) expect(JSON.stringify(sighting)).not.toContain(secret);
});
