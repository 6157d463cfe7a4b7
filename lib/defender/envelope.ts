import { gunzipSync } from "node:zlib";
import { type DeviceRow, deviceTables } from "./device.ts";
import { hubLimits, isTooDeep, type Limits, mostDepth } from "./limits.ts";
import type { DefenderRecord } from "./record.ts";
import { isTable, tables } from "./tables.ts";

/** Why a message or one of its records cannot be read. A closed list: each is stored, counted and shown. */
export type UnreadableReason =
	| "empty"
	| "too-large"
	| "bad-gzip"
	| "not-json"
	| "not-an-object"
	| "no-records"
	| "records-not-a-list"
	| "record-not-an-object"
	| "no-category"
	| "no-properties"
	| "too-deep"
	| "too-many-records";

export interface UnreadableRecord {
	/** Position in the message; `undefined` = the whole message. */
	readonly record: number | undefined;
	readonly reason: UnreadableReason;
	/** Number of records this entry stands for; 1 if absent. */
	readonly count?: number;
}

export interface Decoded {
	/** Of the tables we know; others are counted in `total` and passed over. */
	readonly records: readonly DefenderRecord[];
	/** The position of each in its message. */
	readonly positions: readonly number[];
	/** Rows that describe devices; no rule reads them. */
	readonly devices: readonly DeviceRow[];
	readonly total: number;
	readonly unreadable: readonly UnreadableRecord[];
}

export const nothingDecoded: Decoded = { records: [], positions: [], devices: [], total: 0, unreadable: [] };

/**
 * Reads the records of one message: `{"records":[…]}`, a bare list, or one record per line (the storage export), plain
 * or gzipped. Never throws; an unreadable record does not affect the others. Invalid UTF-8 becomes U+FFFD in the value
 * that holds it. Anything beyond the limits is reported, not read.
 */
export function decodeMessage(body: unknown, limits: Limits = hubLimits): Decoded {
	const list = listOf(body, limits);
	if (typeof list === "string") return { ...nothingDecoded, unreadable: [{ record: undefined, reason: list }] };
	return decodeRecords(list, limits);
}

/** The envelope records of a message, as they came, or why there are none. */
export function listOf(body: unknown, limits: Limits): readonly unknown[] | UnreadableReason {
	const parsed = parse(body, limits);
	return parsed.ok ? recordsOf(parsed.value) : parsed.reason;
}

/** Envelope records that are parsed already, as the prefilter cuts them out of a message. */
export function decodeRecords(list: readonly unknown[], limits: Pick<Limits, "records"> = hubLimits): Decoded {
	const records: DefenderRecord[] = [];
	const positions: number[] = [];
	const devices: DeviceRow[] = [];
	const unreadable: UnreadableRecord[] = [];
	for (let index = 0; index < Math.min(list.length, limits.records); index++) {
		const record = decodeRecord(list[index]);
		if (typeof record === "string") unreadable.push({ record: index, reason: record });
		else if (record === undefined) continue;
		else if (isDeviceRow(record)) devices.push(record);
		else {
			const shallow = withoutDeepColumns(record);
			if (shallow !== record) unreadable.push({ record: index, reason: "too-deep" });
			records.push(shallow);
			positions.push(index);
		}
	}
	const beyond = list.length - limits.records;
	if (beyond > 0) unreadable.push({ record: limits.records, reason: "too-many-records", count: beyond });
	return { records, positions, devices, total: list.length, unreadable };
}

/** A column nested too deep to be written down costs itself; the rest of its record is read all the same. */
function withoutDeepColumns(record: DefenderRecord): DefenderRecord {
	if (!hasDeepColumn(record.columns)) return record;
	return { ...record, columns: Object.fromEntries(Object.entries(record.columns).filter(([, value]) => !isTooDeep(value, mostDepth))) };
}

function hasDeepColumn(columns: DefenderRecord["columns"]): boolean {
	// Takes every column of every record in hand, without the list that Object.values would make of them.
	for (const column in columns) if (isTooDeep(columns[column], mostDepth)) return true;
	return false;
}

type Parsed = { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly reason: UnreadableReason };

