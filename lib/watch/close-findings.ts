import * as z from "zod";
import type { Finding } from "../findings/finding.ts";
import { findingRange, findingValues, findingVersion, isFindingRow, readFinding } from "../findings/finding-row.ts";
import { owedOf } from "../outbox/outbox.ts";
import { type Owed, raise } from "../outbox/owed.ts";
import { owedWrites, type StoredOwed, settledAddress } from "../outbox/owed-row.ts";
import { type ChangeDeps, changeRow } from "../store/change-row.ts";
import { dateColumn, jsonColumn } from "../store/columns.ts";
import { inParallel } from "../store/parallel.ts";
import { partitions } from "../store/partitions.ts";
import { isNewer } from "../store/row-version.ts";
import { maxTransaction, type Row, type Table } from "../store/table.ts";
import { sweep } from "./expire-rows.ts";
import { readSurvey, type Survey, writeSurvey } from "./survey.ts";

const dayMs = 86_400_000;
/** A device that was not seen for this long is closed; its next sighting is told as *back*. */
const closeAfterMs = 30 * dayMs;
/** A closed finding is forgotten after this; its next sighting is told as *new*. */
const forgetAfterMs = 90 * dayMs;

export interface TidyDeps extends ChangeDeps {
	/** Destinations that keep an incident for each finding: they hear when one is closed. Nobody else does. */
	readonly resolves?: readonly string[];
}

export interface Tidied {
	readonly closed: number;
	readonly forgotten: number;
}

/** Of 1,000 rows, in one go: a whole round over a small table. In a larger one the next goes on from there. */
const pagesAtOnce = partitions.length;

/** Closes and removes what is old, a bounded part at a time, at most `limit` findings: tables have no expiry of their own. */
export async function tidy(deps: TidyDeps, now: Date, limit = 500): Promise<Tidied> {
	await sweep(deps, now);
	return tidyFindings(deps, now, limit);
}

const columns = ["v", "status", "touchedAt", "lastSeen", "rules"] as const;

/** The little of a finding that tells whether it is old. */
const schema = z.object({
	status: z.enum(["open", "closed"]),
	touchedAt: dateColumn.optional(),
	lastSeen: dateColumn,
	rules: jsonColumn(z.array(z.string())),
});

/** Passes over all findings, round after round, and counts them on the way. */
async function tidyFindings(deps: TidyDeps, now: Date, limit: number): Promise<Tidied> {
	const { table } = deps;
	const tidied = { closed: 0, forgotten: 0 };
	const stored = await readSurvey(table);
	let survey = stored.survey;
	for (let pages = 0; pages < pagesAtOnce && tidied.closed + tidied.forgotten < limit; pages++) {
		const partitionKey = partitions[survey.partition];
		if (partitionKey === undefined) break;
		const range = findingRange(partitionKey);
		const page = await table.page({ ...range, from: survey.from === "" ? range.from : survey.from }, { columns });
		const found = page.rows.filter(isFindingRow);
		const old: { readonly row: Row; readonly what: keyof Tidied }[] = [];
		const room = limit - tidied.closed - tidied.forgotten;
		let cut: string | undefined;
		for (const row of found) {
			const read = schema.safeParse(row.values);
			if (!read.success || isNewer(row, findingVersion)) continue;
			const { status, rules } = read.data;
			const quietMs = now.getTime() - (read.data.touchedAt ?? read.data.lastSeen).getTime();
			const what = whatIsDue(status, quietMs);
			if (what === undefined) survey = status === "open" ? counted(survey, rules) : survey;
			else if (old.length < room) old.push({ row, what });
			else {
				// The next part begins with it, and counts what comes behind it.
				cut = row.rowKey;
				break;
			}
		}
		const work = { closed: (row: Row) => close(deps, row, now), forgotten: (row: Row) => forget(table, row) };
		const done = await inParallel(old, 16, async ({ row, what }) => ((await work[what](row)) ? what : undefined));
		for (const what of done) if (what !== undefined) tidied[what] += 1;
		survey = cut === undefined ? onward(survey, page.rows.at(-1)?.rowKey, page.next !== undefined, now) : { ...survey, from: cut };
		// One round at a time: a small table is not read over and over.
		if (survey.partition === 0 && survey.from === "") break;
	}
	await writeSurvey(deps, stored.row, survey);
	return tidied;
}

