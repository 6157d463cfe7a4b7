import { foldId } from "./device-identity.ts";
import { momentOf } from "./moment.ts";

/** Tables that describe devices. They are no events: a full row each hour and on change, and sparse rows in between. */
export const deviceTables = ["DeviceInfo", "DeviceNetworkInfo"] as const;

/** One row of them, as it came. */
export interface DeviceRow {
	readonly table: (typeof deviceTables)[number];
	readonly tenantId: string;
	readonly columns: Readonly<Record<string, unknown>>;
}

export const deviceClasses = ["domain-controller", "server", "workstation", "unknown"] as const;

export type DeviceClass = (typeof deviceClasses)[number];

/** A domain controller is a server, too. */
export function isServer(kind: DeviceClass): boolean {
	return kind === "domain-controller" || kind === "server";
}

/** Defender has no column that says it: people do, in tags and in the names of groups, and some exports in the type. */
export function saysDomainController(text: string): boolean {
	return /(?:^|[^a-z0-9])domain[ _-]?controllers?(?:$|[^a-z0-9])/i.test(text.slice(0, 1_024));
}

/** Everything known about a device: raw text, empty if unknown. */
export interface DeviceContext {
	readonly tenantId: string;
	/** 40 hex characters, lower case. */
	readonly deviceId: string;
	readonly name: string;
	/** `Windows11 23H2`, `WindowsServer2022`, `Ubuntu 24.4` */
	readonly os: string;
	readonly kind: DeviceClass;
	readonly group: string;
	readonly publicIp: string;
	readonly adapters: readonly Adapter[];
	/** `DOMAIN\name` */
	readonly users: readonly string[];
	/** `Low`, `Medium` or `High`, in Defender's words. */
	readonly exposure: string;
	readonly internetFacing: boolean | undefined;
	/** Newest row of DeviceInfo; the adapters have their own times. */
	readonly at: Date;
}

export interface Adapter {
	readonly name: string;
	readonly addresses: readonly string[];
	readonly at: Date;
}

const mostAdapters = 16;
const mostAddresses = 16;
const mostUsers = 16;
const longestText = 256;

/**
 * Adds a row to what is known. Most rows are sparse, so an empty column never erases a value; rows come in any order, so
 * an older one only fills gaps. `undefined` for a row without a device.
 */
export function withRow(known: DeviceContext | undefined, row: DeviceRow): DeviceContext | undefined {
	const deviceId = foldId(text(row.columns["DeviceId"]));
	if (deviceId === "") return undefined;
	const at = moment(row.columns["Timestamp"]);
	const before = known ?? nothingKnown(row.tenantId, deviceId, text(row.columns["DeviceName"]));
	if (row.table === "DeviceNetworkInfo") return { ...before, adapters: withAdapter(before.adapters, row.columns, at) };
	return merged(before, fromInfo(row, deviceId, at));
}

/** All addresses of the adapters that are up. */
export function addressesOf({ adapters }: DeviceContext): readonly string[] {
	return [...new Set(adapters.flatMap((adapter) => adapter.addresses))];
}

function nothingKnown(tenantId: string, deviceId: string, name: string): DeviceContext {
	const empty = { os: "", group: "", publicIp: "", exposure: "" };
	return { ...empty, tenantId, deviceId, name, kind: "unknown", adapters: [], users: [], internetFacing: undefined, at: new Date(0) };
}

function fromInfo({ tenantId, columns }: DeviceRow, deviceId: string, at: Date): DeviceContext {
	const platform = text(columns["OSPlatform"]);
	return {
		tenantId,
		deviceId,
		name: text(columns["DeviceName"]),
		os: [text(columns["OSDistribution"]) || platform, text(columns["OSVersionInfo"]) || text(columns["OSVersion"])]
			.filter((part) => part !== "")
			.join(" "),
		kind: isDomainController(columns) ? "domain-controller" : deviceClass(text(columns["DeviceType"]), platform),
		group: columns["MachineGroup"] === "UnassignedGroup" ? "" : text(columns["MachineGroup"]),
		publicIp: text(columns["PublicIP"]),
		adapters: [],
		users: loggedOnUsers(columns["LoggedOnUsers"]),
		exposure: text(columns["ExposureLevel"]),
		internetFacing: flag(columns["IsInternetFacing"]),
		at,
	};
}

