import { type DeviceContext, type DeviceRow, withRow } from "../defender/device.ts";
import { deviceKey } from "../defender/device-identity.ts";

/** Context of the most recently seen devices, up to a limit. */
export interface DeviceCache {
	/** Adds a row. Returns the device if it must be written: the row has news, or the last write is long ago. */
	take(row: DeviceRow, now: Date): DeviceContext | undefined;
	/** Restores context from the table. */
	put(context: DeviceContext, writtenAt: Date): void;
	/** Drops context that could not be written. */
	forget(tenantId: string, deviceId: string): void;
	find(tenantId: string, deviceId: string): DeviceContext | undefined;
	readonly size: number;
}

/** Evicts the device that was not seen for the longest time. */
export function createDeviceCache(mostDevices: number, writeAgainMs: number): DeviceCache {
	const devices = new Map<string, { readonly context: DeviceContext; readonly writtenAt: Date }>();
	const put = (context: DeviceContext, writtenAt: Date): void => {
		const key = deviceKey({ tenantId: context.tenantId, id: context.deviceId });
		devices.delete(key);
		devices.set(key, { context, writtenAt });
		for (const oldest of devices.keys()) {
			if (devices.size <= mostDevices) break;
			devices.delete(oldest);
		}
	};
	return {
		take(row, now) {
			const { DeviceId: id } = row.columns;
			const known = typeof id === "string" ? devices.get(deviceKey({ tenantId: row.tenantId, id })) : undefined;
			const context = withRow(known?.context, row);
			if (context === undefined) return undefined;
			if (known === undefined || saysMore(known.context, context) || now.getTime() - known.writtenAt.getTime() >= writeAgainMs) {
				put(context, now);
				return context;
			}
			put(context, known.writtenAt);
			return undefined;
		},
		put,
		forget(tenantId, deviceId) {
			devices.delete(deviceKey({ tenantId, id: deviceId }));
		},
		find: (tenantId, deviceId) => devices.get(deviceKey({ tenantId, id: deviceId }))?.context,
		get size() {
			return devices.size;
		},
	};
}

/** Compares everything except the times. */
function saysMore(before: DeviceContext, after: DeviceContext): boolean {
	const plain = ({ at: _, adapters, ...rest }: DeviceContext): string =>
		JSON.stringify([rest, adapters.map(({ name, addresses }) => [name, addresses]).sort()]);
	return plain(before) !== plain(after);
}
