import { severities, worst } from "../../lib/detect/severity-scale.ts";
import { type Finding, findingKey, noticeId } from "../../lib/findings/finding.ts";
import { readFinding } from "../../lib/findings/finding-row.ts";
import { signatures } from "../../lib/findings/signature.ts";
import type { AnyNotice } from "../../lib/outbox/delivery.ts";
import { readOwed } from "../../lib/outbox/owed-row.ts";
import type { Row } from "../../lib/store/table.ts";
import type { Receipt } from "./faulty-sink.ts";
import { destinationNames, type History } from "./history.ts";
import { hasNewerRows, newerKey, newerRows } from "./newer-rows.ts";
import { canary, type Event, sightingOf } from "./stream.ts";

/** What a whole history must have kept; each violation in one line. */
export function violations(history: History, when: "quiet" | "end"): readonly string[] {
	return [
		...nothingLost(history),
		...noNeedlessRepeat(history),
		...countedExactly(history),
		...poisonIsolated(history),
		...newerKept(history),
		...secretsKept(history),
		...withinBounds(history),
		...(when === "quiet" ? drained(history) : toldInTheEnd(history)),
		...escalated(history),
		...everyReasonTold(history),
		...pausesRespected(history),
		...rejectsOnlyForTheTable(history),
		...endStateFromEvents(history),
	];
}

// Several invariants ask the same of the same events and rows, which never change: a table replaces its rows whole.
const factsOf = once((event: Event) => {
	const sighting = sightingOf(event);
	return { key: findingKey(sighting.device, "cloudflared"), signatures: signatures(sighting).map((one) => one.id) };
});
const findingIn = once((row: Row) => readFinding(row).finding);
const owedIn = once(readOwed);

function once<T extends object, R>(read: (of: T) => R): (of: T) => R {
	const known = new WeakMap<T, { readonly result: R }>();
	return (of) => {
		const { result } = known.get(of) ?? { result: read(of) };
		known.set(of, { result });
		return result;
	};
}

function eventsByKey({ events }: History): ReadonlyMap<string, readonly Event[]> {
	return Map.groupBy(events, (event) => factsOf(event).key);
}

function findings({ memory }: History) {
	return new Map(memory.all().flatMap((row) => (isFindingKey(row.rowKey) ? [[row.rowKey.slice(2), findingIn(row)] as const] : [])));
}

function owedRows({ memory }: History) {
	return memory.all().flatMap((row) => (isOwedKey(row.rowKey) ? [owedIn(row)] : []));
}

function isFindingKey(rowKey: string): boolean {
	return /^f\|[^|]+$/.test(rowKey);
}

/** Open, or settled beside its finding. */
function isOwedKey(rowKey: string): boolean {
	return /^[of]\|[^|]+\|[^|]+$/.test(rowKey);
}

function isPending(state: string | undefined): boolean {
	return state === "due" || state === "leased";
}

/** I1: whatever should speak was told, is owed, or was given up with its cause, at each destination. */
function* nothingLost(history: History): Generator<string> {
	const stored = findings(history);
	const rows = new Map(owedRows(history).map((row) => [`${row.key}|${row.destination}`, row.owed]));
	for (const [key, events] of eventsByKey(history)) {
		if (events.every((event) => event.approved)) continue;
		const finding = stored.get(key);
		if (finding === undefined || finding.want === 0) yield `I1 ${key} was never wanted`;
		for (const destination of destinationNames) {
			const owed = rows.get(`${key}|${destination}`);
			if (owed === undefined) yield `I1 ${key} is not owed to ${destination}`;
			else if (owed.want !== finding?.want) yield `I1 ${key} wants ${owed.want} at ${destination}, not ${finding?.want}`;
			else if (owed.state === "done" && owed.sent < owed.want)
				yield `I1 ${key} is done at ${destination} with ${owed.sent} of ${owed.want}`;
			else if (owed.state === "dead" && owed.lastError === undefined) yield `I1 ${key} is dead at ${destination} without a cause`;
			else if (owed.sent > 0 && !wasTold(history, key, destination, owed.sent))
				yield `I1 ${key} counts as told at ${destination}, and was not`;
		}
	}
}

