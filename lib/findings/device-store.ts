import * as z from "zod";
import type { Adapter, DeviceContext, DeviceRow } from "../defender/device.ts";
import { createDeviceCache } from "../defender/device-cache.ts";
import { columns, cut, dateColumn, jsonColumn } from "./columns.ts";
import { findingKey } from "./finding.ts";
import type { Key, Table } from "./table.ts";

/** What the export says about devices, kept in the table: every instance and every later run knows it. */
export interface DeviceStore {
	/** Writes what changed, once for each device of the batch. */
	learn(rows: readonly DeviceRow[]): Promise<void>;
	find(tenantId: string, deviceId: string): Promise<DeviceContext | undefined>;
}

const mostInMemory = 2_000;
const keptAdapters = 8;

export function createDeviceStore(table: Table): DeviceStore {
	const cache = createDeviceCache(mostInMemory);
	const load = async (tenantId: string, deviceId: string): Promise<DeviceContext | undefined> => {
		const known = cache.find(tenantId, deviceId);
		if (known !== undefined) return known;
		const stored = read((await table.get(address(tenantId, deviceId)))?.values);
		if (stored !== undefined) cache.put(stored);
		return stored;
	};
	return {
		find: load,
		async learn(rows) {
			const changed = new Map<string, DeviceContext>();
			for (const row of rows) {
				const id = row.columns["DeviceId"];
				if (typeof id !== "string" || id === "") continue;
				await load(row.tenantId, id);
				const context = cache.take(row);
				if (context !== undefined) changed.set(findingKey({ tenantId: row.tenantId, id }), context);
			}
			for (const context of changed.values()) await write(table, context);
		},
	};
}

/** The last writer wins: rows say the same things again within the hour, so what is lost comes back. */
async function write(table: Table, context: DeviceContext): Promise<void> {
	const row = { ...address(context.tenantId, context.deviceId), values: toValues(context) };
	for (let attempt = 0; attempt < 3; attempt++) {
		const before = await table.get(row);
		const written = before === undefined ? await table.create(row) : await table.replace(row, before.etag);
		if (written.outcome === "written" || written.outcome === "refused") return;
		if (written.outcome === "tableMissing") await table.ensure();
	}
}

function address(tenantId: string, deviceId: string): Key {
	const key = findingKey({ tenantId, id: deviceId.toLowerCase() });
	return { partitionKey: `c${key.slice(0, 1)}`, rowKey: `c|${key}` };
}

function toValues({ adapters, users, internetFacing, at, ...text }: DeviceContext) {
	const bounded = Object.fromEntries(Object.entries(text).map(([name, value]) => [name, cut(value, 256)]));
	return columns({
		v: 1,
		...bounded,
		adapters: JSON.stringify(adapters.slice(-keptAdapters)),
		users: JSON.stringify(users),
		internetFacing,
		at,
	});
}

const schema = z.object({
	tenantId: z.string(),
	deviceId: z.string(),
	name: z.string(),
	os: z.string(),
	kind: z.enum(["server", "workstation", "unknown"]),
	group: z.string(),
	publicIp: z.string(),
	exposure: z.string(),
	adapters: jsonColumn<readonly Adapter[]>(z.array(z.object({ name: z.string(), addresses: z.array(z.string()), at: dateColumn }))),
	users: jsonColumn(z.array(z.string())),
	internetFacing: z.boolean().optional(),
	at: dateColumn,
});

/** A row that cannot be read is written anew by the device's next record. */
function read(values: unknown): DeviceContext | undefined {
	const result = schema.safeParse(values);
	if (!result.success) return undefined;
	const { internetFacing, ...rest } = result.data;
	return { ...rest, internetFacing };
}
