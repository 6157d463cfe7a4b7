import type { ChangeDeps } from "../../lib/store/change-row.ts";
import type { Table } from "../../lib/store/table.ts";

let ids = 0;

/** What changing rows needs, without waiting and without chance. */
export function changeDeps<T extends Table>(table: T): ChangeDeps & { readonly table: T } {
	return { table, random: () => 0.5, sleep: async () => undefined, newId: () => `writer${++ids}` };
}