/** Storm notices do not name all their members, so any of them may have told it. */
function wasTold({ log }: History, key: string, destination: string, n: number): boolean {
	return log.accepted.some(
		(one) => one.destination === destination && (one.notice.type === "storm" || idsIn(one.notice).includes(noticeId({ key }, n))),
	);
}

/** I2: one notice is taken twice only if nobody could know that it was taken the first time. */
function* noNeedlessRepeat({ log }: History): Generator<string> {
	const told = log.accepted.flatMap((one) => idsIn(one.notice).map((id) => ({ name: `${id} at ${one.destination}`, one })));
	for (const [name, group] of Map.groupBy(told, (each) => each.name)) {
		const receipts = group.map(({ one }) => one);
		for (const [index, later] of receipts.entries()) {
			const before = receipts[index - 1];
			if (before !== undefined && !isExcused(before, later)) yield `I2 ${name} was taken twice`;
		}
	}
}

function isExcused(before: Receipt, later: Receipt): boolean {
	const stalled = before.worker.stalledUntil >= before.at - 60_000 || later.worker.stalledUntil >= later.at - 120_000;
	const died = before.worker.diedAt !== undefined && before.worker.diedAt <= later.at;
	if (stalled || died) return true;
	// While it was on its way nobody else may have begun.
	if (before.finishedAt === undefined || later.at < before.finishedAt) return false;
	return before.answerLost || before.worker.lastTableFault >= before.at;
}

/** I3: every record is counted once, and each invocation accounts for each of its records. */
function* countedExactly(history: History): Generator<string> {
	const stored = findings(history);
	for (const [key, events] of eventsByKey(history)) {
		const count = stored.get(key)?.count ?? 0;
		if (count !== events.length) yield `I3 ${key} counts ${count} of ${events.length} records`;
	}
	for (const { sightings, recorded } of history.outcomes) {
		const told = recorded.reduce((sum, one) => sum + one.fresh + one.repeats, 0);
		if (told !== sightings.length) yield `I3 an invocation accounts for ${told} of ${sightings.length} records`;
	}
}

/** I4: what cannot be read is noted once and costs nobody else anything. */
function* poisonIsolated({ memory, poison }: History): Generator<string> {
	const kept = memory.all().filter((row) => row.partitionKey.startsWith("q2") && row.rowKey.startsWith("q|"));
	const distinct = new Set(kept.map((row) => row.rowKey)).size;
	if (distinct !== poison) yield `I4 ${distinct} of ${poison} unreadable messages were noted`;
}

/** I4: what a later version wrote costs its own device only, and waits for that version as it is. */
function* newerKept({ seed, plan, memory, log, outcomes }: History): Generator<string> {
	if (!hasNewerRows(seed, plan)) return;
	const rows = new Map(memory.all().map((row) => [`${row.partitionKey} ${row.rowKey}`, row.values]));
	for (const { partitionKey, rowKey, values } of newerRows) {
		const now = rows.get(`${partitionKey} ${rowKey}`);
		if (JSON.stringify(now) !== JSON.stringify(values)) yield `I4 ${rowKey} of a later version was changed`;
	}
	const about = memory.all().filter(({ rowKey }) => /^[fo]\|/.test(rowKey) && rowKey.includes(newerKey));
	if (about.length !== newerRows.length) yield "I4 a row was added to those of a later version";
	if (log.accepted.some((one) => tells(one, newerKey) && one.notice.type !== "storm")) yield "I4 a finding of a later version was told";
	const own = outcomes.flatMap(({ recorded }) => recorded.filter(({ key }) => key === newerKey));
	if (own.length === 0 || own.some(({ setAside }) => setAside !== "row-newer")) yield "I4 a finding of a later version was not set aside";
}

/** I5: no secret in a row or in a message. */
function* secretsKept({ memory, log }: History): Generator<string> {
	if (JSON.stringify(memory.all()).includes(canary)) yield "I5 a secret is in the table";
	if (log.accepted.some((one) => JSON.stringify(one.notice).includes(canary))) yield "I5 a secret is in a message";
}

