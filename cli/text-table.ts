import { displayWidth } from "../lib/notify/console/wrap.ts";

/**
 * Rows under their headers. Where a terminal is too narrow for them, each row becomes a few lines of its own: its first
 * cells, then one line for each further cell with its header.
 *
 * @param heads how many first cells of a row name it
 * @param columns of a real terminal; without it rows stay rows.
 */
export function textTable(
	header: readonly string[],
	rows: readonly (readonly string[])[],
	{ heads, columns }: { readonly heads: number; readonly columns: number | undefined },
): readonly string[] {
	const all = [header, ...rows];
	const widths = header.map((_, column) => Math.max(...all.map((row) => displayWidth(row[column] ?? ""))));
	const lines = all.map((row) =>
		row
			.map((cell, column) => cell + " ".repeat((widths[column] ?? 0) - displayWidth(cell)))
			.join("  ")
			.trimEnd(),
	);
	if (columns === undefined || lines.every((line) => displayWidth(line) <= columns)) return lines;
	return rows.flatMap((row) => [
		row.slice(0, heads).join("  "),
		...row.flatMap((cell, column) => (column < heads || cell === "" ? [] : [`  ${header[column]?.trim().toLowerCase()}: ${cell}`])),
	]);
}
