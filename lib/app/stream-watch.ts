import { type ChangeDeps, replaceUnchanged } from "../store/change-row.ts";
import { causeOf, type TroubleCause, wordsOf } from "../store/trouble.ts";
import { type ContinuityLog, logGaps, lostCount, readContinuityLog } from "../watch/continuity-log.ts";
import { type Coverage, coverageAddress, coverageValues, readCoverage } from "../watch/coverage.ts";
import { sizeOf, writeIntervals } from "../watch/intervals.ts";
import type { Problem } from "../watch/problems.ts";
import { isSilent, newRhythm, observe, readRhythm, rhythmAddress, rhythmValues } from "../watch/rhythm.ts";
import { countOf, lookAtStream, readStreamNote, type StreamLook, streamNoteAddress, streamNoteValues } from "../watch/stream-look.ts";
import type { HubReader } from "./hub-reader.ts";
import type { OpenGaps } from "./read-again.ts";

/** How the stream stands, for the line of the minute and for health. */
export interface StreamState {
	readonly unread: number;
	readonly oldestUnreadMs: number;
	readonly silentMs: number;
	/** Skipped messages that are still in the hub, to be read again. */
	readonly open: readonly OpenGaps[];
	/** Messages that are gone unread, until a person accepts that. */
	readonly lost: number;
	readonly problems: readonly Problem[];
}

const minuteMs = 60_000;
const unreadMs = 10 * minuteMs;
const lateMs = 15 * minuteMs;
const gapMs = 10 * minuteMs;
const unreachableMs = 10 * minuteMs;

const calm: StreamState = { unread: 0, oldestUnreadMs: 0, silentMs: 0, open: [], lost: 0, problems: [] };

/**
 * Looks at every hub once and remembers what it saw. It relies only on the hub's own numbers and on what is recorded,
 * so it is right even when nothing calls the reading function.
 * @returns a function that rejects if the table does not answer.
 */
export function createStreamWatch(
	deps: ChangeDeps,
	readers: readonly HubReader[],
	/** Was the last message in the hub ours? Then it says nothing about the export. */
	isOurs: (now: Date) => boolean = () => false,
): (now: Date) => Promise<StreamState> {
	const silentHubs = new Map<string, Date>();
	return async (now) => {
		if (readers.length === 0) return calm;
		const looks: { readonly hub: string; readonly look: StreamLook; readonly log: ContinuityLog }[] = [];
		const problems: Problem[] = [];
		await Promise.all(
			readers.map(async (reader) => {
				let cause: TroubleCause = "unknown";
				const facts = await reader.facts().catch((error: unknown) => {
					cause = causeOf(error);
					return undefined;
				});
				if (facts !== undefined) {
					silentHubs.delete(reader.hub);
					looks.push({ hub: reader.hub, ...(await lookAt(deps, facts, now)) });
					return;
				}
				const since = silentHubs.get(reader.hub) ?? now;
				silentHubs.set(reader.hub, since);
				if (now.getTime() - since.getTime() >= unreachableMs) problems.push(unreachable(reader.hub, since, cause));
			}),
		);
		for (const { hub, look, log } of looks) problems.push(...problemsOfLook(hub, look, log, now));
		const silence =
			looks.length === readers.length ? await noteRhythm(deps, looks.some(({ look }) => look.arrived) && !isOurs(now), now) : undefined;
		if (silence?.isNews) problems.push(silent(silence.since));
		return {
			unread: looks.reduce((sum, { look }) => sum + look.unread, 0),
			oldestUnreadMs: looks.reduce((oldest, { look }) => Math.max(oldest, look.oldestUnreadMs), 0),
			silentMs: silence === undefined ? 0 : now.getTime() - silence.since.getTime(),
			open: looks.filter(({ look }) => look.gaps.size > 0).map(({ hub, look }) => ({ hub, gaps: look.gaps })),
			lost: looks.reduce((sum, { log }) => sum + lostCount(log), 0),
			problems,
		};
	};
}

