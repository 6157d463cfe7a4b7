import { deviceTables } from "../../lib/defender/device.ts";
import { tables } from "../../lib/defender/tables.ts";

type Row = Readonly<Record<string, unknown>>;

/** Columns under which queries name a row's table. */
const tableColumns = ["Type", "$table", "SourceTable", "TableName", "Table", "source_table"] as const;

const knownTables = new Set<string>([...Object.keys(tables), ...deviceTables]);

/** What an ActionType says for sure; the others can be in more than one table. */
const byAction: readonly (readonly [RegExp, string])[] = [
	[/^ProcessCreated(AggregatedReport)?$/, "DeviceProcessEvents"],
	[/^File(Created|Modified|Renamed|Deleted)(AggregatedReport)?$/, "DeviceFileEvents"],
	[/^Registry(Key|Value)/, "DeviceRegistryEvents"],
	[/^ImageLoaded$/, "DeviceImageLoadEvents"],
	[
		/^(Connection(Success|Failed|Request|Attempt|Acknowledged|Found)|(Inbound|Listening)Connection|\w+ConnectionInspected$)/,
		"DeviceNetworkEvents",
	],
	[/^Logon(Success|Failed|Attempted)/, "DeviceLogonEvents"],
];

/** Where an ActionType says nothing: the first table of which the row has one of these columns. */
const byColumn: readonly (readonly [column: string, table: string])[] = [
	["NetworkAdapterName", "DeviceNetworkInfo"],
	["OnboardingStatus", "DeviceInfo"],
	["LogonType", "DeviceLogonEvents"],
	["RegistryKey", "DeviceRegistryEvents"],
	["ProcessCommandLine", "DeviceProcessEvents"],
	["RemoteUrl", "DeviceNetworkEvents"],
	["RemoteIP", "DeviceNetworkEvents"],
	["RemotePort", "DeviceNetworkEvents"],
	["FolderPath", "DeviceFileEvents"],
	["FileName", "DeviceFileEvents"],
	["InitiatingProcessCommandLine", "DeviceEvents"],
	["InitiatingProcessFileName", "DeviceEvents"],
	["ActionType", "DeviceEvents"],
];

/**
 * The table of a row of hunting results, which carry none: what a column says, else what its ActionType says, else its
 * columns. `undefined` = this is no row of a table that the rules read.
 */
export function inferTable(row: Row): string | undefined {
	for (const column of tableColumns) {
		const name = row[column];
		if (typeof name === "string" && knownTables.has(name)) return name;
	}
	const isDevice = "DeviceId" in row || "DeviceName" in row;
	if (!isDevice) return undefined;
	const action = row["ActionType"];
	const sure = typeof action === "string" ? byAction.find(([pattern]) => pattern.test(action)) : undefined;
	if (sure !== undefined) return sure[1];
	// An action that only DeviceEvents has, with columns that other tables have, too.
	if (typeof action === "string" && action !== "" && !("OnboardingStatus" in row)) return "DeviceEvents";
	return byColumn.find(([column]) => column in row)?.[1];
}

/** Which columns rows of these must have more, so that device and table can be told; empty = none. */
export function missingColumns(names: readonly string[]): readonly string[] {
	if (tableColumns.some((name) => names.includes(name))) return [];
	const isDevice = names.includes("DeviceId") || names.includes("DeviceName");
	const isEvent = byColumn.some(([name]) => names.includes(name));
	return [...(isDevice ? [] : ["DeviceId or DeviceName"]), ...(isEvent ? [] : ["ActionType"])];
}
