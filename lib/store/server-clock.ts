import type { Table } from "./table.ts";

/** The table's clock, which decides about leases: the instances' own may disagree. */
export interface ServerClock {
	/** Ours, corrected by what the table said last. */
	now(): Date;
	/** Has the table said the time yet? */
	isKnown(): boolean;
	heard(at: Date): void;
}

/** HTTP dates are whole seconds, so a difference this small is none. */
const negligibleMs = 2_000;

/** Follows `clock` until `heard` is called for the first time. Differences of up to 2 s are ignored. */
export function createServerClock(clock: () => Date): ServerClock {
	let offsetMs: number | undefined;
	return {
		now: () => new Date(clock().getTime() + (offsetMs ?? 0)),
		isKnown: () => offsetMs !== undefined,
		heard(at) {
			const difference = at.getTime() - clock().getTime();
			offsetMs = Math.abs(difference) <= negligibleMs ? 0 : difference;
		},
	};
}

/** The same table; each listing sets the clock. */
export function listening(table: Table, server: ServerClock): Table {
	return {
		...table,
		async page(range, options) {
			const page = await table.page(range, options);
			server.heard(page.at);
			return page;
		},
	};
}
