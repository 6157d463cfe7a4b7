import * as z from "zod";
import { countColumn, cut, dateColumn, jsonColumn, redactedColumn, severityColumn } from "../store/columns.ts";
import { answerKinds, resolutions } from "./answered.ts";
import type { Finding } from "./finding.ts";

type Answers = Pick<Finding, "ack" | "silence" | "confirmedAt" | "history">;

/** Longest name and longest note that are kept, in UTF-16 units. */
export const answerLimits = { by: 120, note: 400 } as const;

/** What people have said about a finding, in one column; `undefined` when nobody has. It always fits into a column. */
export function writeAnswers({ ack, silence, confirmedAt, history }: Answers): string | undefined {
	if (ack === undefined && silence === undefined && confirmedAt === undefined && history === undefined) return undefined;
	return JSON.stringify({
		ack: ack && bounded(ack),
		silence: silence && bounded(silence),
		confirmedAt,
		history: history?.map(bounded),
	});
}

function bounded<T extends Pick<NonNullable<Finding["history"]>[number], "by" | "note">>(said: T): T {
	return {
		...said,
		by: cut(said.by, answerLimits.by),
		...(said.note === undefined ? {} : { note: cut(said.note, answerLimits.note) }),
	};
}

const actor = { by: redactedColumn, verified: z.boolean() };

const schema = jsonColumn(
	z.object({
		ack: z.object({ ...actor, how: z.enum(["page", "cli"]), at: dateColumn, until: dateColumn }).optional(),
		silence: z
			.object({
				...actor,
				how: z.enum(["page", "cli"]),
				at: dateColumn,
				until: dateColumn,
				severity: severityColumn,
				scope: z.array(z.string()),
				held: countColumn,
				note: redactedColumn.optional(),
			})
			.optional(),
		confirmedAt: dateColumn.optional(),
		history: z
			.array(
				z.object({
					...actor,
					kind: z.enum([...answerKinds, "ended"]),
					how: z.enum(["page", "cli", "tunnelwatch"]),
					at: dateColumn,
					n: countColumn,
					until: dateColumn.optional(),
					as: z.enum(resolutions).optional(),
					note: redactedColumn.optional(),
					form: z.string().optional(),
					held: countColumn.optional(),
				}),
			)
			.optional(),
	}),
);

/** A column that cannot be read silences nothing: then everything speaks. */
export function readAnswers(column: string | undefined): Answers {
	const read = schema.safeParse(column);
	// Keys that were absent stay absent: the JSON held no `undefined`.
	return read.success ? (read.data as Answers) : {};
}
