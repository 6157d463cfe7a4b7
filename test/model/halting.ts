import type { Table } from "../../lib/store/table.ts";

/** A call that was begun and that nobody has let through yet. */
interface Stop {
	/** In two words: `list open`. */
	readonly call: string;
	/** Lets it through and waits until its caller can go no further. */
	readonly go: () => Promise<void>;
}

type Halt = <T>(call: string, work: () => Promise<T>) => Promise<T>;

/** Calls that wait to be let through, in the order in which they were begun. */
export function createHalting(): { readonly stops: Stop[]; readonly stop: Halt } {
	const stops: Stop[] = [];
	return {
		stops,
		stop: (call, work) =>
			new Promise((resolve, reject) => {
				const go = async () => {
					await work().then(resolve, reject);
					await everybodyWaits();
				};
				stops.push({ call, go });
			}),
	};
}

/** Node takes its next tick when no promise can go on. */
export function everybodyWaits(): Promise<void> {
	return new Promise((resolve) => {
		process.nextTick(resolve);
	});
}

/** The same table; each call waits to be let through. */
export function haltingTable(table: Table, stop: Halt): Table {
	return {
		get: (key) => stop(`get ${kindOf(key.rowKey)}`, () => table.get(key)),
		create: (row) => stop(`create ${kindOf(row.rowKey)}`, () => table.create(row)),
		replace: (row, etag) => stop(`replace ${kindOf(row.rowKey)}`, () => table.replace(row, etag)),
		remove: (key, etag) => stop(`remove ${kindOf(key.rowKey)}`, () => table.remove(key, etag)),
		transact: (writes) => stop(`transact ${kindOf(writes[0]?.row.rowKey ?? "")}`, () => table.transact(writes)),
		page: (range, options) => stop(`list ${kindOf(range.from)}`, () => table.page(range, options)),
		ensure: () => stop("ensure", () => table.ensure()),
	};
}

function kindOf(rowKey: string): string {
	const [prefix = "", , destination] = rowKey.split("|");
	switch (prefix) {
		case "f":
			return destination === undefined ? "finding" : "settled";
		case "o":
			return "open";
		case "h":
			return "destination";
		default:
			return prefix;
	}
}
