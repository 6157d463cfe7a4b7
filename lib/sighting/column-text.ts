import type { DefenderRecord } from "../defender/record.ts";
import type { Column } from "../defender/tables.ts";

/**
 * A column as text whatever its type: rare rows hold numbers as strings and the other way round, and the export to Log
 * Analytics holds objects. Empty where it is missing, null, or nested too deep to write down.
 */
export function columnText(record: DefenderRecord, column: Column): string {
	const value = record.columns[column];
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
