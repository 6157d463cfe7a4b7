/** A record cut out of a message: parsed, and where its bytes begin and end. */
export interface Slice {
	readonly record: unknown;
	readonly start: number;
	readonly end: number;
}

/** Cuts out the record around a hit; `undefined` = this message is unusual, parse all of it. */
export type Slicer = (hit: number) => Slice | undefined;

/**
 * In valid JSON the bytes `{"` and a letter always open an object: inside a string the quote would be escaped, and no
 * letter can follow a closing quote. So the first record's `{"time":`, or whichever key comes first, marks where
 * records start. A nested object with the same first key yields a piece that does not parse or is no record. Then, as
 * after any other surprise, the whole message is parsed: slower, never wrong.
 */
export function createSlicer(buffer: Buffer): Slicer {
	// Latin-1 keeps one character for each byte.
	const head = /^(?:\xef\xbb\xbf)?\s*\{\s*"records"\s*:\s*\[\s*(\{"[A-Za-z_][^"\\]*":)/.exec(buffer.toString("latin1", 0, 256));
	const start = Buffer.from(head?.[1] ?? "", "latin1");
	if (start.length === 0) return () => undefined;

	return (hit) => {
		const from = buffer.lastIndexOf(start, hit);
		const next = buffer.indexOf(start, hit + 1);
		// The last record ends with the list: `]`, then only `}` and blanks.
		const end = next === -1 ? buffer.lastIndexOf("]") : next;
		if (from === -1 || end <= hit) return undefined;
		const record = parse(buffer.toString("utf8", from, next === -1 ? end : commaBefore(buffer, next)));
		return isRecord(record) ? { record, start: from, end } : undefined;
	};
}

/** Nearly always right before: looking there is far cheaper than a search. */
function commaBefore(buffer: Buffer, next: number): number {
	return buffer[next - 1] === comma ? next - 1 : buffer.lastIndexOf(",", next);
}

const comma = 44;

function parse(json: string): unknown {
	try {
		return JSON.parse(json);
	} catch (error) {
		if (error instanceof SyntaxError || error instanceof RangeError) return undefined;
		throw error;
	}
}

function isRecord(value: unknown): boolean {
	if (typeof value !== "object" || value === null || !("category" in value) || !("properties" in value)) return false;
	return typeof value.category === "string" && typeof value.properties === "object" && value.properties !== null;
}
