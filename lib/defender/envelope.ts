import { gunzipSync } from "node:zlib";
import { type DeviceRow, deviceTables } from "./device.ts";
import type { DefenderRecord } from "./record.ts";
import { isTable } from "./tables.ts";

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
	| "no-properties";

export interface Unreadable {
	/** Position in the message; `undefined` = the whole message. */
	readonly record: number | undefined;
	readonly reason: UnreadableReason;
}

export interface Decoded {
	/** Of the tables we know; others are counted in `total` and passed over. */
	readonly records: readonly DefenderRecord[];
	/** Rows that describe devices; no rule reads them. */
	readonly devices: readonly DeviceRow[];
	readonly total: number;
	readonly unreadable: readonly Unreadable[];
}

/** An Event Hub event is at most 1 MB; this only stops a compressed bomb and a file that is not what it seems. */
const maxBytes = 64 * 1024 * 1024;

/**
 * One message → its records. Total: whatever the body is, nothing is thrown, and what cannot be read never costs a
 * neighbour. Reads `{"records":[…]}`, a bare list, and one record per line (the storage export), plain or gzipped.
 * Invalid UTF-8 becomes U+FFFD inside the one value that holds it.
 */
export function decodeMessage(body: unknown): Decoded {
	const parsed = parse(body);
	const list = parsed.ok ? recordsOf(parsed.value) : parsed.reason;
	if (typeof list === "string") return { records: [], devices: [], total: 0, unreadable: [{ record: undefined, reason: list }] };
	return decodeRecords(list);
}

/** Envelope records that are parsed already, as the prefilter cuts them out of a message. */
export function decodeRecords(list: readonly unknown[]): Decoded {
	const records: DefenderRecord[] = [];
	const devices: DeviceRow[] = [];
	const unreadable: Unreadable[] = [];
	for (const [index, item] of list.entries()) {
		const record = decodeRecord(item);
		if (typeof record === "string") unreadable.push({ record: index, reason: record });
		else if (record === undefined) continue;
		else if (isDeviceRow(record)) devices.push(record);
		else records.push(record);
	}
	return { records, devices, total: list.length, unreadable };
}

type Parsed = { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly reason: UnreadableReason };

function parse(body: unknown): Parsed {
	if (body instanceof Uint8Array) {
		if (body.byteLength > maxBytes) return { ok: false, reason: "too-large" };
		const plain = isGzip(body) ? gunzip(body) : body;
		return plain === undefined ? { ok: false, reason: "bad-gzip" } : parseText(new TextDecoder().decode(plain));
	}
	// Not what the trigger is configured for, but a worker set to "string" parses bodies before we see them.
	return typeof body === "string" ? parseText(body) : { ok: true, value: body };
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

function gunzip(bytes: Uint8Array): Uint8Array | undefined {
	try {
		return gunzipSync(bytes, { maxOutputLength: maxBytes });
	} catch (error) {
		// zlib's own errors carry a code such as Z_DATA_ERROR or ERR_BUFFER_TOO_LARGE; anything else is a surprise.
		if (error instanceof Error && "code" in error) return undefined;
		throw error;
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
	const table = category.startsWith("AdvancedHunting-") ? category.slice("AdvancedHunting-".length) : "";
	return known(table, string(item["tenantId"]), string(item["time"]), columns);
}

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
