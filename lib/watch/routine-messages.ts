import * as z from "zod";
import { severities } from "../detect/severity-scale.ts";
import { type Day, dayRange, readDay } from "../findings/day-row.ts";
import { type Finding, placeInDigest } from "../findings/finding.ts";
import { findingAddress, readFinding } from "../findings/finding-row.ts";
import type { Delivery, Destination, DigestNotice, HeartbeatNotice } from "../outbox/delivery.ts";
import { sendMs } from "../outbox/delivery.ts";
import { openSession, readDestinations } from "../outbox/destination-session.ts";
import { type DestinationState, isPaused, lastTaken } from "../outbox/destination-state.ts";
import { openOwed } from "../outbox/outbox.ts";
import { attempt } from "../outbox/send.ts";
import { type ChangeDeps, changeRow } from "../store/change-row.ts";
import { columns, maybeDateColumn } from "../store/columns.ts";
import { inParallel } from "../store/parallel.ts";
import { partitions } from "../store/partitions.ts";
import { type Row, rowsOf, type Table } from "../store/table.ts";
import { countRereads } from "./continuity-log.ts";
import { drillResult, readDrill } from "./drill.ts";
import { newestEvent } from "./newest-event.ts";
import { readSurvey } from "./survey.ts";

export interface WatchDeps extends ChangeDeps {
	/** Chats only: a machine needs no weekly check-in. */
	readonly destinations: readonly Destination[];
	readonly deadline: (ms: number) => AbortSignal;
	/** Ids of the active rules. */
	readonly rules: readonly string[];
	/** Hour of the day, UTC, of the digest; `undefined` = nobody asked for one. */
	readonly digestHour: number | undefined;
}

const dayMs = 86_400_000;
/** A chat that got nothing for this long gets a check-in, because hosts switch idle flows off. */
const heartbeatAfterMs = 7 * dayMs;
const retryMs = 3_600_000;
const heldShown = 10;
const firstsShown = 10;
const answersShown = 10;
const answersRead = 50;

/** Sends the timer's routine messages: the weekly check-in, and the digest where it is switched on. Returns what failed. */
export async function watch(deps: WatchDeps, now: Date): Promise<readonly string[]> {
	const states = await readDestinations(
		deps.table,
		deps.destinations.map((one) => one.name),
	);
	const failures: string[] = [];
	for (const destination of deps.destinations) {
		const read = states.get(destination.name);
		const state = read?.state;
		if (read === undefined || state === undefined || isPaused(state, now)) continue;
		const begun = await begin(deps, destination.name, state, now);
		if (begun === undefined) continue;
		const { due, known } = begun;
		const notice =
			due === "digest"
				? await digest(deps, destination.name, known.digestAt ?? new Date(now.getTime() - dayMs), now)
				: await heartbeat(deps.table, state, now);
		const delivery = await attempt(destination, notice, deps.deadline(sendMs));
		await openSession(deps, destination, read, () => now).note(delivery, notice.id);
		if (delivery.ok) await changeWatched(deps, destination.name, (latest) => ({ ...latest, triedAt: undefined, [`${due}At`]: now }));
		else failures.push(describe(destination.name, due, delivery));
	}
	return failures;
}

interface Watched {
	/** When this destination was first looked at: a new one is given a week. */
	readonly since: Date | undefined;
	readonly triedAt: Date | undefined;
	readonly heartbeatAt: Date | undefined;
	readonly digestAt: Date | undefined;
}

/** Pure: what to send now. `begin` = nothing, but remember since when we watch. */
export function whatIsDue(
	digestHour: number | undefined,
	state: Pick<DestinationState, "lastOk">,
	known: Watched,
	now: Date,
): "digest" | "heartbeat" | "begin" | undefined {
	if (known.since === undefined) return "begin";
	const today = now.toISOString().slice(0, 10);
	const digestToday = known.digestAt?.toISOString().slice(0, 10) === today;
	if (digestHour !== undefined && now.getUTCHours() >= digestHour && !digestToday) return "digest";
	// A moment that lies as far ahead is of a clock that was wrong.
	const isRecent = (moment: Date | undefined) => moment !== undefined && Math.abs(now.getTime() - moment.getTime()) < heartbeatAfterMs;
	return [known.since, state.lastOk, known.heartbeatAt, known.digestAt].some(isRecent) ? undefined : "heartbeat";
}

async function heartbeat(table: Table, state: DestinationState, now: Date): Promise<HeartbeatNotice> {
	const { survey } = await readSurvey(table);
	return {
		type: "heartbeat",
		id: `cf-heartbeat-${dayOf(now)}`,
		lastMessageAt: lastTaken(state, now),
		// Of the last whole round; before the end of the first, what was counted so far.
		openCount: survey.last?.open ?? survey.open,
		newestEventAt: await newestEvent(table),
		now,
	};
}

