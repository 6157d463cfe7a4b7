import { findingAddress, toldRangeOf } from "../../lib/findings/finding-row.ts";
import { owedAddress, settledAddress } from "../../lib/outbox/owed-row.ts";
import type { Key, Row, Table } from "../../lib/store/table.ts";
import type { State } from "./walk.ts";

export const recordIds = ["aaaaaaaaaaaa", "bbbbbbbbbbbb"] as const;

/** The rows of one finding and of its only notice. */
export interface StoredRows {
	readonly finding: Row | undefined;
	readonly open: Row | undefined;
	readonly settled: Row | undefined;
}

export const noRows: StoredRows = { finding: undefined, open: undefined, settled: undefined };

export async function readRows(table: Table, key: string, destination: string): Promise<StoredRows> {
	const [{ rows }, open] = await Promise.all([table.page(toldRangeOf(key)), table.get(owedAddress(key, destination))]);
	const at = ({ rowKey }: Key) => rows.find((row) => row.rowKey === rowKey);
	return { finding: at(findingAddress(key)), open, settled: at(settledAddress(key, destination)) };
}

/** How they stand, from their columns and not from what the code believes of them. */
export function stateOf({ finding, open, settled }: StoredRows, now: Date, taken: State["taken"]): State | string {
	if (open !== undefined && settled !== undefined) return "the notice has two rows";
	const owed = open ?? settled;
	const state = wordOf(owed);
	if (state === undefined) return `the notice is ${owed?.values["state"]}`;
	if (owed !== undefined && (state === "done") !== (owed === settled)) return `a notice that is ${state} stands in the wrong place`;
	const want = Number(owed?.values["want"] ?? 0);
	if (want !== Number(finding?.values["want"] ?? 0)) return "the finding and its notice want different numbers";
	const seen = String(finding?.values["seen"] ?? "");
	return {
		state,
		want,
		sent: Number(owed?.values["sent"] ?? 0),
		// The id of a lease begins with the number of the instance.
		holder: state === "leased" ? Number(String(owed?.values["leaseId"]).slice(0, 1)) : 0,
		leaseRuns: state === "leased" && Date.parse(String(owed?.values["leaseUntil"])) >= now.getTime(),
		counted: [seen.includes(recordIds[0]), seen.includes(recordIds[1])],
		taken: [...taken],
	};
}

function wordOf(owed: Row | undefined): State["state"] | undefined {
	const state = owed?.values["state"] ?? "absent";
	return (["absent", "due", "leased", "done"] as const).find((one) => one === state);
}
