import { createHash } from "node:crypto";
import { redact } from "../families/redact.ts";
import { backoffMs } from "../outbox/backoff.ts";
import type { Delivery, Destination, OperationsNotice } from "../outbox/delivery.ts";
import { sendMs } from "../outbox/delivery.ts";
import { openSession, readDestinations } from "../outbox/destination-session.ts";
import { isPaused } from "../outbox/destination-state.ts";
import { attempt } from "../outbox/send.ts";
import { type ChangeDeps, replaceUnchanged } from "../store/change-row.ts";
import { inParallel } from "../store/parallel.ts";
import { advance, endOf, type Incident, incidentsAddress, incidentValues, readIncidents, unaware } from "./incidents.ts";
import type { StandingProblem } from "./problems.ts";

export interface TellDeps extends ChangeDeps {
	readonly destinations: readonly Destination[];
	readonly deadline: (ms: number) => AbortSignal;
}

/** Longer than all sends of one run: while one timer sends, no other one does. */
const leaseMs = 90_000;
const atOnce = 8;
const perRun = 16;

/**
 * Tells every destination, once each, which incidents begin and which are over. What is owed is written before sending
 * and marked after: a process that dies in between may repeat a message under the same id, but never loses one.
 * @returns what could not be sent, in words.
 */
export async function tellIncidents(
	deps: TellDeps,
	{ visible, hidden }: { readonly visible: readonly StandingProblem[]; readonly hidden: ReadonlySet<string> },
	now: Date,
): Promise<readonly string[]> {
	const { table, destinations } = deps;
	const row = await table.get(incidentsAddress);
	const known = readIncidents(row);
	if (isAwaited(known.leaseUntil, now)) return [];
	const names = destinations.map((one) => one.name);
	const next = advance(known.incidents, visible, hidden, now).filter((one) => one.phase !== "over" || unaware(one, names, now).length > 0);
	const isSame = JSON.stringify(next) === JSON.stringify(known.incidents);
	if (next.every((one) => unaware(one, names, now).length === 0)) {
		if (!isSame) await replaceUnchanged(deps, incidentsAddress, row, incidentValues(next, undefined));
		return [];
	}
	const states = await readDestinations(table, names);
	const due = next
		.flatMap((incident) => destinations.filter(({ name }) => isDue(incident, name)).map((destination) => ({ incident, destination })))
		.slice(0, perRun);
	if (due.length === 0 && isSame) return [];
	const leaseUntil = due.length === 0 ? undefined : new Date(now.getTime() + leaseMs);
	const claimed = await replaceUnchanged(deps, incidentsAddress, row, incidentValues(next, leaseUntil));
	// Another timer was faster, and sends.
	if (claimed === undefined || due.length === 0) return [];
	const sent = await inParallel(due, atOnce, async ({ incident, destination }) => {
		const notice = noticeOf(incident, now);
		const delivery = await attempt(destination, notice, deps.deadline(sendMs));
		const known = states.get(destination.name);
		if (known !== undefined) await openSession(deps, destination, known, () => now).note(delivery, notice.id);
		return { incident, name: destination.name, delivery };
	});
	const marked = next.map((incident) =>
		sent
			.filter((one) => one.incident === incident)
			.reduce((marked, { name, delivery }) => withAnswer(marked, name, delivery, now, deps.random), incident),
	);
	await replaceUnchanged(deps, incidentsAddress, claimed, incidentValues(marked, undefined));
	return sent.flatMap(({ incident, name, delivery }) =>
		delivery.ok ? [] : [`${name} was not told of ${incident.code}: ${delivery.detail}`],
	);

	function isDue(incident: Incident, name: string): boolean {
		const state = states.get(name)?.state;
		const { dueAt } = incident.failed[name] ?? {};
		return unaware(incident, [name], now).length > 0 && (state === undefined || !isPaused(state, now)) && !isAwaited(dueAt, now);
	}
}

/** Longer than any lease and any wait: what lies farther ahead was written by a clock that was far ahead for a moment. */
const longestWaitMs = 2 * 3_600_000;

function isAwaited(moment: Date | undefined, now: Date): boolean {
	return moment !== undefined && moment > now && moment.getTime() - now.getTime() < longestWaitMs;
}

/** A destination that refuses this very message would refuse it always. */
function withAnswer(incident: Incident, name: string, delivery: Delivery, now: Date, random: () => number): Incident {
	if (delivery.ok || delivery.scope === "dead") {
		const phase = incident.phase === "over" ? "over" : "begun";
		return { ...incident, told: { ...incident.told, [name]: phase } };
	}
	const tries = (incident.failed[name]?.tries ?? 0) + 1;
	const waitMs = Math.max(backoffMs(tries, random), delivery.retryAfterMs ?? 0);
	return { ...incident, failed: { ...incident.failed, [name]: { tries, dueAt: new Date(now.getTime() + waitMs) } } };
}

/** Its name tells it from every other time, so that a receiver which drops what it knows drops no new incident. */
function noticeOf(incident: Incident, now: Date): OperationsNotice {
	const { code, subject, since, what, do: todo, begunAt } = incident;
	const about = subject === "" ? "" : `-${createHash("sha256").update(subject).digest("hex").slice(0, 8)}`;
	const name = `cf-ops-${code}${about}-${begunAt.toISOString().slice(0, 16).replace(/\D/g, "")}`;
	const isOver = incident.phase === "over";
	return {
		type: "operations",
		id: isOver ? `${name}-over` : name,
		incident: name,
		phase: isOver ? "over" : "begun",
		code,
		subject: redact(subject),
		what: redact(what.replaceAll("`", '"')),
		todo: redact(todo.replaceAll("`", '"')),
		since,
		endedAt: endOf(incident),
		now,
	};
}
