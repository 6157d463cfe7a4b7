import type { NewRow } from "./table.ts";

// biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters that keys may not hold
const forbiddenInKeys = /[/\\#?\u0000-\u001f\u007f-\u009f]/;

/** Would Table Storage take this row? Keys up to 512 and texts up to 32,768 UTF-16 units, and no forbidden characters in keys. */
export function isAcceptable({ partitionKey, rowKey, values }: NewRow): boolean {
	const keysFit = [partitionKey, rowKey].every((key) => key.length <= 512 && !forbiddenInKeys.test(key) && key.isWellFormed());
	return keysFit && Object.values(values).every((value) => typeof value !== "string" || value.length <= 32_768);
}
