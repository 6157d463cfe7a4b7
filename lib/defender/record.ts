import type { Column, TableName } from "./tables.ts";

/** One row of the export, as it came: hostile, and with its secrets still in it. */
export interface DefenderRecord {
	readonly table: TableName;
	/** Empty when the envelope has none. */
	readonly tenantId: string;
	/** When Defender exported it; empty when unknown. A redelivered record has a fresh one. */
	readonly exportedAt: string;
	readonly columns: Readonly<Record<string, unknown>>;
}

/**
 * A column's text; the empty string if it is missing, null or not a string, since Kusto's string columns have no null.
 * AdditionalFields arrives as JSON in a string or, through Log Analytics, as an object; both read the same.
 */
export function text(record: DefenderRecord, column: Column): string {
	const value = record.columns[column];
	if (typeof value === "string") return value;
	return column === "AdditionalFields" && typeof value === "object" && value !== null ? json(value) : "";
}

/** A column's number, also written as digits in a string, as rare rows have it; NaN where it is none. */
export function columnNumber(record: DefenderRecord, column: Column): number {
	const value = record.columns[column];
	if (typeof value === "number") return value;
	return typeof value === "string" && /^[0-9]+$/.test(value) ? Number(value) : Number.NaN;
}

/** Many rules read the same column, so its text is kept for the record's lifetime. */
const written = new WeakMap<object, string>();

function json(value: object): string {
	const known = written.get(value);
	if (known !== undefined) return known;
	const text = stringified(value);
	written.set(value, text);
	return text;
}

function stringified(value: object): string {
	try {
		return JSON.stringify(value);
	} catch (error) {
		// Nested deeper than the stack: it cannot be written as text, so no rule can read it.
		if (error instanceof RangeError) return "";
		throw error;
	}
}
