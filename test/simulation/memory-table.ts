import { isAcceptable } from "../../lib/store/row-limits.ts";
import {
	type Key,
	type NewRow,
	type Row,
	type Table,
	type Transacted,
	type Values,
	type Write,
	type Written,
	withColumns,
} from "../../lib/store/table.ts";
import { createSortedRows, type SortedRows } from "./sorted-rows.ts";

/** Table Storage in memory: the same answers, none of the faults. `clock` is the server's. */
export function createMemoryTable(clock: () => Date = () => new Date(), exists = true): MemoryTable {
	const partitions = new Map<string, SortedRows>();
	let tableExists = exists;
	let writes = 0;

	const find = ({ partitionKey, rowKey }: Key): Row | undefined => partitions.get(partitionKey)?.get(rowKey);
	const put = (row: NewRow): string => {
		writes += 1;
		const etag = `W/"${writes}"`;
		const partition = partitions.get(row.partitionKey) ?? createSortedRows();
		partitions.set(row.partitionKey, partition);
		partition.set({ partitionKey: row.partitionKey, rowKey: row.rowKey, values: defined(row.values), etag });
		return etag;
	};
	const check = (write: Write): Exclude<Written, { outcome: "written" }> | undefined => {
		if (!tableExists) return { outcome: "tableMissing" };
		if (write.kind !== "remove" && !isAcceptable(write.row)) return { outcome: "refused", status: 400 };
		if (write.kind === "put") return undefined;
		const found = find(write.row);
		if (write.kind === "create") return found === undefined ? undefined : { outcome: "conflict" };
		if (found === undefined) return { outcome: "missing" };
		return found.etag === write.etag ? undefined : { outcome: "stale" };
	};
	const apply = (write: Write): string => {
		if (write.kind !== "remove") return put(write.row);
		partitions.get(write.row.partitionKey)?.delete(write.row.rowKey);
		return "";
	};
	const one = (write: Write): Written => check(write) ?? { outcome: "written", etag: apply(write) };

	return {
		async get(key) {
			return find(key);
		},
		async create(row) {
			return one({ kind: "create", row });
		},
		async replace(row, etag) {
			return one({ kind: "replace", row, etag });
		},
		async remove(key, etag) {
			const found = find(key);
			if (found === undefined) return "missing";
			if (found.etag !== etag) return "stale";
			partitions.get(key.partitionKey)?.delete(key.rowKey);
			return "removed";
		},
		async transact(batch): Promise<Transacted> {
			if (new Set(batch.map((write) => write.row.partitionKey)).size !== 1) throw new Error("a transaction has one partition");
			const repeated = new Set(batch.map((write) => address(write.row))).size < batch.length;
			if (batch.length > 100 || repeated) return { outcome: "refused", status: 400, index: undefined };
			for (const [index, write] of batch.entries()) {
				const problem = check(write);
				if (problem?.outcome === "refused") return { outcome: "refused", status: problem.status, index };
				if (problem !== undefined) return { outcome: problem.outcome, index };
			}
			return { outcome: "written", etags: batch.map(apply) };
		},
		async page({ partitionKey, from, to }, { next, size = 1_000, columns } = {}) {
			const inRange = partitions.get(partitionKey)?.between(next ?? from, to, size + 1) ?? [];
			return { rows: inRange.slice(0, size).map((row) => withColumns(row, columns)), next: inRange[size]?.rowKey, at: clock() };
		},
		async ensure() {
			tableExists = true;
		},
		all: () => [...partitions.values()].flatMap((partition) => [...partition.values()]),
	};
}

export interface MemoryTable extends Table {
	/** What a test looks at afterwards. */
	readonly all: () => readonly Row[];
}

function address({ partitionKey, rowKey }: Key): string {
	return JSON.stringify([partitionKey, rowKey]);
}

function defined(values: Values): Values {
	return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));
}
