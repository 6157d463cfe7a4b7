import { type Finding, findingId } from "../findings/finding.ts";
import { isFindingRow, readFinding, toldRangeOf } from "../findings/finding-row.ts";
import { rowsOf, type Table } from "../store/table.ts";

/** The finding that people call `cf-<12 hex>`; `undefined` when there is none, or its row cannot be read. */
export async function findFinding(table: Table, id: string): Promise<Finding | undefined> {
	const [, start] = /^cf-([0-9a-f]{12})(?:-\d+)?$/.exec(id.trim().toLowerCase()) ?? [];
	if (start === undefined) return undefined;
	for await (const row of rowsOf(table, toldRangeOf(start))) {
		const finding = isFindingRow(row) ? readFinding(row).finding : undefined;
		if (finding !== undefined && findingId(finding) === `cf-${start}`) return finding;
	}
	return undefined;
}