/** I6: the pace of each chat, the rows of each device, the time of each invocation. */
function* withinBounds({ log, memory, events, invocations, plan }: History): Generator<string> {
	for (const [destination, requests] of Map.groupBy(log.requests, (one) => one.destination)) {
		const times = requests.map((one) => one.at).sort((a, b) => a - b);
		// A request takes its place and then some time to leave; clocks that disagree are corrected to within an answer's time.
		const slackMs = 22_000;
		for (const [index, time] of times.entries()) {
			const beyond = times[index + 20];
			if (beyond !== undefined && beyond - time < 60_000 - slackMs) yield `I6 more than 20 messages a minute to ${destination}`;
		}
	}
	const devices = new Set(events.map((event) => event.device)).size;
	const rows = memory.all().filter(({ rowKey }) => /^[fo]\|/.test(rowKey) && !rowKey.includes(newerKey)).length;
	if (rows > devices * (1 + destinationNames.length)) yield `I6 ${rows} rows for ${devices} devices`;
	// A slow table and a stalled process cannot be cut short from inside.
	if (["T7", "T10", "D3"].some((kind) => plan.some((planned) => planned === kind))) return;
	for (const { startedAt, endedAt } of invocations) {
		if (endedAt - startedAt > 60_000) yield `I6 an invocation took ${Math.round((endedAt - startedAt) / 1_000)} s`;
	}
}

/** I7: after the last fault nothing stays owed that is due. */
function* drained(history: History): Generator<string> {
	for (const { key, destination, owed } of owedRows(history)) {
		if (!isPending(owed?.state)) continue;
		const isPromised = owed?.state === "due" && owed.dueAt !== undefined && owed.dueAt.getTime() > history.now - 60_000;
		if (!isPromised) yield `I7 ${key} is still owed to ${destination}`;
	}
}

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

/** I8: whatever is stronger or different is told: by the end of the quiet period at the latest, faults aside. */
function* escalated(history: History): Generator<string> {
	const dead = new Set(owedRows(history).flatMap((row) => (row.owed?.state === "dead" ? [`${row.key}|${row.destination}`] : [])));
	const everDead = history.plan.some((kind) => kind === "S11" || kind === "S16" || kind === "S15");
	for (const [key, events] of eventsByKey(history)) {
		for (const destination of destinationNames) {
			if (dead.has(`${key}|${destination}`) || everDead) continue;
			const told = history.log.accepted.filter((one) => one.destination === destination && tells(one, key));
			for (const event of events) {
				if (event.approved) continue;
				const recordedAt = firstRecorded(history, event);
				if (recordedAt === undefined) continue;
				const wanted = factsOf(event).signatures;
				const limit = Math.max(recordedAt + dayMs, history.faultsEnd) + 3 * hourMs;
				if (limit > history.now) continue;
				if (!told.some((one) => one.at <= limit && covers(one, wanted, key, event)))
					yield `I8 ${event.user} (${event.severity}) on ${event.device} was not told to ${destination} in time`;
			}
		}
	}
}

/** The findings that a message tells by name. */
function findingsIn(notice: AnyNotice): readonly Finding[] {
	if (notice.type === "finding") return [notice.finding];
	return notice.type === "wave" ? notice.findings : [];
}

/** A wave tells each notice of its members, so none of them may come again by itself. */
function idsIn(notice: AnyNotice): readonly string[] {
	if (notice.type === "finding") return [notice.id];
	return notice.type === "wave" ? notice.findings.map((finding) => noticeId(finding, finding.want)) : [notice.id];
}

function tells({ notice }: Receipt, key: string): boolean {
	return notice.type === "storm" || findingsIn(notice).some((finding) => finding.key === key);
}

function covers({ notice }: Receipt, wanted: readonly string[], key: string, event: Event): boolean {
	const finding = findingsIn(notice).find((one) => one.key === key);
	if (finding === undefined) return true;
	return wanted.every((one) => finding.sigs.includes(one)) && severities.indexOf(finding.severity) >= severities.indexOf(event.severity);
}

