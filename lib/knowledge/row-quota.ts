/**
 * How many rows one device may add to the table within an hour. Whoever controls a device decides what is seen on it: a
 * new binary every second must not become a new row every second. Beyond the limit, questions are answered but nothing
 * is remembered.
 */
export interface RowQuota {
	/** Takes room for one more row; `false` when the device has used up its hour. */
	take(device: string): boolean;
}

const rowsPerDeviceHour = 60;
const hourMs = 3_600_000;
const mostRemembered = 10_000;

/** The cap holds within a process; with several of them a device may add one cap for each. */
export function createRowQuota(clock: () => Date): RowQuota {
	const taken = new Map<string, { readonly hour: number; readonly rows: number }>();
	return {
		take(device) {
			const hour = Math.floor(clock().getTime() / hourMs);
			const known = taken.get(device);
			const rows = known?.hour === hour ? known.rows : 0;
			if (rows >= rowsPerDeviceHour) return false;
			taken.delete(device);
			taken.set(device, { hour, rows: rows + 1 });
			for (const oldest of taken.keys()) {
				if (taken.size <= mostRemembered) break;
				taken.delete(oldest);
			}
			return true;
		},
	};
}