function whatIsDue(status: "open" | "closed", quietMs: number): keyof Tidied | undefined {
	if (status === "open") return quietMs >= closeAfterMs ? "closed" : undefined;
	return quietMs >= forgetAfterMs ? "forgotten" : undefined;
}

function counted(survey: Survey, rules: readonly string[]): Survey {
	const known = new Set(survey.rules);
	return {
		...survey,
		open: survey.open + 1,
		rules: rules.every((id) => known.has(id)) ? survey.rules : [...new Set([...known, ...rules])],
	};
}

/** Behind the last row that was read; after the last partition the next round begins. */
function onward(survey: Survey, last: string | undefined, more: boolean, now: Date): Survey {
	if (more && last !== undefined) return { ...survey, from: `${last} ` };
	const partition = survey.partition + 1;
	if (partition < partitions.length) return { ...survey, partition, from: "" };
	const { open, rules } = survey;
	return { partition: 0, from: "", open: 0, rules: [], last: { open, rules, at: now } };
}

/** A row that changed since it was listed is skipped; its writer handles it. */
async function close(deps: TidyDeps, { partitionKey, rowKey, etag }: Row, now: Date): Promise<boolean> {
	const address = { partitionKey, rowKey };
	let incidents: readonly Incident[] = [];
	const read = async () => {
		incidents = await incidentsOf(deps, rowKey.slice(2));
		return deps.table.get(address);
	};
	const changed = await changeRow(
		deps,
		address,
		(row) => {
			const finding = row === undefined || row.etag !== etag ? undefined : readFinding(row).finding;
			if (finding === undefined) return { keep: undefined };
			const closed: Finding = { ...finding, status: "closed" };
			if (incidents.length === 0) return { values: findingValues(closed), result: undefined };
			const n = finding.want + 1;
			const told = { ...closed, want: n, reasons: { ...finding.reasons, answered: n } };
			const demand = { reason: "answered", finding: told, urgency: "answer", dueAt: now } as const;
			const also = incidents.flatMap(({ stored, owed }) => owedWrites(stored, finding.key, stored.destination, raise(owed, demand)));
			return { values: findingValues(told), also, result: undefined };
		},
		read,
	);
	return changed.outcome === "written";
}

interface Incident {
	readonly stored: StoredOwed;
	readonly owed: Owed;
}

/** What destinations that keep incidents were told about a finding; where it stands twice, the open row counts. */
async function incidentsOf({ table, resolves = [] }: TidyDeps, key: string): Promise<readonly Incident[]> {
	const found = new Map<string, Incident>();
	if (resolves.length === 0) return [];
	for await (const stored of owedOf(table, key)) {
		const { destination, owed } = stored;
		if (owed !== undefined && owed.sent > 0 && resolves.includes(destination) && !found.has(destination))
			found.set(destination, { stored, owed });
	}
	return [...found.values()];
}

/** With what was told about it, in one transaction, so that nothing is left which a new finding would stumble over. What is still owed is never removed. */
async function forget(table: Table, row: Row): Promise<boolean> {
	const key = row.rowKey.slice(2);
	const told: Row[] = [];
	for await (const { owed, unreadable, place, destination, etag } of owedOf(table, key)) {
		const mayBeOwed = owed?.state === "due" || owed?.state === "leased" || unreadable === "newer";
		if (mayBeOwed || told.length >= maxTransaction - 1) return false;
		const address =
			place === "settled" ? settledAddress(key, destination) : { partitionKey: row.partitionKey, rowKey: `o|${key}|${destination}` };
		told.push({ ...address, etag, values: {} });
	}
	const removals = [row, ...told].map((one) => ({ kind: "remove", row: one, etag: one.etag }) as const);
	return (await table.transact(removals)).outcome === "written";
}
