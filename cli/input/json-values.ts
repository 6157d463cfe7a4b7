/** A JSON value cut out of a text: its bytes, and the line it starts on (from 1). */
export interface JsonText {
	readonly line: number;
	readonly bytes: Buffer;
}

export interface JsonSplitter {
	feed(piece: Buffer): readonly JsonText[];
	/** The incomplete value at the end, if any. */
	end(): readonly JsonText[];
	/** At the end: is the list around the values still open? Then nobody knows how many more there were. */
	isListOpen(): boolean;
}

/** Longest value kept; longer ones are cut and reported as damaged. */
const maxValueBytes = 256 * 1024 * 1024;

const [newline, quote, backslash, comma, openBrace, closeBrace, openBracket, closeBracket] = [10, 34, 92, 44, 123, 125, 91, 93] as const;

/**
 * Splits a text into its JSON values: one after the other over any number of lines, or the elements of one list. A
 * damaged value affects only itself: a line break inside a string ends the string, and a line that opens a value at the
 * first value's indentation starts the next one.
 */
export function createJsonSplitter(): JsonSplitter {
	let line = 1;
	let depth = 0;
	/** 1 inside a list whose elements are the values. */
	let base = 0;
	let begun = false;
	let inString = false;
	let escaped = false;
	/** Blanks since the start of the line; -1 after something else. */
	let indent = 0;
	let indentOfValues: number | undefined;
	let startLine = 1;
	let parts: Buffer[] = [];
	let length = 0;

	const keep = (bytes: Buffer) => {
		const room = maxValueBytes - length;
		if (room <= 0 || bytes.length === 0) return;
		parts.push(bytes.subarray(0, room));
		length += Math.min(bytes.length, room);
	};
	const take = (): JsonText => {
		const value = { line: startLine, bytes: Buffer.concat(parts) };
		parts = [];
		length = 0;
		return value;
	};

	const feed = (piece: Buffer): readonly JsonText[] => {
		const values: JsonText[] = [];
		/** Where the value at hand starts in this piece; -1 between values. */
		let from = depth > base || (begun && length > 0) ? 0 : -1;
		const start = (at: number) => {
			from = at;
			startLine = line;
			indentOfValues ??= indent;
		};
		const finish = (end: number) => {
			keep(piece.subarray(from, end));
			values.push(take());
			from = -1;
		};
		for (let at = 0; at < piece.length; at++) {
			const byte = piece[at];
			if (byte === newline) {
				line += 1;
				indent = 0;
				inString = false;
				escaped = false;
				// Something that is no value, such as a stray word, ends with its line.
				if (from !== -1 && depth === base) finish(at);
				continue;
			}
			if (inString) {
				if (escaped) escaped = false;
				else if (byte === backslash) escaped = true;
				else if (byte === quote) inString = false;
				continue;
			}
			if (byte === 32 || byte === 9 || byte === 13) {
				if (indent !== -1) indent += 1;
				continue;
			}
			const opens = byte === openBrace || byte === openBracket;
			if (opens && !begun && byte === openBracket) {
				begun = true;
				base = 1;
				depth = 1;
				indent = -1;
				continue;
			}
			// The value before never ended.
			if (byte === openBrace && depth > base && indent !== -1 && indent === indentOfValues) {
				finish(at);
				depth = base;
			}
			begun = true;
			if (opens) {
				if (depth === base && from === -1) start(at);
				depth += 1;
			} else if (byte === closeBrace || byte === closeBracket) {
				if (depth > base) {
					depth -= 1;
					if (depth === base && from !== -1) finish(at + 1);
				} else if (byte === closeBracket && base === 1) {
					base = 0;
					depth = 0;
				}
			} else {
				if (byte === quote) inString = true;
				if (from === -1 && byte !== comma) start(at);
				else if (byte === comma && depth === base && from !== -1) finish(at);
			}
			indent = -1;
		}
		if (from !== -1) keep(piece.subarray(from));
		return values;
	};
	return { feed, end: () => (length > 0 ? [take()] : []), isListOpen: () => base === 1 };
}
