import type { DefenderRecord } from "../../../../lib/defender/record.ts";
import { type TableName, tables } from "../../../../lib/defender/tables.ts";
import type { Example, Rule } from "../../../../lib/detect/rule.ts";

/** An example as a record of the first of the rule's tables that has all its columns. */
export function exampleRecord(rule: Rule, example: Example): DefenderRecord {
	const table = rule.tables.find((candidate) => Object.keys(example).every((column) => Object.hasOwn(tables[candidate], column)));
	if (table === undefined) throw new Error(`${rule.id}: no table of the rule has all of ${Object.keys(example).join(", ")}`);
	return aRecord(table, example);
}

export function aRecord(table: TableName, columns: Readonly<Record<string, unknown>>): DefenderRecord {
	return { table, tenantId: "", exportedAt: "", columns };
}
