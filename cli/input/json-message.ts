import type { Message } from "../../lib/defender/message.ts";
import type { ScreenedLine } from "../../lib/detect/prefilter/line-screen.ts";
import { type InputReading, noteTables } from "./reading.ts";
import { isUnderstood, unwrap } from "./shapes.ts";

/** Is this value JSON of another kind, and no export? */
export function isOtherJson(bytes: Buffer): boolean {
	if (isAsExported(bytes)) return false;
	const value = parseJson(bytes);
	return value !== undefined && !isUnderstood(unwrap(value.json));
}

/** A message or record as it comes goes on as bytes; what other tools wrapped or flattened is unwrapped here. */
export function jsonMessage(reading: InputReading, source: string, { line, bytes, records: cut }: ScreenedLine): Message {
	const at = { source, message: line };
	if (cut !== undefined) return { at, body: { records: cut } };
	if (isAsExported(bytes)) return { at, body: bytes };
	const value = parseJson(bytes);
	if (value === undefined) return { at, body: bytes };
	const { records, inferred } = unwrap(value.json);
	noteTables(reading, inferred);
	// A single value that was not understood is reported as such.
	return records.length === 1 && records[0] === value.json ? { at, body: bytes } : { at, body: { records } };
}

/** `undefined` = it is no JSON. */
function parseJson(bytes: Buffer): { readonly json: unknown } | undefined {
	try {
		return { json: JSON.parse(bytes.toString("utf8").replace(/^\uFEFF/, "")) };
	} catch (error) {
		if (error instanceof SyntaxError || error instanceof RangeError) return undefined;
		throw error;
	}
}

/** Only a sign of what it is: the envelope's own keys within the first bytes. Everything else is looked at as a whole. */
function isAsExported(bytes: Buffer): boolean {
	const head = bytes.toString("latin1", 0, 400);
	return (
		/^(?:\xef\xbb\xbf)?\s*\{\s*"records"\s*:\s*(\[\s*\{\s*"(time|tenantId|category|operationName|_TimeReceivedBySvc|Tenant)"|[^\s[])/.test(
			head,
		) || /^\s*\{\s*"(time|tenantId|category|operationName)"[^{}]*"category"\s*:\s*"AdvancedHunting-/.test(head)
	);
}
