import * as z from "zod";
import { giveUpAfterMs } from "../outbox/backoff.ts";
import { problemCodes } from "../outbox/problem-code.ts";
import { columns, countColumn, cut, dateColumn, jsonColumn, listText } from "../store/columns.ts";
import type { Key, Row, Values } from "../store/table.ts";
import { isSerious, nameOf, type Problem, type StandingProblem } from "./problems.ts";

/**
 * One problem, from the first look that shows it to the last message about it. The row keeps what each destination was
 * told last; the difference from what it should know is owed until it arrives, as with findings.
 *
 *   seen ── true again at the next look ──► begun ── no longer stands ──► over ── all told ──► (gone)
 *     └──── gone before that: (gone)                     └─── true again: a new incident beside it ───► seen
 */
export interface Incident extends Pick<Problem, "code" | "subject" | "since" | "what" | "do"> {
	readonly phase: "seen" | "begun" | "over";
	/** When this phase began. */
	readonly at: Date;
	/** When it began to be told: part of its name. */
	readonly begunAt: Date;
	/** What each destination was told last. */
	readonly told: Readonly<Record<string, "begun" | "over">>;
	/** Tries that failed, for each destination: how many, and when the next one is due. */
	readonly failed: Readonly<Record<string, { readonly tries: number; readonly dueAt: Date }>>;
}

/** A problem counts as over when it has not been true for so long. */
const fadedMs = 15 * 60_000;
const longestText = 300;

/**
 * What the incidents are after a look. Pure.
 *
 * @param visible what stands and is no effect of anything else.
 * @param hidden names of what stands behind a cause: it is neither told nor over.
 */
export function advance(
	known: readonly Incident[],
	visible: readonly StandingProblem[],
	hidden: ReadonlySet<string>,
	now: Date,
): readonly Incident[] {
	const stands = new Map(visible.filter(isSerious).map((one) => [nameOf(one), one]));
	const kept = known.flatMap((one): readonly Incident[] => {
		const problem = stands.get(nameOf(one));
		if (problem === undefined) return withoutProblem(one, hidden.has(nameOf(one)), now);
		// Its end is still owed to somebody, who would keep it open for ever: the new time stands beside it.
		if (one.phase === "over") return [one];
		stands.delete(nameOf(one));
		const isConfirmed = one.phase === "seen" && one.at.getTime() !== now.getTime() && problem.lastTrue.getTime() === now.getTime();
		return [isConfirmed ? { ...one, ...textOf(problem), phase: "begun", at: now, begunAt: now } : one];
	});
	const fresh = [...stands.values()].map(
		(problem): Incident => ({ ...textOf(problem), phase: "seen", at: now, begunAt: now, told: {}, failed: {} }),
	);
	return [...kept, ...fresh];
}

function withoutProblem(incident: Incident, isHidden: boolean, now: Date): readonly Incident[] {
	if (incident.phase === "over" || isHidden) return [incident];
	return incident.phase === "seen" ? [] : [{ ...incident, phase: "over", at: now, failed: {} }];
}

function textOf({ code, subject, since, what, do: todo }: Problem): Pick<Incident, "code" | "subject" | "since" | "what" | "do"> {
	return { code, subject, since, what: cut(what, longestText), do: cut(todo, longestText) };
}

/** Destinations that still need to be told. None is sent the news that it is down itself. */
export function unaware({ code, subject, phase, at, told }: Incident, destinations: readonly string[], now: Date): readonly string[] {
	if (phase === "seen" || now.getTime() - at.getTime() >= giveUpAfterMs) return [];
	// A destination that was never told of the beginning is not told of the end.
	return destinations.filter((name) =>
		phase === "begun" ? told[name] !== "begun" && !(code === "destination-down" && subject === name) : told[name] === "begun",
	);
}

/** When it was true last; `undefined` while it stands. */
export function endOf({ phase, at, begunAt }: Incident): Date | undefined {
	return phase === "over" ? new Date(Math.max(begunAt.getTime(), at.getTime() - fadedMs)) : undefined;
}

export const incidentsAddress: Key = { partitionKey: "meta", rowKey: "a|incidents" };

/**
 * The incidents as columns, as many as fit: more than there are causes. Ended ones that every destination knows of are not
 * among them. `leaseUntil`: who tells them now has until then.
 */
export function incidentValues(incidents: readonly Incident[], leaseUntil: Date | undefined): Values {
	return columns({ v: 1, incidents: listText(incidents), leaseUntil });
}

const schema = z.object({
	leaseUntil: dateColumn.optional(),
	incidents: jsonColumn(
		z.array(
			z.object({
				code: z.enum(problemCodes),
				subject: z.string(),
				since: dateColumn,
				what: z.string(),
				do: z.string(),
				phase: z.enum(["seen", "begun", "over"]),
				at: dateColumn,
				begunAt: dateColumn,
				told: z.record(z.string(), z.enum(["begun", "over"])),
				failed: z.record(z.string(), z.object({ tries: countColumn, dueAt: dateColumn })),
			}),
		),
	),
});

/** An unreadable row counts as none: standing incidents are told again, under another name. */
export function readIncidents(row: Row | undefined): { readonly incidents: readonly Incident[]; readonly leaseUntil: Date | undefined } {
	const read = schema.safeParse(row?.values);
	return read.success ? { incidents: read.data.incidents, leaseUntil: read.data.leaseUntil } : { incidents: [], leaseUntil: undefined };
}
