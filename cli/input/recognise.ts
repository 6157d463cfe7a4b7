import { type CsvLayout, recogniseCsv } from "./recognise-csv.ts";

/** What the first bytes of a file say it is. */
export type Container =
	| { readonly kind: "gzip" | "zstd" | "avro" | "utf16le" | "utf16be" | "text" | "empty" }
	/** Nothing that can be read; the words complete "looks like …". */
	| { readonly kind: "other"; readonly looksLike: string; readonly cure: string };

const magic: readonly (readonly [bytes: string, looksLike: string, cure: string])[] = [
	["PK\x03\x04", "a zip archive or an Excel workbook", "Unpack it, or save the sheet as CSV (UTF-8), and name the files inside."],
	["PK\x05\x06", "an empty zip archive", "Export again."],
	["PAR1", "a Parquet file", "Export as JSON or CSV instead."],
	["7z\xbc\xaf\x27\x1c", "a 7-Zip archive", "Unpack it and name the files inside."],
	["Rar!", "a RAR archive", "Unpack it and name the files inside."],
	["BZh", "a bzip2 archive", "Unpack it (bunzip2), or pack it with gzip or zstd."],
	["\xfd7zXZ", "an xz archive", "Unpack it (unxz), or pack it with gzip or zstd."],
	["ElfFile\0", "a Windows event log", "Tunnelwatch reads Defender's advanced hunting tables, not event logs."],
	["%PDF", "a PDF", "Export the rows as JSON or CSV."],
	["\x89PNG", "a picture", "Name the export itself."],
	["\xff\xd8\xff", "a picture", "Name the export itself."],
	["GIF8", "a picture", "Name the export itself."],
	["SQLite format 3\0", "a SQLite database", "Name the export itself."],
	["\xd0\xcf\x11\xe0", "an old Excel workbook or another Office file", "Save the sheet as CSV (UTF-8)."],
	["MZ", "a Windows program", "Name the export itself."],
	["\x7fELF", "a program", "Name the export itself."],
];

/** @param head the first bytes of the file, at least 4,096 where it has as many. */
export function recogniseContainer(head: Uint8Array): Container {
	if (head.length === 0) return { kind: "empty" };
	const text = Buffer.from(head.buffer, head.byteOffset, Math.min(head.byteLength, 4_096)).toString("latin1");
	if (text.startsWith("\x1f\x8b")) return { kind: "gzip" };
	if (text.startsWith("\x28\xb5\x2f\xfd")) return { kind: "zstd" };
	if (text.startsWith("Obj\x01")) return { kind: "avro" };
	if (text.startsWith("\xff\xfe")) return { kind: "utf16le" };
	if (text.startsWith("\xfe\xff")) return { kind: "utf16be" };
	// A tar archive names its format behind the first file's name and rights.
	if (text.startsWith("ustar", 257))
		return { kind: "other", looksLike: "a tar archive", cure: "Unpack it (tar -xf) and name the files inside." };
	const known = magic.find(([bytes]) => text.startsWith(bytes));
	if (known !== undefined) return { kind: "other", looksLike: known[1], cure: known[2] };
	return recogniseText(text);
}

/** UTF-16 without its mark shows as a zero in every second byte; other zeros are no text. */
function recogniseText(text: string): Container {
	const zeros = [...text.slice(0, 256)].map((character) => character === "\0");
	const even = zeros.filter((zero, index) => zero && index % 2 === 0).length;
	const odd = zeros.filter((zero, index) => zero && index % 2 === 1).length;
	const half = zeros.length / 2;
	if (zeros.length >= 4 && odd > half * 0.7 && even < half * 0.1) return { kind: "utf16le" };
	if (zeros.length >= 4 && even > half * 0.7 && odd < half * 0.1) return { kind: "utf16be" };
	if (text.includes("\0")) return { kind: "other", looksLike: "binary data", cure: "Name an export: JSON, CSV or Event Hub Capture." };
	return { kind: "text" };
}

/** How the text of an export is laid out. */
export type Layout =
	/** One JSON value per line. */
	| { readonly kind: "lines" }
	/** JSON over several lines, or lists of messages or records. */
	| { readonly kind: "values" }
	| CsvLayout
	| { readonly kind: "blank" }
	| { readonly kind: "other"; readonly looksLike: string; readonly cure: string; readonly isExport?: boolean };

const inHandCure = "Name an export: Event Hub messages, a storage export, or hunting results as JSON or CSV.";

/**
 * @param head the text's beginning, without a byte order mark.
 * @param whole is that all of it? Else its last line is cut off.
 */
export function recogniseLayout(head: string, whole: boolean): Layout {
	const lines = head.split("\n").map((line) => line.trim());
	const full = whole ? lines : lines.slice(0, -1);
	const first = lines.find((line) => line !== "");
	if (first === undefined) return whole ? { kind: "blank" } : { kind: "other", looksLike: "blank text", cure: inHandCure };
	const firstIsCut = !full.includes(first);
	if (/^[{[]/.test(first)) {
		if (firstIsCut)
			return first.startsWith("{") && !/^\{\s*"(value|results|Results|tables|Tables|rows)"/.test(first)
				? { kind: "lines" }
				: { kind: "values" };
		if (isJson(first)) return { kind: first.startsWith("[") && full.filter((line) => line !== "").length === 1 ? "values" : "lines" };
		// A first line that is damaged: the next ones tell.
		return full.slice(1, 50).some(isWholeObject) ? { kind: "lines" } : { kind: "values" };
	}
	const csv = recogniseCsv(lines.filter((line) => line !== ""));
	if (csv !== undefined) return csv;
	// Damage at the beginning costs itself.
	if (full.slice(0, 50).some(isWholeObject)) return { kind: "lines" };
	if (first.startsWith("<"))
		return {
			kind: "other",
			looksLike: /^<(!doctype html|html)/i.test(first) ? "a web page" : "XML",
			cure: "Sign in and download the export itself, as JSON or CSV.",
		};
	if (/^\|.*\|$/.test(first)) return { kind: "other", looksLike: "a table for reading", cure: "Export the rows as JSON or CSV." };
	return { kind: "other", looksLike: "text that is neither JSON nor CSV with column names", cure: inHandCure };
}

function isWholeObject(line: string): boolean {
	return line.startsWith("{") && isJson(line);
}

function isJson(text: string): boolean {
	try {
		const value: unknown = JSON.parse(text);
		return typeof value === "object" && value !== null;
	} catch (error) {
		if (error instanceof SyntaxError || error instanceof RangeError) return false;
		throw error;
	}
}
