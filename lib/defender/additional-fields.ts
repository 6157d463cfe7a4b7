import type { DefenderRecord } from "./record.ts";

/**
 * A member of AdditionalFields as text; empty where it is missing or holds an object, a list or nothing. Members are
 * hostile: `{"toString":1}` makes every conversion throw, so only texts, numbers and booleans are converted.
 */
export function additionalText(record: DefenderRecord, name: string): string {
	const value = member(record, name);
	switch (typeof value) {
		case "string":
			return value;
		case "number":
		case "boolean":
			return String(value);
		default:
			return "";
	}
}

/** A member of AdditionalFields as a number, also written as text; `NaN` for anything else. */
export function additionalNumber(record: DefenderRecord, name: string): number {
	const value = member(record, name);
	if (typeof value === "number") return value;
	return typeof value === "string" && /^-?\d{1,16}$/.test(value) ? Number(value) : Number.NaN;
}

/** AdditionalFields is JSON in a string, an object, or anything else. */
function member(record: DefenderRecord, name: string): unknown {
	const raw = record.columns["AdditionalFields"];
	// A name that is not there as it is could only be written with escapes: not worth parsing.
	if (typeof raw === "string" && !raw.includes(name) && !raw.includes("\\u")) return undefined;
	try {
		const fields: unknown = typeof raw === "string" ? JSON.parse(raw) : raw;
		return typeof fields === "object" && fields !== null && Object.hasOwn(fields, name) ? Reflect.get(fields, name) : undefined;
	} catch (error) {
		// Not JSON, or nested deeper than the parser's stack.
		if (error instanceof SyntaxError || error instanceof RangeError) return undefined;
		throw error;
	}
}
