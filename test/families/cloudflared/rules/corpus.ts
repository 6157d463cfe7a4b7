import { readFileSync } from "node:fs";
import type { DefenderRecord } from "../../../../lib/defender/record.ts";
import { isTable } from "../../../../lib/defender/tables.ts";

export interface Label {
	readonly line: number;
	readonly index: number;
	readonly table: string;
	readonly matches: readonly string[];
	readonly branches: readonly string[];
	readonly why: string;
}

interface Envelope {
	readonly category: string;
	readonly tenantId: string;
	readonly time: string;
	readonly properties: Readonly<Record<string, unknown>>;
}

const folder = "test/fixtures/corpus";

export const labels: readonly Label[] = (JSON.parse(readFileSync(`${folder}/expected.json`, "utf8")) as { records: Label[] }).records;

export const lines: readonly string[] = readFileSync(`${folder}/messages.ndjson`, "utf8")
	.split("\n")
	.filter((line) => line !== "");

/** The record that a label is about; `undefined` when its table is not one we read. */
export function labelled(label: Label): DefenderRecord | undefined {
	const { records } = JSON.parse(lines[label.line - 1] ?? "") as { records: Envelope[] };
	const envelope = records[label.index];
	const table = envelope?.category.replace("AdvancedHunting-", "") ?? "";
	if (envelope === undefined || !isTable(table)) return undefined;
	return { table, tenantId: envelope.tenantId, exportedAt: envelope.time, columns: envelope.properties };
}
