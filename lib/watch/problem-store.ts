import * as z from "zod";
import { problemCodes } from "../outbox/problem-code.ts";
import { type ChangeDeps, changeRow } from "../store/change-row.ts";
import { columns, dateColumn, jsonColumn, listText } from "../store/columns.ts";
import type { Key, Row, Table } from "../store/table.ts";
import { nameOf, type Problem, problemCauses, type StandingProblem, standing, withoutEffects } from "./problems.ts";

const address: Key = { partitionKey: "meta", rowKey: "a|problems" };
const schema = z.object({
	problems: jsonColumn(
		z.array(
			z.object({
				code: z.enum(problemCodes),
				subject: z.string(),
				since: dateColumn,
				what: z.string(),
				do: z.string(),
				cause: z.enum(problemCauses).optional(),
				lastTrue: dateColumn,
			}),
		),
	),
});

/** The problems at the last look; an unreadable row counts as none. */
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
		// Effects of a fading cause are not remembered: they must not outlive it by a quarter of an hour of their own.
		next = withoutEffects(standing(known, problems, now));
		if (known.length === 0 && next.length === 0) return { keep: undefined };
		// One for each name: the mistakes of a file, which can be a hundred, must not crowd out what else is wrong.
		const distinct = new Map(next.map((one) => [nameOf(one), one]));
		return { values: columns({ v: 1, problems: listText([...distinct.values()]) }), result: undefined };
	});
	return next;
}
