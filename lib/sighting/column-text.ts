import type { DefenderRecord } from "../defender/record.ts";
import type { Column } from "../defender/tables.ts";

/**
 * A column as text whatever its type: rare rows hold numbers as strings and the other way round, and the export to Log
 * Analytics holds objects. Empty where it is missing, null, or nested too deep to write down.
 */
export function columnText(record: DefenderRecord, column: Column): string {
	return textOf(record.columns[column]);
}

/** Columns that are asked for by their names in the code: of records of the same shape the engine then knows where they lie. */
export type NamedColumns = Readonly<Partial<Record<Column, unknown>>>;

/** The same for a column's value. */
export function textOf(value: unknown): string {
	// It runs a hundred times for each sighting, and finds text or nothing nearly every time.
	if (typeof value === "string") return value;
	if (value === undefined || value === null) return "";
	if (typeof value === "object") return json(value);
	return typeof value === "number" || typeof value === "bigint" || typeof value === "boolean" ? String(value) : "";
}

function json(value: object): string {
	try {
		return JSON.stringify(value);
	} catch (error) {
		// Nested too deep for the stack, or a cycle that only a caller in this process can make.
		if (error instanceof RangeError || error instanceof TypeError) return "";
		throw error;
	}
}
