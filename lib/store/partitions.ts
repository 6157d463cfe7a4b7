/** Everything about one finding shares a partition, so that one transaction commits it. There are 16. */
export const partitions: readonly string[] = [..."0123456789abcdef"].map((digit) => `s${digit}`);

/** The partition of a finding's key, which is hex. */
export function partitionOf(key: string): string {
	return `s${key.slice(0, 1)}`;
}
