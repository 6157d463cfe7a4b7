import { setTimeout as sleep } from "node:timers/promises";
import type { Table } from "../../lib/store/table.ts";

const mostTries = 30;

/** The emulator shares its machine with everything else: whoever watches the run asks again, second by second. */
export async function patiently<T>(ask: () => Promise<T>): Promise<T> {
	for (let n = 1; n < mostTries; n++) {
		try {
			return await ask();
		} catch {
			await sleep(1_000);
		}
	}
	return ask();
}

/** A table for whoever watches the run: only the processes under test have to bear its failures. */
export function patientTable(table: Table): Table {
	return {
		get: (key) => patiently(() => table.get(key)),
		create: (row) => patiently(() => table.create(row)),
		replace: (row, etag) => patiently(() => table.replace(row, etag)),
		remove: (key, etag) => patiently(() => table.remove(key, etag)),
		transact: (writes) => patiently(() => table.transact(writes)),
		page: (range, options) => patiently(() => table.page(range, options)),
		ensure: () => patiently(() => table.ensure()),
	};
}
