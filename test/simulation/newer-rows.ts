import { findingKey } from "../../lib/findings/finding.ts";
import { findingAddress } from "../../lib/findings/finding-row.ts";
import { owedAddress, settledAddress } from "../../lib/outbox/owed-row.ts";
import type { NewRow } from "../../lib/store/table.ts";
import { aSighting, redacted } from "../builders.ts";
import type { FaultPlan } from "./faults.ts";
import type { MemoryTable } from "./memory-table.ts";
import { type Batch, toMessage } from "./stream.ts";

/** A device that a later version, which is being rolled out, has seen before; this one cannot read its rows. */
const device = "seen-by-a-later-version";

export const newerKey = findingKey({ ...aSighting().device, id: redacted(device) }, "cloudflared");

/** In each fourth history; not where the table does not exist yet. */
export function hasNewerRows(seed: number, plan: FaultPlan): boolean {
	return seed % 4 === 0 && !plan.includes("T4");
}

/** In each fourth of the others, every row has a column that only a later version knows. */
export function hasLaterColumn(seed: number): boolean {
	return seed % 4 === 1;
}

/** What the later version stored of it: the finding, a notice that is owed and one that was told. */
export const newerRows: readonly NewRow[] = [
	{ ...findingAddress(newerKey), values: { v: 2, want: 2, later: "column" } },
	{ ...owedAddress(newerKey, "teams"), values: { v: 2, state: "due", want: 2, sent: 1, later: "column" } },
	{ ...settledAddress(newerKey, "webhook"), values: { v: 2, state: "done", want: 2, sent: 2, later: "column" } },
];

/** The device is seen in each batch; its record can only be noted. */
export function withNewerDevice(story: readonly Batch[]): readonly Batch[] {
	return story.map((batch, n) => {
		const event = { device, id: 2_000 + n, at: batch.at, severity: "critical", user: "zoe", approved: false } as const;
		return { ...batch, messages: [...batch.messages, toMessage(event)], poison: batch.poison + 1 };
	});
}

/** Each row that is read has a column that only a later version knows. */
export function withLaterColumn(memory: MemoryTable): MemoryTable {
	const add = <T extends NewRow>(row: T): T => ({ ...row, values: { ...row.values, later: "column" } });
	return {
		...memory,
		async get(key) {
			const row = await memory.get(key);
			return row === undefined ? undefined : add(row);
		},
		async page(range, options) {
			const page = await memory.page(range, options);
			return { ...page, rows: page.rows.map(add) };
		},
	};
}