function merged(known: DeviceContext, row: DeviceContext): DeviceContext {
	const [newer, older] = row.at >= known.at ? [row, known] : [known, row];
	return {
		tenantId: known.tenantId,
		deviceId: known.deviceId,
		name: newer.name || older.name,
		os: newer.os || older.os,
		// Sparse rows lack tags and type: a domain controller that a row calls a server is still one.
		kind: newer.kind === "unknown" || (newer.kind === "server" && older.kind === "domain-controller") ? older.kind : newer.kind,
		group: newer.group || older.group,
		publicIp: newer.publicIp || older.publicIp,
		adapters: known.adapters,
		users: newer.users.length > 0 ? newer.users : older.users,
		exposure: newer.exposure || older.exposure,
		internetFacing: newer.internetFacing ?? older.internetFacing,
		at: newer.at,
	};
}

/** One row is one adapter, with all its addresses; one that is down has none. */
function withAdapter(adapters: readonly Adapter[], columns: DeviceRow["columns"], at: Date): readonly Adapter[] {
	const name = text(columns["NetworkAdapterName"]) || text(columns["MacAddress"]);
	const before = adapters.find((adapter) => adapter.name === name);
	if (before !== undefined && before.at > at) return adapters;
	const isDown = text(columns["NetworkAdapterStatus"]).toLowerCase() === "down";
	const addresses = isDown ? [] : list(columns["IPAddresses"]).map((item) => text(member(item, "IPAddress")));
	const others = adapters.filter((adapter) => adapter.name !== name);
	const adapter = { name, addresses: addresses.filter((address) => address !== "").slice(0, mostAddresses), at };
	return [...others, adapter].slice(-mostAdapters);
}

const labels = ["DeviceType", "DeviceSubtype", "MachineGroup", "RegistryDeviceTag", "DeviceManualTags", "DeviceDynamicTags"] as const;

function isDomainController(columns: DeviceRow["columns"]): boolean {
	return labels.some((label) => {
		const value = columns[label];
		const texts = Array.isArray(value) ? value.map(text) : [text(value), ...list(value).map(text)];
		return texts.some((one) => saysDomainController(one) || (label !== "MachineGroup" && one.trim().toUpperCase() === "DC"));
	});
}

function deviceClass(type: string, platform: string): DeviceClass {
	if (type.toLowerCase() === "server" || /^WindowsServer/i.test(platform)) return "server";
	return type.toLowerCase() === "workstation" || /^(?:Windows(?:7|8|10|11)|macOS)/i.test(platform) ? "workstation" : "unknown";
}

/** On macOS an entry has a name only. */
function loggedOnUsers(value: unknown): readonly string[] {
	const users = list(value).map((item) => {
		const [domain, name] = [text(member(item, "DomainName")), text(member(item, "UserName"))];
		return domain === "" || name === "" ? name : `${domain}\\${name}`;
	});
	return [...new Set(users.filter((user) => user !== ""))].slice(0, mostUsers);
}

/** Lists come as JSON in a string; the export to Log Analytics sends them as they are. */
function list(value: unknown): readonly unknown[] {
	if (Array.isArray(value)) return value;
	if (typeof value !== "string" || value === "") return [];
	try {
		const parsed: unknown = JSON.parse(value);
		return Array.isArray(parsed) ? parsed : [];
	} catch (error) {
		if (error instanceof SyntaxError) return [];
		throw error;
	}
}

function member(value: unknown, name: string): unknown {
	return typeof value === "object" && value !== null && Object.hasOwn(value, name) ? Reflect.get(value, name) : undefined;
}

function flag(value: unknown): boolean | undefined {
	if (typeof value === "boolean") return value;
	if (value === 1 || value === "true" || value === "True") return true;
	return value === 0 || value === "false" || value === "False" ? false : undefined;
}

function text(value: unknown): string {
	return typeof value === "string" ? value.slice(0, longestText) : "";
}

/** The beginning of time for a row without one: it fills gaps only. */
function moment(value: unknown): Date {
	return momentOf(text(value)) ?? new Date(0);
}
