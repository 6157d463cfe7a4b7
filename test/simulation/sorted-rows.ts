import type { Row } from "../../lib/store/table.ts";

/** The rows of one partition in the order of their keys, so that a page costs what it holds and not what is stored. */
export interface SortedRows {
	get(rowKey: string): Row | undefined;
	set(row: Row): void;
	delete(rowKey: string): void;
	values(): Iterable<Row>;
	/** At most `limit` rows from a key on, up to another one that is not included. */
	between(from: string, to: string, limit: number): readonly Row[];
}

export function createSortedRows(): SortedRows {
	const rows = new Map<string, Row>();
	const keys: string[] = [];
	/** Place of the first key that does not come before this one. */
	const placeOf = (key: string): number => {
		let low = 0;
		let high = keys.length;
		while (low < high) {
			const middle = (low + high) >> 1;
			if ((keys[middle] ?? "") < key) low = middle + 1;
			else high = middle;
		}
		return low;
	};
	return {
		get: (rowKey) => rows.get(rowKey),
		set(row) {
			if (!rows.has(row.rowKey)) keys.splice(placeOf(row.rowKey), 0, row.rowKey);
			rows.set(row.rowKey, row);
		},
		delete(rowKey) {
			if (rows.delete(rowKey)) keys.splice(placeOf(rowKey), 1);
		},
		values: () => rows.values(),
		between(from, to, limit) {
			const first = placeOf(from);
			const inRange = keys.slice(first, Math.min(placeOf(to), first + limit));
			return inRange.map((key) => rows.get(key)).filter((row) => row !== undefined);
		},
	};
}
