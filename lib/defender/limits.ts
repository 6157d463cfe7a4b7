/** What one message may hold. What lies beyond is quarantined by name, never read in part and never dropped silently. */
export interface Limits {
	/** Of the message as it came. */
	readonly bytes: number;
	/** Of a gzipped message, unpacked. */
	readonly unpackedBytes: number;
	readonly records: number;
}

const mebibyte = 1024 * 1024;

/** From a hub: an event is at most 1 MB there, and an instance has 512 MB for all it holds at once. */
export const hubLimits: Limits = { bytes: 4 * mebibyte, unpackedBytes: 4 * mebibyte, records: 10_000 };

/** From a file on a person's machine: one line may be a whole export of an hour. */
export const fileLimits: Limits = { bytes: 64 * mebibyte, unpackedBytes: 64 * mebibyte, records: 1_000_000 };

/** Levels of lists and objects in one column; Defender's own need three. */
export const mostDepth = 64;

/** Is a parsed value nested deeper than `levels`? Needs no stack, so any depth can be asked about. */
export function isTooDeep(value: unknown, levels: number): boolean {
	// Nearly every column is a text.
	if (typeof value !== "object" || value === null) return false;
	let layer: readonly unknown[] = [value];
	for (let depth = 0; depth < levels; depth++) {
		layer = layer.flatMap((one) => (typeof one === "object" && one !== null ? Object.values(one) : []));
		if (layer.length === 0) return false;
	}
	return layer.some((one) => typeof one === "object" && one !== null);
}