async function lookAt(deps: ChangeDeps, facts: Parameters<typeof lookAtStream>[1], now: Date) {
	const { table } = deps;
	const noteRow = await table.get(streamNoteAddress(facts.name));
	const rows = new Map(
		await Promise.all(facts.partitions.map(async ({ id }) => [id, await table.get(coverageAddress(`${facts.name}/${id}`))] as const)),
	);
	const coverage = new Map<string, Coverage>();
	for (const [id, row] of rows) if (row !== undefined) coverage.set(id, readCoverage(row));
	const look = lookAtStream(readStreamNote(noteRow), facts, coverage, now);
	// Before it is settled: a process that dies between tells it twice, never not at all.
	await logGaps(deps, facts.name, {
		lost: [...look.lost].map(([partition, list]) => ({ at: now, partition, numbers: writeIntervals(list), count: sizeOf(list) })),
	});
	for (const [id, settled] of look.settled) {
		// A reader that noted something meanwhile wins; the next look settles it.
		await replaceUnchanged(deps, coverageAddress(`${facts.name}/${id}`), rows.get(id), coverageValues(settled, facts.createdAt, now));
	}
	await replaceUnchanged(deps, streamNoteAddress(facts.name), noteRow, streamNoteValues(look.note));
	return { look, log: await readContinuityLog(table, facts.name) };
}

async function noteRhythm(deps: ChangeDeps, arrived: boolean, now: Date): Promise<{ readonly isNews: boolean; readonly since: Date }> {
	const row = await deps.table.get(rhythmAddress);
	const seen = observe(readRhythm(row) ?? newRhythm(now), arrived, now);
	const isNews = isSilent(seen, now);
	const next = isNews && seen.toldAt === undefined ? { ...seen, toldAt: now } : seen;
	await replaceUnchanged(deps, rhythmAddress, row, rhythmValues(next));
	return { isNews, since: seen.lastArrival };
}

function problemsOfLook(hub: string, look: StreamLook, log: ContinuityLog, now: Date): readonly Problem[] {
	const problems: Problem[] = [];
	const ago = (ms: number) => new Date(now.getTime() - ms);
	if (look.stuckMs >= unreadMs) {
		problems.push({
			code: "events-unread",
			subject: hub,
			since: ago(look.stuckMs),
			what: `${look.unread} messages wait in ${hub}, and Tunnelwatch has recorded none from at least one partition for ${minutes(look.stuckMs)} minutes.`,
			do: "Look at the exceptions of `detect`: its listener, its consumer group, its role on the hub, and the table.",
		});
	} else if (look.oldestUnreadMs >= lateMs) {
		problems.push({
			code: "events-late",
			subject: hub,
			since: ago(look.oldestUnreadMs),
			what: `Reading ${hub} is ${minutes(look.oldestUnreadMs)} minutes behind; ${look.unread} messages wait.`,
			do: "If it does not catch up by itself, allow more instances or give each more memory.",
		});
	}
	if (look.gapsMs >= gapMs) {
		problems.push({
			code: "gap-open",
			subject: hub,
			since: ago(look.gapsMs),
			what: `${countOf(look.gaps)} messages in ${hub} were passed over and cannot be read again: ${places(look.gaps)}.`,
			do: `Does the consumer group that ends in -again exist? Or read them yourself: \`tunnelwatch run --event-hub NAMESPACE/${hub} --from PARTITION:FIRST --to PARTITION:LAST\`.`,
		});
	}
	const [first] = log.lost;
	if (first !== undefined) {
		const where = log.lost.map(({ partition, numbers }) => `partition ${partition}: ${numbers}`).join("; ");
		problems.push({
			code: "events-lost",
			subject: hub,
			since: first.at,
			what: `${lostCount(log)} messages in ${hub} were passed over and have expired: ${shortened(where)}.`,
			do: "Ask Defender for that time with the rules' own queries (`tunnelwatch rules`), then run `tunnelwatch audit --accept`.",
		});
	}
	return problems;
}

function unreachable(hub: string, since: Date, cause: TroubleCause): Problem {
	const why = cause === "unknown" ? "" : ` ${wordsOf(cause, "It")}`;
	return {
		code: "hub-unreachable",
		subject: hub,
		since,
		cause,
		what: `${hub} does not say what it holds, so nobody knows whether something waits in it.${why}`,
		do: "Look at the namespace, its network rules, and the app's role on the hub.",
	};
}

function silent(since: Date): Problem {
	const what = `Nothing has come from Defender since ${since.toISOString()}, which is unusual for this hour of the week.`;
	return {
		code: "stream-silent",
		subject: "",
		since,
		what,
		do: "Look at the Streaming API page in Defender, and at the keys and the name of the hub.",
	};
}

function places(intervals: StreamLook["gaps"]): string {
	return shortened([...intervals].map(([id, list]) => `partition ${id}: ${writeIntervals(list)}`).join("; "));
}

function shortened(text: string): string {
	return text.length <= 200 ? text : `${text.slice(0, 200)} …`;
}

function minutes(ms: number): number {
	return Math.round(ms / minuteMs);
}
