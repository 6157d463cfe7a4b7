import { readFileSync } from "node:fs";
import { join } from "node:path";
import { project } from "../tunnelwatch.ts";

/** What advanced hunting would show of the samples: the process rows, as the portal exports them. */
export function huntingCsv(): string {
	const lines = readFileSync(join(project, "samples", "event-hub.ndjson"), "utf8").split("\n");
	const rows = lines
		.flatMap(recordsOf)
		.flatMap(({ category, properties }) => (category === "AdvancedHunting-DeviceProcessEvents" ? [properties] : []));
	const columns = [...new Set(rows.flatMap((row) => Object.keys(row)))];
	return [columns, ...rows.map((row) => columns.map((column) => row[column]))].map((cells) => `${cells.map(cell).join(",")}\r\n`).join("");
}

interface Exported {
	readonly category: string;
	readonly properties: Readonly<Record<string, unknown>>;
}

/** Some samples are broken on purpose. */
function recordsOf(line: string): readonly Exported[] {
	try {
		const value = JSON.parse(line) as { readonly records?: readonly (Exported | null)[] };
		return (value.records ?? []).flatMap((record) =>
			typeof record?.properties === "object" && record.properties !== null ? [record] : [],
		);
	} catch (error) {
		if (error instanceof SyntaxError) return [];
		throw error;
	}
}

function cell(value: unknown): string {
	const text = value === null || value === undefined ? "" : typeof value === "string" ? value : JSON.stringify(value);
	return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
