import { deviceTables } from "../../lib/defender/device.ts";
import { tables } from "../../lib/defender/tables.ts";

const types: ReadonlyMap<string, ReadonlyMap<string, string>> = new Map(
	Object.entries(tables).map(([name, columns]) => [name, new Map(Object.entries(columns))]),
);

const spelling = new Map([...types.values()].flatMap((columns) => [...columns.keys()]).map((name) => [name.toLowerCase(), name]));

/** Portals add the zone of their times to the name (`Timestamp [UTC]`), and some tools fold its case. */
export function columnNamed(header: string): string {
	const name = header
		.replace(/^\uFEFF/, "")
		.replace(/\s*\[(UTC|Local Time)[^\]]*\]$/i, "")
		.trim();
	return spelling.get(name.toLowerCase()) ?? name;
}

/** A cell of a CSV file, which is text, in the type of its column. */
export function cellValue(table: string, column: string, cell: string): unknown {
	if (cell === "") return null;
	switch (types.get(table)?.get(column)) {
		case "int":
		case "long":
			return /^-?\d{1,15}$/.test(cell) ? Number(cell) : cell;
		case "bool":
			return /^(true|1)$/i.test(cell) ? true : /^(false|0)$/i.test(cell) ? false : cell;
		case "datetime":
			return isoTime(cell);
		default:
			return (deviceTables as readonly string[]).includes(table) && /^(true|false)$/i.test(cell) ? cell.toLowerCase() === "true" : cell;
	}
}

/** `11/18/2026, 7:59:21.008 AM`, as portals write for people: month first, in UTC. Anything else stays as it is. */
function isoTime(text: string): string {
	if (/^\d{4}-\d\d-\d\d \d/.test(text)) return isoOr(`${text.replace(" ", "T").replace(/Z?$/, "Z")}`, text);
	const parts = /^(\d{1,2})\/(\d{1,2})\/(\d{4}),? (\d{1,2}):(\d\d)(?::(\d\d)(?:\.(\d{1,7}))?)? ?([AP]M)?$/i.exec(text);
	if (parts === null) return text;
	const [, month = "", day = "", year = "", hours = "", minutes = "", seconds = "00", fraction = "", half] = parts;
	const hour = half === undefined ? Number(hours) : (Number(hours) % 12) + (/p/i.test(half) ? 12 : 0);
	const two = (part: string | number) => String(part).padStart(2, "0");
	return isoOr(`${year}-${two(month)}-${two(day)}T${two(hour)}:${minutes}:${seconds}${fraction === "" ? "" : `.${fraction}`}Z`, text);
}

function isoOr(iso: string, text: string): string {
	return Number.isNaN(Date.parse(iso)) ? text : iso;
}