function firstRecorded({ firstSeenAt }: History, event: Event): number | undefined {
	return firstSeenAt.get(event.id);
}

/** I8: a reason is never painted over by a later one. */
function* everyReasonTold(history: History): Generator<string> {
	const rows = new Map(owedRows(history).map((row) => [`${row.key}|${row.destination}`, row.owed]));
	for (const { key, kinds, finding } of history.outcomes.flatMap((outcome) => outcome.recorded)) {
		const n = finding?.want ?? 0;
		for (const destination of destinationNames) {
			const owed = rows.get(`${key}|${destination}`);
			if (kinds.length === 0 || owed === undefined || owed.sent < n) continue;
			const told = history.log.accepted.some(
				({ notice, destination: at }) =>
					at === destination &&
					(notice.type === "storm" ||
						(notice.type === "wave" && notice.findings.some((one) => one.key === key && one.want >= n)) ||
						(notice.type === "finding" &&
							notice.finding.key === key &&
							notice.n >= n &&
							kinds.every((kind) => notice.kinds.includes(kind)))),
			);
			if (!told) yield `I8 ${key} is past notice ${n} at ${destination}, which never said ${kinds.join()}`;
		}
	}
}

/** I8: what was given up or postponed earlier does not keep the last word from being told. */
function* toldInTheEnd(history: History): Generator<string> {
	for (const key of eventsByKey(history).keys()) {
		for (const destination of destinationNames) {
			const told = history.log.accepted.some(
				(one) =>
					one.destination === destination &&
					tells(one, key) &&
					(one.notice.type === "storm" || findingsIn(one.notice).some((finding) => finding.key === key && finding.severity === "critical")),
			);
			if (!told) yield `I8 the last word about ${key} was not told to ${destination}`;
		}
	}
}

/** I6: a destination that asked for time got it. Requests under way when it asked are not held against us. */
function* pausesRespected({ log, plan }: History): Generator<string> {
	// Who dies or cannot reach the table cannot pass it on.
	if (plan.some((kind) => !kind.startsWith("S"))) return;
	for (const { destination, from, until } of log.pauses) {
		const early = log.requests.some((one) => one.destination === destination && one.at > from + 3_000 && one.at < until - 1_000);
		if (early) yield `I6 ${destination} was called while it had asked for time`;
	}
}

/** I9: a batch fails only because of the table. */
function* rejectsOnlyForTheTable({ rejections, plan }: History): Generator<string> {
	const tableMayFail = plan.some((kind) => kind.startsWith("T"));
	for (const reason of rejections) {
		const isCrowded = reason.includes("could not be recorded") || reason.includes("changed by others");
		if (!isCrowded && !(tableMayFail && reason.startsWith("Table Storage failed"))) yield `I9 a batch failed: ${reason}`;
	}
}

/** I10: the end state follows from the records alone, whatever their order and however often they came. */
function* endStateFromEvents(history: History): Generator<string> {
	const stored = findings(history);
	for (const [key, events] of eventsByKey(history)) {
		const finding = stored.get(key);
		if (finding === undefined) continue;
		const times = events.map((event) => event.at);
		if (finding.firstSeen.getTime() !== Math.min(...times) || finding.lastSeen.getTime() !== Math.max(...times))
			yield `I10 ${key} has other times than its records`;
		const speaking = events.filter((event) => !event.approved);
		if (speaking.length === 0) continue;
		const highest = worst(speaking.map((event) => event.severity));
		// A finding that comes back starts anew.
		if (!history.closes && finding.noticeSeverity !== highest) yield `I10 ${key} told ${finding.noticeSeverity}, not ${highest}`;
		const known = new Set(finding.sigs);
		const expected = new Set(speaking.flatMap((event) => factsOf(event).signatures));
		if (known.size !== expected.size || [...expected].some((one) => !known.has(one)))
			yield `I10 ${key} knows other facts than its records hold`;
	}
}

/** Counts for the report: how often a message was taken twice, always under the same id. */
export function duplicates({ log }: History): number {
	const distinct = new Set(log.accepted.map((one) => `${one.notice.id}|${one.destination}`)).size;
	return log.accepted.length - distinct;
}