async function digest({ table, rules }: WatchDeps, destination: string, from: Date, now: Date): Promise<DigestNotice> {
	let deadCount = 0;
	for await (const { owed } of openOwed(table)) if (owed.state === "dead") deadCount += 1;
	const all = await readDays(table, from, now);
	const days = all.filter(({ routed }) => placeInDigest(routed, destination) !== "nowhere");
	const isKept = ({ routed }: Day) => placeInDigest(routed, destination) === "kept";
	// Of what a person silenced, the line for silences tells.
	const kept = days.filter((day) => isKept(day) && day.want > 0 && day.silenced === 0);
	kept.sort((a, b) => rank(b) - rank(a) || (a.key < b.key ? -1 : 1));
	const held = days.filter((day) => !isKept(day) && day.want > 0 && day.more > 0);
	held.sort((a, b) => b.more - a.more || (a.key < b.key ? -1 : 1));
	const firsts = days
		.flatMap(({ key, approvedFirsts }) => approvedFirsts.map((one) => ({ key, ...one })))
		.filter(({ at }) => at > from && at <= now)
		.sort((a, b) => b.at.getTime() - a.at.getTime() || (a.key < b.key ? -1 : 1));
	const { survey } = await readSurvey(table);
	const fired = new Set([...survey.rules, ...(survey.last?.rules ?? [])]);
	return {
		type: "digest",
		id: `cf-digest-${dayOf(now)}`,
		from,
		to: now,
		held: await withFindings(table, held.slice(0, heldShown)),
		heldCount: held.length,
		...(kept.length === 0 ? {} : { kept: await withFindings(table, kept.slice(0, heldShown)), keptCount: kept.length }),
		approvedCount: days.filter(({ want }) => want === 0).length,
		approvedFirsts: await withFindings(table, firsts.slice(0, firstsShown)),
		approvedFirstCount: firsts.length,
		deadCount,
		rereadCount: await countRereads(table, from, now),
		...(await answersOf(table, days, from)),
		// Before the end of the first round nobody knows which rules never fired.
		idleRules: survey.last === undefined ? [] : rules.filter((id) => !fired.has(id)),
		drill: drillResult(await readDrill(table), from, now),
		now,
	};
}

/** The worst first, and last what does not say. */
function rank({ severity }: Day): number {
	return severity === undefined ? -1 : severities.indexOf(severity);
}

/** The audit trail of the day, and how many findings a silence keeps quiet. */
async function answersOf(table: Table, days: readonly Day[], from: Date): Promise<Pick<DigestNotice, "answers" | "silencedCount">> {
	const silencedCount = days.filter(({ silenced }) => silenced > 0).length;
	const answered = days.filter(({ answers }) => answers > 0).slice(0, answersRead);
	const found = await withFindings(table, answered);
	const answers = found
		.flatMap(({ finding }) => (finding.history ?? []).filter(({ at }) => at > from).map((line) => ({ finding, line })))
		.sort((a, b) => a.line.at.getTime() - b.line.at.getTime())
		.slice(-answersShown);
	return { ...(answers.length === 0 ? {} : { answers }), ...(silencedCount === 0 ? {} : { silencedCount }) };
}

/** The findings of these days, each once, as of its last day; answers from any of the days count. */
async function readDays(table: Table, from: Date, to: Date): Promise<readonly Day[]> {
	const days = new Map<string, Day>();
	await inParallel(partitions, 4, async (partition) => {
		// In the order of the days.
		for await (const row of rowsOf(table, dayRange(partition, from, to))) {
			const day = readDay(row);
			if (day !== undefined) days.set(day.key, { ...day, answers: day.answers + (days.get(day.key)?.answers ?? 0) });
		}
	});
	return [...days.values()];
}

async function withFindings<T extends { readonly key: string }>(
	table: Table,
	list: readonly T[],
): Promise<readonly (T & { readonly finding: Finding })[]> {
	const found = await inParallel(list, 16, async (one) => {
		const row = await table.get(findingAddress(one.key));
		const finding = row === undefined ? undefined : readFinding(row).finding;
		return finding === undefined ? undefined : { ...one, finding };
	});
	return found.filter((one) => one !== undefined);
}

function watchAddress(destination: string) {
	return { partitionKey: "meta", rowKey: `w|${destination}` };
}

const schema = z.object({ since: maybeDateColumn, triedAt: maybeDateColumn, heartbeatAt: maybeDateColumn, digestAt: maybeDateColumn });

function readWatch(row: Row | undefined): Watched {
	const read = schema.safeParse(row?.values);
	const { since, triedAt, heartbeatAt, digestAt } = read.success ? read.data : {};
	return { since, triedAt, heartbeatAt, digestAt };
}

/** `change` gives nothing when nothing is to be written. */
async function changeWatched(deps: ChangeDeps, destination: string, change: (known: Watched) => Watched | undefined): Promise<boolean> {
	const changed = await changeRow(deps, watchAddress(destination), (row) => {
		const next = change(readWatch(row));
		return next === undefined ? { keep: undefined } : { values: columns({ v: 1, ...next }), result: undefined };
	});
	return changed.outcome === "written";
}

/** Written before anything is sent: two timers at once, or a crash after the message, must not repeat it within the hour. */
async function begin(
	deps: WatchDeps,
	destination: string,
	state: DestinationState,
	now: Date,
): Promise<{ readonly due: "digest" | "heartbeat"; readonly known: Watched } | undefined> {
	let begun: { readonly due: ReturnType<typeof whatIsDue>; readonly known: Watched } | undefined;
	const isOurs = await changeWatched(deps, destination, (known) => {
		const isTried = known.triedAt !== undefined && Math.abs(now.getTime() - known.triedAt.getTime()) < retryMs;
		begun = { due: isTried ? undefined : whatIsDue(deps.digestHour, { lastOk: lastTaken(state, now) }, known, now), known };
		return begun.due === undefined ? undefined : { ...known, triedAt: now, since: known.since ?? now };
	});
	if (!isOurs || begun?.due === undefined || begun.due === "begin") return undefined;
	return { due: begun.due, known: begun.known };
}

function dayOf(now: Date): string {
	return now.toISOString().slice(0, 10).replaceAll("-", "");
}

function describe(destination: string, what: string, delivery: Delivery): string {
	return `the ${what} to ${destination} failed: ${delivery.ok ? "" : delivery.detail}`;
}
