import { type ChangeDeps, replaceUnchanged } from "../store/change-row.ts";
import { type Coverage, coverageAddress, coverageValues, readCoverage } from "../watch/coverage.ts";
import { writeIntervals } from "../watch/intervals.ts";
import type { Problem } from "../watch/problems.ts";
import { isSilent, newRhythm, observe, readRhythm, rhythmAddress, rhythmValues } from "../watch/rhythm.ts";
import { countOf, lookAtStream, readStreamNote, type StreamLook, streamNoteAddress, streamNoteValues } from "../watch/stream-look.ts";
import type { HubReader } from "./hub-reader.ts";

/** How the stream stands, for the line of the minute and for health. */
export interface StreamState {
	readonly unread: number;
	readonly oldestUnreadMs: number;
	readonly silentMs: number;
	readonly problems: readonly Problem[];
}

const minuteMs = 60_000;
const unreadMs = 10 * minuteMs;
const lateMs = 15 * minuteMs;
const unreachableMs = 10 * minuteMs;

const calm: StreamState = { unread: 0, oldestUnreadMs: 0, silentMs: 0, problems: [] };

/**
 * Looks at every hub once and remembers what it saw. The result rests on the hub's own numbers and on what is recorded,
 * so it is as true when nothing calls the reading function as when something does.
 *
 * @returns a function that rejects if the table does not answer.
 */
export function createStreamWatch(deps: ChangeDeps, readers: readonly HubReader[]): (now: Date) => Promise<StreamState> {
	const silentHubs = new Map<string, Date>();
	return async (now) => {
		if (readers.length === 0) return calm;
		const looks: { readonly hub: string; readonly look: StreamLook }[] = [];
		const problems: Problem[] = [];
		await Promise.all(
			readers.map(async (reader) => {
				const facts = await reader.facts().catch(() => undefined);
				if (facts !== undefined) {
					silentHubs.delete(reader.hub);
					looks.push({ hub: reader.hub, look: await lookAt(deps, facts, now) });
					return;
				}
				const since = silentHubs.get(reader.hub) ?? now;
				silentHubs.set(reader.hub, since);
				if (now.getTime() - since.getTime() >= unreachableMs) problems.push(unreachable(reader.hub, since));
			}),
		);
		for (const { hub, look } of looks) problems.push(...problemsOfLook(hub, look, now));
		const silence =
			looks.length === readers.length
				? await noteRhythm(
						deps,
						looks.some(({ look }) => look.arrived),
						now,
					)
				: undefined;
		if (silence?.isNews) problems.push(silent(silence.since));
		return {
			unread: looks.reduce((sum, { look }) => sum + look.unread, 0),
			oldestUnreadMs: looks.reduce((oldest, { look }) => Math.max(oldest, look.oldestUnreadMs), 0),
			silentMs: silence === undefined ? 0 : now.getTime() - silence.since.getTime(),
			problems,
		};
	};
}

async function lookAt(deps: ChangeDeps, facts: Parameters<typeof lookAtStream>[1], now: Date): Promise<StreamLook> {
	const { table } = deps;
	const noteRow = await table.get(streamNoteAddress(facts.name));
	const rows = new Map(
		await Promise.all(facts.partitions.map(async ({ id }) => [id, await table.get(coverageAddress(`${facts.name}/${id}`))] as const)),
	);
	const coverage = new Map<string, Coverage>();
	for (const [id, row] of rows) if (row !== undefined) coverage.set(id, readCoverage(row));
	const look = lookAtStream(readStreamNote(noteRow), facts, coverage, now);
	for (const [id, settled] of look.settled) {
		// A reader that noted something meanwhile wins; the next look settles it.
		await replaceUnchanged(deps, coverageAddress(`${facts.name}/${id}`), rows.get(id), coverageValues(settled, facts.createdAt, now));
	}
	await replaceUnchanged(deps, streamNoteAddress(facts.name), noteRow, streamNoteValues(look.note));
	return look;
}

async function noteRhythm(deps: ChangeDeps, arrived: boolean, now: Date): Promise<{ readonly isNews: boolean; readonly since: Date }> {
	const row = await deps.table.get(rhythmAddress);
	const seen = observe(readRhythm(row) ?? newRhythm(now), arrived, now);
	const isNews = isSilent(seen, now);
	const next = isNews && seen.toldAt === undefined ? { ...seen, toldAt: now } : seen;
	await replaceUnchanged(deps, rhythmAddress, row, rhythmValues(next));
	return { isNews, since: seen.lastArrival };
}

function problemsOfLook(hub: string, look: StreamLook, now: Date): readonly Problem[] {
	const problems: Problem[] = [];
	const ago = (ms: number) => new Date(now.getTime() - ms);
	if (look.stuckMs >= unreadMs) {
		problems.push({
			code: "events-unread",
			subject: hub,
			since: ago(look.stuckMs),
			what: `${look.unread} messages wait in ${hub}, and nothing of a partition was recorded for ${minutes(look.stuckMs)} minutes.`,
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
	const gaps = countOf(look.gaps);
	if (gaps > 0) {
		problems.push({
			code: "gap-open",
			subject: hub,
			since: now,
			what: `${gaps} messages in ${hub} were passed over: ${places(look.gaps)}.`,
			do: `Read them again: \`tunnelwatch run --event-hub <namespace>/${hub} --from <partition>:<first> --to <partition>:<last>\`.`,
		});
	}
	const lost = countOf(look.lost);
	if (lost > 0) {
		problems.push({
			code: "events-lost",
			subject: hub,
			since: now,
			what: `${lost} messages in ${hub} were passed over and have expired: ${places(look.lost)}.`,
			do: "Ask Defender for that time with the rules' own queries (`tunnelwatch rules`), and find out why reading stopped.",
		});
	}
	return problems;
}

function unreachable(hub: string, since: Date): Problem {
	const what = `${hub} does not say what it holds, so nobody knows whether something waits in it.`;
	return {
		code: "hub-unreachable",
		subject: hub,
		since,
		what,
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
	const all = [...intervals].map(([id, list]) => `partition ${id}: ${writeIntervals(list)}`).join("; ");
	return all.length <= 300 ? all : `${all.slice(0, 300)} …`;
}

function minutes(ms: number): number {
	return Math.round(ms / minuteMs);
}
