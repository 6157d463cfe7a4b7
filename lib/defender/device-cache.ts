import { type DeviceContext, type DeviceRow, withRow } from "./device.ts";

/** What is known about the devices heard of last, within a bound. */
export interface DeviceCache {
	/** Adds a row; the device if the row says something new about it, so that only changes are written. */
	take(row: DeviceRow): DeviceContext | undefined;
	/** Puts back what was stored earlier. */
	put(context: DeviceContext): void;
	find(tenantId: string, deviceId: string): DeviceContext | undefined;
	readonly size: number;
}

/** The device that was not heard of for longest makes room for a new one. */
export function createDeviceCache(mostDevices: number): DeviceCache {
	const devices = new Map<string, DeviceContext>();
	const put = (context: DeviceContext): void => {
		const key = keyOf(context.tenantId, context.deviceId);
		devices.delete(key);
		devices.set(key, context);
		for (const oldest of devices.keys()) {
			if (devices.size <= mostDevices) break;
			devices.delete(oldest);
		}
	};
	return {
		take(row) {
			const { DeviceId: id } = row.columns;
			const known = typeof id === "string" ? devices.get(keyOf(row.tenantId, id)) : undefined;
			const context = withRow(known, row);
			if (context === undefined) return undefined;
			put(context);
			return known === undefined || saysMore(known, context) ? context : undefined;
		},
		put,
		find: (tenantId, deviceId) => devices.get(keyOf(tenantId, deviceId)),
		get size() {
			return devices.size;
		},
	};
}

function keyOf(tenantId: string, deviceId: string): string {
	return `${tenantId} ${deviceId.toLowerCase()}`;
}

/** Anything but the times. */
function saysMore(before: DeviceContext, after: DeviceContext): boolean {
	const plain = ({ at: _, adapters, ...rest }: DeviceContext): string =>
		JSON.stringify([rest, adapters.map(({ name, addresses }) => [name, addresses]).sort()]);
	return plain(before) !== plain(after);
}
