/** What a column holds. Times are ISO text and lists are JSON text, so that every store gives back what it was given. */
export type Value = string | number | boolean;

export type Values = Readonly<Record<string, Value>>;

export interface Key {
	readonly partitionKey: string;
	readonly rowKey: string;
}

export interface NewRow extends Key {
	readonly values: Values;
}

export interface Row extends NewRow {
	/** Opaque; another one after each write. */
	readonly etag: string;
}

/** Rows of one partition with `from` ≤ row key < `to`, in the order of their row keys. */
export interface Range {
	readonly partitionKey: string;
	readonly from: string;
	readonly to: string;
}

export interface Page {
	readonly rows: readonly Row[];
	/** Where the next page starts; `undefined` after the last one. A page can be empty and not be the last. */
	readonly next: string | undefined;
	/** The server's clock: instances may disagree about the time, and it decides. */
	readonly at: Date;
}

export interface PageOptions {
	readonly next?: string | undefined;
	/** 1,000 unless said. */
	readonly size?: number;
	/** Only these are read, where most of a row is not needed. */
	readonly columns?: readonly string[];
}

export type Write =
	| { readonly kind: "create"; readonly row: NewRow }
	| { readonly kind: "replace"; readonly row: NewRow; readonly etag: string }
	| { readonly kind: "remove"; readonly row: Key; readonly etag: string }
	/** Whatever is there, or nothing: for a row that only changes together with another one, which is guarded. */
	| { readonly kind: "put"; readonly row: NewRow };

/**
 * Outcome of a write. Conflict, stale and missing can also come from our own write whose answer was lost; callers that
 * must know write a token and read it back.
 */
export type Written =
	| { readonly outcome: "written"; readonly etag: string }
	/** `conflict`: the row exists already. `stale`: somebody else changed it. `missing`: there is no such row. */
	| { readonly outcome: "conflict" | "stale" | "missing" | "tableMissing" }
	/** The table will never take this row, whatever is tried again. */
	| { readonly outcome: "refused"; readonly status: number };

/** All or nothing; `index` is the write that failed, where the table says. */
export type Transacted =
	/** The ETags of the rows in the order of the writes; `""` for a row that was removed. */
	| { readonly outcome: "written"; readonly etags: readonly string[] }
	| { readonly outcome: "conflict" | "stale" | "missing" | "tableMissing"; readonly index: number | undefined }
	| { readonly outcome: "refused"; readonly status: number; readonly index: number | undefined };

/**
 * The few operations of Table Storage that findings need. Expected outcomes are values; everything else is thrown, as an
 * error whose message holds no URL and no key. A table that does not exist reads as empty.
 */
export interface Table {
	get(key: Key): Promise<Row | undefined>;
	create(row: NewRow): Promise<Written>;
	/** The whole row, if it is still the one with this ETag. */
	replace(row: NewRow, etag: string): Promise<Written>;
	remove(key: Key, etag: string): Promise<"removed" | "stale" | "missing">;
	/** At most 100 rows of one partition, each once. */
	transact(writes: readonly Write[]): Promise<Transacted>;
	/** At most `size` rows, after the page that gave `next`. */
	page(range: Range, options?: PageOptions): Promise<Page>;
	/** Creates the table if it is not there. */
	ensure(): Promise<void>;
}

/** Every row of a range, a page at a time. */
export async function* rowsOf(table: Table, range: Range, size?: number): AsyncGenerator<Row> {
	let next: string | undefined;
	do {
		const page = await table.page(range, size === undefined ? { next } : { next, size });
		yield* page.rows;
		next = page.next;
	} while (next !== undefined);
}

export const maxTransaction = 100;

/** The row with only these columns; `undefined` = all. */
export function withColumns(row: Row, names: readonly string[] | undefined): Row {
	if (names === undefined) return row;
	return { ...row, values: Object.fromEntries(Object.entries(row.values).filter(([name]) => names.includes(name))) };
}
