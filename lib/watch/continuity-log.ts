import * as z from "zod";
import { type ChangeDeps, changeRow } from "../store/change-row.ts";
import { columns, countColumn, cut, dateColumn, jsonColumn } from "../store/columns.ts";
import { type Key, type Row, rowsOf, type Table } from "../store/table.ts";

/** Skipped messages of one partition, and what happened to them. */
export interface LoggedGap {
	readonly at: Date;
	readonly partition: string;
	/** `120-884,901`: the first of them, where there are very many. */
	readonly numbers: string;
	readonly count: number;
}

/** Skipped messages of one hub: read again since, or gone before that was possible. */
export interface ContinuityLog {
	/** Messages read again since the watch began. */
	readonly rereadCount: number;
	/** The newest ones. */
	readonly rereads: readonly LoggedGap[];
	/** Gone unread, until a person accepts that. */
	readonly lost: readonly LoggedGap[];
}

export const nothingLogged: ContinuityLog = { rereadCount: 0, rereads: [], lost: [] };

const entriesKept = 60;
const numbersKept = 120;

function address(hub: string): Key {
	return { partitionKey: "meta", rowKey: `z|${hub.replace(/[^\w.-]/g, "|")}` };
}

const gaps = jsonColumn(z.array(z.object({ at: dateColumn, partition: z.string(), numbers: z.string(), count: countColumn })));
const schema = z.object({ rereadCount: countColumn, rereads: gaps, lost: gaps });

/** An unreadable row counts as none. */
function logIn(row: Row | undefined): ContinuityLog {
	const read = schema.safeParse(row?.values);
	return read.success ? read.data : nothingLogged;
}

/** The log of one hub; an empty one if there is no row, or one that cannot be read. */
export async function readContinuityLog(table: Table, hub: string): Promise<ContinuityLog> {
	return logIn(await table.get(address(hub)));
}

/** Messages that were read again in this time, in all hubs. */
export async function countRereads(table: Table, from: Date, to: Date): Promise<number> {
	let sum = 0;
	for await (const row of rowsOf(table, { partitionKey: "meta", from: "z|", to: "z}" })) {
		sum += logIn(row).rereads.reduce((count, one) => count + (one.at >= from && one.at < to ? one.count : 0), 0);
	}
	return sum;
}

/** Adds what happened. What is lost stays until {@link acceptLost}. */
export async function logGaps(
	deps: ChangeDeps,
	hub: string,
	news: { readonly rereads?: readonly LoggedGap[]; readonly lost?: readonly LoggedGap[] },
): Promise<void> {
	const { rereads = [], lost = [] } = news;
	if (rereads.length + lost.length === 0) return;
	await change(deps, hub, (known) => ({
		rereadCount: known.rereadCount + rereads.reduce((sum, { count }) => sum + count, 0),
		rereads: [...known.rereads, ...rereads].slice(-entriesKept),
		lost: [...known.lost, ...lost.filter((one) => !known.lost.some((told) => isSameLoss(told, one)))],
	}));
}

/** A person has looked at what is lost. Returns how many messages that were. */
export async function acceptLost(deps: ChangeDeps, hub: string): Promise<number> {
	let accepted = 0;
	await change(deps, hub, (known) => {
		accepted = lostCount(known);
		return { ...known, lost: [] };
	});
	return accepted;
}

/** Number of messages that are gone unread and not yet accepted. */
export function lostCount({ lost }: ContinuityLog): number {
	return lost.reduce((sum, { count }) => sum + count, 0);
}

async function change(deps: ChangeDeps, hub: string, next: (known: ContinuityLog) => ContinuityLog): Promise<void> {
	const changed = await changeRow(deps, address(hub), (row) => {
		const { rereadCount, rereads, lost } = next(logIn(row));
		const values = { v: 1, rereadCount, rereads: JSON.stringify(rereads.map(short)), lost: JSON.stringify(kept(lost).map(short)) };
		return { values: columns(values), result: undefined };
	});
	if (changed.outcome !== "written") throw new Error(`what was passed over in ${hub} could not be noted: ${changed.outcome}`);
}

const sameLossMs = 3_600_000;

/** Told again because it could not be settled at once: a reader noted something in the same moment. */
function isSameLoss(told: LoggedGap, one: LoggedGap): boolean {
	const { partition, numbers, count } = short(one);
	const isRecent = Math.abs(one.at.getTime() - told.at.getTime()) < sameLossMs;
	return isRecent && told.partition === partition && told.numbers === numbers && told.count === count;
}

function short(gap: LoggedGap): LoggedGap {
	return { ...gap, numbers: cut(gap.numbers, numbersKept) };
}

const andOthers = " and others";
/** A hub may have a thousand partitions, and a column holds no line for each of them. */
const partitionsKept = 60;

/** Never forgets a lost message: of very many entries the oldest become one for each partition, and those of very many partitions one. */
function kept(lost: readonly LoggedGap[]): readonly LoggedGap[] {
	if (lost.length <= entriesKept) return lost;
	const old = Map.groupBy(lost.slice(0, -entriesKept + 1), ({ partition }) => partition);
	const lines = [...old.values()].flatMap(joined);
	return [...joined(lines.slice(0, -partitionsKept)), ...lines.slice(-partitionsKept), ...lost.slice(-entriesKept + 1)];
}

function joined(gaps: readonly LoggedGap[]): readonly LoggedGap[] {
	const [first] = gaps;
	if (first === undefined || gaps.length === 1) return gaps;
	const count = gaps.reduce((sum, one) => sum + one.count, 0);
	const isOfMany = gaps.some(({ partition }) => partition !== first.partition);
	return [{ ...first, partition: isOfMany ? withOthers(first.partition) : first.partition, numbers: withOthers(first.numbers), count }];
}

function withOthers(text: string): string {
	return text.endsWith(andOthers) ? text : `${text}${andOthers}`;
}
