import type { JsonSplitter, JsonText } from "./json-values.ts";

/** Longest line kept; a longer one is no export and is quarantined as too large. */
const maxLineBytes = 64 * 1024 * 1024 + 1;

/** One value per line. Blank lines are counted and left out; the last line needs no line feed. */
export function createLineSplitter(): JsonSplitter {
	let line = 0;
	let parts: Buffer[] = [];
	let length = 0;
	const keep = (part: Buffer) => {
		const room = maxLineBytes - length;
		if (room <= 0 || part.length === 0) return;
		parts.push(part.subarray(0, room));
		length += Math.min(part.length, room);
	};
	const take = (): readonly JsonText[] => {
		line += 1;
		const bytes = parts.length === 1 && parts[0] !== undefined ? parts[0] : Buffer.concat(parts);
		parts = [];
		length = 0;
		return isBlank(bytes) ? [] : [{ line, bytes }];
	};
	return {
		feed(piece) {
			const lines: JsonText[] = [];
			let from = 0;
			for (let end = piece.indexOf(10); end !== -1; end = piece.indexOf(10, from)) {
				keep(piece.subarray(from, end));
				from = end + 1;
				lines.push(...take());
			}
			keep(piece.subarray(from));
			return lines;
		},
		end: () => (length > 0 ? take() : []),
		isListOpen: () => false,
	};
}

function isBlank(bytes: Buffer): boolean {
	return bytes.length < 1024 && bytes.toString("latin1").trim() === "";
}
