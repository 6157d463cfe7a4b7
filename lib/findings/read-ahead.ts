import { type Row, rowsOf, type Table } from "../store/table.ts";
import type { Finding } from "./finding.ts";
import { findingAddress, readFinding, toldRangeOf } from "./finding-row.ts";

/** A finding is judged and then recorded: what judging read need not be read again. */
export interface ReadAhead {
	finding(key: string): Promise<Finding | undefined>;
	/** The rows that were read, once. Writing carries their ETags, so a change in between is noticed. */
	take(key: string): readonly Row[] | undefined;
}

/** More than are judged at the same time. */
const mostKept = 64;

/** Keeps the rows of at most 64 findings and drops the oldest first; `take` returns `undefined` for those, and the caller reads again. */
export function createReadAhead(table: Table): ReadAhead {
	const kept = new Map<string, readonly Row[]>();
	return {
		async finding(key) {
			const rows: Row[] = [];
			for await (const row of rowsOf(table, toldRangeOf(key))) rows.push(row);
			kept.delete(key);
			kept.set(key, rows);
			for (const oldest of kept.keys()) {
				if (kept.size <= mostKept) break;
				kept.delete(oldest);
			}
			const own = rows.find(({ rowKey }) => rowKey === findingAddress(key).rowKey);
			return own === undefined ? undefined : readFinding(own).finding;
		},
		take(key) {
			const rows = kept.get(key);
			kept.delete(key);
			return rows;
		},
	};
}
