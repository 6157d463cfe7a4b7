import { cellValue, columnNamed } from "./columns.ts";
import { inferTable } from "./infer-table.ts";

/** What a parsed JSON value holds. */
export interface Unwrapped {
	/** Records with their envelope, as the export has them; what is not understood is passed on as it is, to be named. */
	readonly records: readonly unknown[];
	/** Rows of hunting results among them, and of which tables we took them to be. */
	readonly inferred: readonly string[];
}

/** Deep enough for a message in a wrapper in a list; a hostile file cannot lead us further down. */
const maxDepth = 5;

/**
 * Finds the records in whatever tools wrap around them: messages and lists of them, results of the hunting and Log
 * Analytics APIs, rows of a query, events with their body. Never throws.
 */
export function unwrap(value: unknown): Unwrapped {
	const found: Found = { records: [], inferred: [] };
	collect(value, found, 0);
	return found;
}

/** Is there anything in it that we know? An empty list of records is known, too. */
export function isUnderstood({ records }: Unwrapped): boolean {
	return records.length === 0 || records.some((record) => isFields(record) && typeof record["category"] === "string");
}

interface Found {
	readonly records: unknown[];
	readonly inferred: string[];
}

type Fields = Readonly<Record<string, unknown>>;

/** Lists of rows or messages, by the tools that write them: hunting API, Graph, Log Analytics and Kusto, OData, this tool's users. */
const lists = ["records", "Results", "results", "value", "rows", "data", "events", "items", "hits"] as const;

/** One message or row inside something else: hub explorers, log shippers, search engines. */
const bodies = [
	"body",
	"Body",
	"EventBody",
	"eventBody",
	"message",
	"Message",
	"_source",
	"result",
	"_raw",
	"event",
	"data",
	"hits",
] as const;

function collect(value: unknown, found: Found, depth: number): void {
	if (depth > maxDepth) found.records.push(value);
	else if (Array.isArray(value)) for (const item of value) collect(item, found, depth + 1);
	else if (typeof value === "string") collectText(value, found, depth);
	else if (!isFields(value)) found.records.push(value);
	else if (typeof value["category"] === "string" && isFields(value["properties"])) found.records.push(value);
	else collectFields(value, found, depth);
}

/** Beside the rows, answers carry tables about the query itself. */
function collectFrames(frames: readonly unknown[], found: Found, depth: number): void {
	const all = frames.map((frame) => (isFields(frame) ? (tableRows(frame) ?? []) : []));
	const ours = all.filter(([first]) => first !== undefined && rowRecord(first) !== undefined);
	for (const rows of ours.length > 0 ? ours : all.slice(0, 1)) for (const row of rows) collect(row, found, depth + 1);
}

function collectFields(value: Fields, found: Found, depth: number): void {
	// The answer of a Kusto query is a list of frames, of which one kind holds the result.
	if ("FrameType" in value && value["TableKind"] !== "PrimaryResult") return;
	const table = tableRows(value);
	if (table !== undefined) {
		for (const row of table) collect(row, found, depth + 1);
		return;
	}
	const list = lists.find((name) => Array.isArray(value[name]));
	const row = list === undefined ? rowRecord(value) : undefined;
	if (row !== undefined) {
		found.records.push(row);
		found.inferred.push(row.category.slice("AdvancedHunting-".length));
		return;
	}
	const inner = list ?? bodies.find((name) => isFields(value[name]) || looksEncoded(value[name]));
	const frames = value["tables"] ?? value["Tables"];
	if (inner !== undefined) collect(value[inner], found, depth + 1);
	else if (Array.isArray(frames)) collectFrames(frames, found, depth + 1);
	else found.records.push(value);
}

/** A message that a tool kept as text, plain or in base64. */
function collectText(text: string, found: Found, depth: number): void {
	const plain = text.trimStart().startsWith("eyJ") ? Buffer.from(text, "base64").toString("utf8") : text;
	try {
		const value: unknown = JSON.parse(plain);
		if (typeof value === "object" && value !== null) {
			collect(value, found, depth + 1);
			return;
		}
	} catch (error) {
		if (!(error instanceof SyntaxError)) throw error;
	}
	found.records.push(text);
}

function looksEncoded(value: unknown): boolean {
	return typeof value === "string" && /^\s*([{[]|eyJ)/.test(value.slice(0, 100));
}

/** `{columns:[{name}], rows:[[…]]}`, as the Log Analytics and Kusto APIs answer. */
function tableRows(value: Fields): readonly Fields[] | undefined {
	const columns = value["columns"] ?? value["Columns"];
	const rows = value["rows"] ?? value["Rows"];
	if (!Array.isArray(columns) || !Array.isArray(rows)) return undefined;
	const names = columns.map((column: unknown) =>
		isFields(column) ? String(column["name"] ?? column["ColumnName"] ?? "") : String(column),
	);
	return rows.flatMap((row: unknown) => (Array.isArray(row) ? [Object.fromEntries(names.map((name, index) => [name, row[index]]))] : []));
}

interface RecordOfRow {
	readonly category: string;
	readonly tenantId: string;
	readonly time: string;
	readonly properties: Fields;
}

/** A row of hunting results in the envelope that an export has. `undefined` = it is none, or of no table that we know. */
export function rowRecord(row: Fields): RecordOfRow | undefined {
	const columns = Object.fromEntries(Object.entries(row).map(([name, value]) => [columnNamed(name), value]));
	const table = inferTable(columns);
	if (table === undefined) return undefined;
	const time = text(columns["TimeGenerated"]);
	const typed = Object.entries(columns).map(([name, value]) => [name, typeof value === "string" ? cellValue(table, name, value) : value]);
	const properties: Fields = Object.fromEntries(typed);
	// A query can leave out what identifies a device and a moment; the next best takes its place.
	const deviceId = text(properties["DeviceId"]) || text(properties["DeviceName"]);
	const timestamp = text(properties["Timestamp"]) || time;
	return {
		category: `AdvancedHunting-${table}`,
		tenantId: text(columns["TenantId"]),
		time,
		properties: { ...properties, DeviceId: deviceId, ...(timestamp === "" ? {} : { Timestamp: timestamp }) },
	};
}

function text(value: unknown): string {
	return typeof value === "string" ? value : "";
}

function isFields(value: unknown): value is Fields {
	return typeof value === "object" && value !== null && !Array.isArray(value);
}
