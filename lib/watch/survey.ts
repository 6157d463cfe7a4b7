import * as z from "zod";
import { type ChangeDeps, replaceUnchanged } from "../store/change-row.ts";
import { columns, countColumn, dateColumn, jsonColumn } from "../store/columns.ts";
import type { Row, Table } from "../store/table.ts";

/** What a whole round over all findings counted. */
export interface Counted {
	readonly open: number;
	/** Ids of all rules that open findings have. */
	readonly rules: readonly string[];
}

/** Progress of the round over all findings: each part is short, and the next one continues from there. */
export interface Survey extends Counted {
	readonly partition: number;
	/** The row key to begin with; empty = the first one. */
	readonly from: string;
	/** What the last whole round counted, and when it ended; `undefined` before the end of the first. */
	readonly last: (Counted & { readonly at: Date }) | undefined;
}

const address = { partitionKey: "meta", rowKey: "survey" };

const begin: Survey = { partition: 0, from: "", open: 0, rules: [], last: undefined };

const ids = jsonColumn(z.array(z.string()));

const schema = z.object({
	partition: countColumn,
	from: z.string(),
	open: countColumn,
	rules: ids,
	lastOpen: countColumn.optional(),
	lastRules: ids.optional(),
	lastAt: dateColumn.optional(),
});

/** How far the round has come, and its row for `writeSurvey`. A missing or unreadable row starts a new round. */
export async function readSurvey(table: Table): Promise<{ readonly row: Row | undefined; readonly survey: Survey }> {
	const row = await table.get(address);
	const read = schema.safeParse(row?.values);
	if (!read.success) return { row, survey: begin };
	const { lastOpen: open, lastRules: rules, lastAt: at, ...rest } = read.data;
	const last = open === undefined || rules === undefined || at === undefined ? undefined : { open, rules, at };
	return { row, survey: { ...rest, last } };
}

/** A row changed concurrently is left alone: the faster instance went over the same findings. */
export async function writeSurvey(deps: ChangeDeps, before: Row | undefined, { last, rules, ...rest }: Survey): Promise<void> {
	const ended = last === undefined ? {} : { lastOpen: last.open, lastRules: JSON.stringify(last.rules), lastAt: last.at };
	await replaceUnchanged(deps, address, before, columns({ v: 1, ...rest, rules: JSON.stringify(rules), ...ended }));
}
