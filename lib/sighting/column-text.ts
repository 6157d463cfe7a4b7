import type { DefenderRecord } from "../defender/record.ts";
import type { Column } from "../defender/tables.ts";

/**
 * A column as text whatever its type: rare rows hold numbers as strings and the other way round, and the export to Log
 * Analytics holds objects. Empty where it is missing, null, or nested too deep to write down.
 */
export function columnText(record: DefenderRecord, column: Column): string {
	const value = record.columns[column];
	switch (typeof value) {
		case "string":
			return value;
		case "number":
		case "bigint":
		case "boolean":
			return String(value);
		case "object":
			return value === null ? "" : json(value);
		case "undefined":
		case "function":
		case "symbol":
			return "";
	}
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
