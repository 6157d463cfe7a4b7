import * as z from "zod";
import { type Adapter, type DeviceContext, type DeviceRow, deviceClasses } from "../defender/device.ts";
import { deviceKey, foldId } from "../defender/device-identity.ts";
import { type ChangeDeps, changeRow } from "../store/change-row.ts";
import { columns, cut, dateColumn, jsonColumn } from "../store/columns.ts";
import { renewAfterMs, touchedAt } from "../store/last-used.ts";
import { inParallel } from "../store/parallel.ts";
import type { Key } from "../store/table.ts";
import { createDeviceCache } from "./device-cache.ts";
import { deviceRowKey } from "./device-row-key.ts";

/** Device context from the export, kept in the table, so that every instance and every later run has it. */
export interface DeviceStore {
	/** Writes devices that changed or were not written for a month, once each, several at a time. */
	learn(rows: readonly DeviceRow[]): Promise<void>;
	find(tenantId: string, deviceId: string): Promise<DeviceContext | undefined>;
}

export const devicePartitions: readonly string[] = [..."0123456789abcdef"].map((digit) => `c${digit}`);

const mostInMemory = 2_000;
const keptAdapters = 8;
const atOnce = 16;

export interface DeviceStoreDeps extends ChangeDeps {
	readonly clock: () => Date;
}

/**
 * Caches 2,000 devices per process. `learn` skips rows without a device id; if a write fails it throws that error, and
 * the device is written when its next row comes.
 */
export function createDeviceStore(deps: DeviceStoreDeps): DeviceStore {
	const { table, clock } = deps;
	const cache = createDeviceCache(mostInMemory, renewAfterMs);
	const load = async (tenantId: string, deviceId: string): Promise<DeviceContext | undefined> => {
		const known = cache.find(tenantId, deviceId);
		if (known !== undefined) return known;
		const row = await table.get(address(tenantId, deviceId));
		const stored = read(row?.values);
		if (row !== undefined && stored !== undefined) cache.put(stored, touchedAt(row));
		return stored;
	};
	const learnDevice = async (tenantId: string, deviceId: string, rows: readonly DeviceRow[]): Promise<void> => {
		await load(tenantId, deviceId);
		const now = clock();
		const changed = rows.map((row) => cache.take(row, now)).findLast((context) => context !== undefined);
		if (changed === undefined) return;
		try {
			await write(deps, changed, now);
		} catch (error) {
			cache.forget(tenantId, deviceId);
			throw error;
		}
	};
	return {
		find: load,
		async learn(rows) {
			const devices = Map.groupBy(rows, ({ tenantId, columns }) => deviceKey({ tenantId, id: idOf(columns) }));
			await inParallel([...devices.values()], atOnce, async (group) => {
				const [first] = group;
				if (first === undefined || idOf(first.columns) === "") return;
				await learnDevice(first.tenantId, idOf(first.columns), group);
			});
		},
	};
}

function idOf(row: DeviceRow["columns"]): string {
	return typeof row["DeviceId"] === "string" ? foldId(row["DeviceId"]) : "";
}

/** The last writer wins: Defender repeats its rows within the hour, so a lost update comes back. */
async function write(deps: ChangeDeps, context: DeviceContext, now: Date): Promise<void> {
	const values = toValues(context, now);
	const changed = await changeRow(deps, address(context.tenantId, context.deviceId), () => ({ values, result: undefined }));
	if (changed.outcome !== "written") throw new Error(`what is known of a device could not be stored: ${changed.outcome}`);
}

function address(tenantId: string, deviceId: string): Key {
	const key = deviceRowKey({ tenantId, id: deviceId });
	return { partitionKey: `c${key.slice(0, 1)}`, rowKey: `c|${key}` };
}

function toValues({ adapters, users, internetFacing, at, ...text }: DeviceContext, now: Date) {
	const bounded = Object.fromEntries(Object.entries(text).map(([name, value]) => [name, cut(value, 256)]));
	return columns({
		v: 1,
		...bounded,
		adapters: JSON.stringify(adapters.slice(-keptAdapters)),
		users: JSON.stringify(users),
		internetFacing,
		at,
		touchedAt: now,
	});
}

const schema = z.object({
	tenantId: z.string(),
	deviceId: z.string(),
	name: z.string(),
	os: z.string(),
	kind: z.enum(deviceClasses),
	group: z.string(),
	publicIp: z.string(),
	exposure: z.string(),
	adapters: jsonColumn<readonly Adapter[]>(z.array(z.object({ name: z.string(), addresses: z.array(z.string()), at: dateColumn }))),
	users: jsonColumn(z.array(z.string())),
	internetFacing: z.boolean().optional(),
	at: dateColumn,
});

/** An unreadable row is rewritten by the device's next record. */
function read(values: unknown): DeviceContext | undefined {
	const result = schema.safeParse(values);
	if (!result.success) return undefined;
	const { internetFacing, ...rest } = result.data;
	return { ...rest, internetFacing };
}
