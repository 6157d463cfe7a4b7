import type { Column, Table } from "./tables.ts";

/** One row of the export, as it came: hostile, and with its secrets still in it. */
export interface DefenderRecord {
	readonly table: Table;
	/** Empty when the envelope has none. */
	readonly tenantId: string;
	/** When Defender exported it; empty when unknown. A redelivered record has a fresh one. */
	readonly exportedAt: string;
	readonly columns: Readonly<Record<string, unknown>>;
}

/** A column's text; the empty string where it is missing, null or not a string. Kusto's string columns have no null. */
export function text(record: DefenderRecord, column: Column): string {
	const value = record.columns[column];
	return typeof value === "string" ? value : "";
}
