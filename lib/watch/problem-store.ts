import * as z from "zod";
import { problemCodes } from "../outbox/problem-code.ts";
import { type ChangeDeps, changeRow } from "../store/change-row.ts";
import { columns, dateColumn, jsonColumn } from "../store/columns.ts";
import type { Key, Row, Table } from "../store/table.ts";
import { troubleCauses } from "../store/trouble.ts";
import { type Problem, type StandingProblem, standing, withoutEffects } from "./problems.ts";

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
					cause: z.enum(troubleCauses).optional(),
					lastTrue: dateColumn,
				}),
			)
			.max(mostStanding),
	),
});

/** What stood at the last look; a row that cannot be read is as good as none. */
export async function readStanding(table: Table): Promise<readonly StandingProblem[]> {
	return standingIn(await table.get(address));
}

function standingIn(row: Row | undefined): readonly StandingProblem[] {
	const read = schema.safeParse(row?.values);
	return read.success ? read.data.problems : [];
}

/** Remembers what is wrong, and answers with what stands: these problems, and those of the last quarter of an hour. */
export async function noteProblems(deps: ChangeDeps, problems: readonly Problem[], now: Date): Promise<readonly StandingProblem[]> {
	let next: readonly StandingProblem[] = [];
	await changeRow(deps, address, (row) => {
		const known = standingIn(row);
		// What a fading cause brings about is not remembered: it must not outlive the cause by its own quarter of an hour.
		next = withoutEffects(standing(known, problems, now)).slice(0, mostStanding);
		if (known.length === 0 && next.length === 0) return { keep: undefined };
		return { values: columns({ v: 1, problems: JSON.stringify(next) }), result: undefined };
	});
	return next;
}
