import { columnNamed } from "./columns.ts";
import { missingColumns } from "./infer-table.ts";

/** How a CSV file is laid out, or why it is no export that can be read; the words complete "looks like …". */
export type CsvLayout =
	| { readonly kind: "csv"; readonly delimiter: string; readonly skipFirstLine: boolean }
	| { readonly kind: "other"; readonly looksLike: string; readonly cure: string; readonly isExport: boolean };

const delimiters = [",", ";", "\t", "|"] as const;

/** @param lines the text's first lines, without blank ones. `undefined`: this is no CSV with column names. */
export function recogniseCsv(lines: readonly string[]): CsvLayout | undefined {
	// Excel writes its separator into a line of its own, Windows PowerShell the type of its objects.
	const skipFirstLine = /^(sep=.|"?#TYPE .*)$/i.test(lines[0] ?? "");
	const [header = "", row = ""] = skipFirstLine ? lines.slice(1, 3) : lines;
	if (/^\|.*\|$/.test(header)) return undefined;
	const delimiter = delimiters.find((one) => header.split(one).filter((name) => columnName.test(name.trim())).length >= 2);
	if (delimiter !== undefined) {
		const missing = missingColumns(namesIn(header, delimiter));
		return missing.length === 0 ? { kind: "csv", delimiter, skipFirstLine } : lacking(missing, true);
	}
	const other = delimiters.find((one) => isHeader(header.split(one)) && row.split(one).length >= header.split(one).length);
	if (other === undefined) return undefined;
	const names = namesIn(header, other);
	return isTimeline(names) ? timeline : lacking(missingColumns(names), false);
}

const columnName =
	/^"?(Timestamp|TimeGenerated|DeviceId|DeviceName|ActionType|FileName|FolderPath|ProcessCommandLine|InitiatingProcess\w+|AccountName|RemoteUrl|RemoteIP|ReportId|RegistryKey|SHA1|SHA256)( \[[^\]]*\])?"?$/i;

function namesIn(header: string, delimiter: string): readonly string[] {
	return header.split(delimiter).map((name) =>
		columnNamed(
			name
				.trim()
				.slice(0, 200)
				.replace(/^"(.*)"$/, "$1"),
		),
	);
}

/** Short names, and not two halves of a sentence. */
function isHeader(cells: readonly string[]): boolean {
	const isNamed = cells.every((cell) => /^["']?[a-z_][\w .()/-]{0,60}["']?$/i.test(cell.trim()));
	return isNamed && (cells.length > 2 || (cells.length === 2 && !cells.some((cell) => /^ | [^ ]+ /.test(cell))));
}

function isTimeline(names: readonly string[]): boolean {
	const plain = new Set(names.map((name) => name.replaceAll(/[ "']/g, "").toLowerCase()));
	return ["eventtime", "machineid", "computername"].every((name) => plain.has(name));
}

const timeline: CsvLayout = {
	kind: "other",
	looksLike: "a device timeline of the Defender portal, whose columns are not those of advanced hunting",
	cure: "Export the device's rows of DeviceProcessEvents and the other Device tables from advanced hunting instead, as CSV.",
	isExport: true,
};

function lacking(missing: readonly string[], isExport: boolean): CsvLayout {
	return {
		kind: "other",
		looksLike: `CSV that lacks columns of hunting results: ${missing.join(", and ")}`,
		cure: "Keep them in the query, and export again.",
		isExport,
	};
}
