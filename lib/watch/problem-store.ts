import * as z from "zod";
import { columns, dateColumn, jsonColumn } from "../store/columns.ts";
import type { Key, Table } from "../store/table.ts";
import { type Problem, problemCodes, type Standing, standing } from "./problems.ts";

const address: Key = { partitionKey: "meta", rowKey: "a|problems" };
/** Many destinations and hubs are far fewer than this. */
const mostStanding = 40;

const schema = z.object({
	problems: jsonColumn(
		z
			.array(
				z.object({
					code: z.enum(problemCodes),
					subject: z.string(),
					since: dateColumn,
					what: z.string(),
					do: z.string(),
					lastTrue: dateColumn,
				}),
			)
			.max(mostStanding),
	),
});

/** What stood at the last look; a row that cannot be read is as good as none. */
export async function readStanding(table: Table): Promise<readonly Standing[]> {
	const read = schema.safeParse((await table.get(address))?.values);
	return read.success ? read.data.problems : [];
}

/** Remembers what is wrong, and answers with what stands: these problems, and those of the last quarter of an hour. */
export async function noteProblems(table: Table, problems: readonly Problem[], now: Date): Promise<readonly Standing[]> {
	const row = await table.get(address);
	const read = schema.safeParse(row?.values);
	const known = read.success ? read.data.problems : [];
	const next = standing(known, problems, now).slice(0, mostStanding);
	if (known.length === 0 && next.length === 0) return next;
	const kept = { ...address, values: columns({ v: 1, problems: JSON.stringify(next) }) };
	// Another timer that was faster noted the same minute.
	if (row === undefined) await table.create(kept);
	else await table.replace(kept, row.etag);
	return next;
}
