import { Readable } from "node:stream";
import { parse } from "csv-parse";
import type { Message } from "../../lib/defender/message.ts";
import { columnNamed } from "./columns.ts";
import { rowRecord } from "./shapes.ts";

/** A command line can be long; a row beyond this is a quote that was never closed. */
const maxRowBytes = 4 * 1024 * 1024;

export interface CsvRow {
	/** With the number of its row, the one with the names being 1. */
	readonly message: Message;
	/** Which table we took it to be. */
	readonly table: string | undefined;
}

/**
 * The rows of hunting results saved as CSV. Rejects with the parser's error when it cannot go on.
 * @param noteCut called when the last row is not whole.
 */
export async function* readCsvRows(
	source: string,
	pieces: AsyncIterable<Buffer>,
	{ delimiter, skipFirstLine }: { readonly delimiter: string; readonly skipFirstLine: boolean },
	noteCut: () => void,
): AsyncGenerator<CsvRow> {
	let width = 0;
	const parser = parse({
		delimiter,
		columns: (names: readonly string[]) => {
			const columns = names.map(columnNamed);
			width = new Set(columns).size;
			return columns;
		},
		from_line: skipFirstLine ? 2 : 1,
		relax_quotes: true,
		relax_column_count: true,
		skip_empty_lines: true,
		max_record_size: maxRowBytes,
		// Earlier rows count too: an error would drop them.
		skip_records_with_error: true,
	});
	let damage: Error | undefined;
	parser.on("skip", (error: Error) => {
		damage ??= error;
	});
	let isLineOpen = false;
	const input = Readable.from(withLastByte(pieces, (byte) => (isLineOpen = byte !== 10 && byte !== 13)));
	input.on("error", (error) => parser.destroy(error));
	let row = 1;
	let lastWidth = 0;
	for await (const cells of input.pipe(parser) as AsyncIterable<Readonly<Record<string, string>>>) {
		row += 1;
		lastWidth = Object.keys(cells).length;
		const record = rowRecord(cells);
		yield {
			message: { at: { source, message: row }, body: { records: [record ?? { ...cells }] } },
			table: record?.category.slice("AdvancedHunting-".length),
		};
	}
	if (damage !== undefined) throw damage;
	// Sheets leave out empty cells at the end of a row, but end its line.
	if (row > 1 && isLineOpen && lastWidth < width) noteCut();
}

async function* withLastByte(pieces: AsyncIterable<Buffer>, look: (byte: number | undefined) => void): AsyncGenerator<Buffer> {
	for await (const piece of pieces) {
		if (piece.length > 0) look(piece.at(-1));
		yield piece;
	}
}