function parse(body: unknown, limits: Limits): Parsed {
	if (body instanceof Uint8Array) {
		if (body.byteLength > limits.bytes) return { ok: false, reason: "too-large" };
		if (!isGzip(body)) return parseText(new TextDecoder().decode(body));
		const plain = gunzip(body, limits.unpackedBytes);
		return typeof plain === "string" ? { ok: false, reason: plain } : parseText(new TextDecoder().decode(plain));
	}
	// Not what the trigger is configured for, but a worker set to "string" parses bodies before we see them.
	if (typeof body !== "string") return { ok: true, value: body };
	return body.length > limits.bytes ? { ok: false, reason: "too-large" } : parseText(body);
}

function parseText(text: string): Parsed {
	const bare = text.startsWith("\uFEFF") ? text.slice(1) : text;
	if (bare.trim() === "") return { ok: false, reason: "empty" };
	try {
		return { ok: true, value: JSON.parse(bare) };
	} catch (error) {
		if (error instanceof SyntaxError || error instanceof RangeError) return { ok: false, reason: "not-json" };
		throw error;
	}
}

function isGzip(bytes: Uint8Array): boolean {
	return bytes[0] === 0x1f && bytes[1] === 0x8b;
}

function gunzip(bytes: Uint8Array, maxOutputLength: number): Uint8Array | "bad-gzip" | "too-large" {
	try {
		return gunzipSync(bytes, { maxOutputLength });
	} catch (error) {
		if (!(error instanceof Error && "code" in error)) throw error;
		// zlib's own errors carry a code, such as Z_DATA_ERROR.
		return error.code === "ERR_BUFFER_TOO_LARGE" ? "too-large" : "bad-gzip";
	}
}

function recordsOf(value: unknown): readonly unknown[] | UnreadableReason {
	if (Array.isArray(value)) return value;
	if (!isObject(value)) return "not-an-object";
	if (Object.hasOwn(value, "records")) return Array.isArray(value["records"]) ? value["records"] : "records-not-a-list";
	return "category" in value || flatTable(value) !== undefined ? [value] : "no-records";
}

/** `undefined` = a table we do not read. */
function decodeRecord(item: unknown): DefenderRecord | DeviceRow | UnreadableReason | undefined {
	if (!isObject(item)) return "record-not-an-object";
	const flat = flatTable(item);
	if (flat !== undefined) return known(flat, string(item["TenantId"]), string(item["TimeGenerated"]), item);
	const category = item["category"];
	if (typeof category !== "string") return "no-category";
	const columns = item["properties"];
	if (!isObject(columns)) return "no-properties";
	const table = tableOf.get(category);
	return table === undefined ? undefined : known(table, string(item["tenantId"]), string(item["time"]), columns);
}

/** By category. One text for each table, so that comparing the names of a million records compares no characters. */
const tableOf: ReadonlyMap<string, string> = new Map(
	[...Object.keys(tables), ...deviceTables].map((table) => [`AdvancedHunting-${table}`, table]),
);

function known(
	table: string,
	tenantId: string,
	exportedAt: string,
	columns: DefenderRecord["columns"],
): DefenderRecord | DeviceRow | undefined {
	if (isTable(table)) return { table, tenantId, exportedAt, columns };
	return isDeviceTable(table) ? { table, tenantId, columns } : undefined;
}

function isDeviceTable(name: string): name is DeviceRow["table"] {
	return (deviceTables as readonly string[]).includes(name);
}

function isDeviceRow(row: DefenderRecord | DeviceRow): row is DeviceRow {
	return isDeviceTable(row.table);
}

/** A Log Analytics export has no envelope: the columns lie at the top, and `Type` names the table. */
function flatTable(item: Record<string, unknown>): string | undefined {
	if (Object.hasOwn(item, "category")) return undefined;
	const type = item["Type"] ?? item["TableName"];
	return typeof type === "string" ? type : undefined;
}

function string(value: unknown): string {
	return typeof value === "string" ? value : "";
}

function isObject(value: unknown): value is Record<string, unknown> {
	return typeof value === "object" && value !== null && !Array.isArray(value);
}
