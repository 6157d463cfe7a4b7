import { endSilences } from "../actions/end-silences.ts";
import { redactError } from "../families/redact.ts";
import { type Dispatcher, eachMinute } from "../outbox/deliver.ts";
import type { Destination } from "../outbox/delivery.ts";
import { startPass } from "../outbox/delivery-report.ts";
import { fallBack } from "../outbox/fallback.ts";
import { readOutbox } from "../outbox/outbox.ts";
import type { Table } from "../store/table.ts";
import { causeOf, type TroubleCause } from "../store/trouble.ts";
import { tidy } from "../watch/close-findings.ts";
import { noteProblems } from "../watch/problem-store.ts";
import { isSerious, nameOf, type Problem, type StandingProblem, withoutEffects } from "../watch/problems.ts";
import type { Quarantine } from "../watch/quarantine.ts";
import { watch } from "../watch/routine-messages.ts";
import { countOf } from "../watch/stream-look.ts";
import { tellIncidents } from "../watch/tell-incidents.ts";
import { world } from "./compose.ts";
import { within } from "./deadline.ts";
import { problemsOf, tableDown } from "./health.ts";
import type { DeliverLine, ErrorLine } from "./log-lines.ts";
import { createProblemLog } from "./log-throttle.ts";
import type { OpenGaps, ReadAgain } from "./read-again.ts";
import type { ReviewedFile } from "./reviewed-file.ts";
import type { Settings } from "./settings.ts";
import type { StreamState } from "./stream-watch.ts";

export interface MinuteDeps {
	readonly table: Table;
	readonly dispatcher: Dispatcher;
	readonly destinations: readonly Destination[];
	readonly quarantine: Quarantine;
	readonly approvals: ReadFile;
	readonly routes: ReadFile;
	readonly settings: Pick<Settings, "FALLBACK" | "DIGEST_HOUR_UTC">;
	/** Ids of the active rules. */
	readonly rules: readonly string[];
	/** Ids of rules that keep every message from being passed by unread. */
	readonly openRules: readonly string[];
	readonly clock: () => Date;
	/** What is wrong with single settings, while the rest of the app works. */
	readonly ofSettings: (now: Date) => readonly Problem[];
	readonly lookAtStream: (now: Date) => Promise<StreamState>;
	/** Sends the weekly drill when it is due, and says which did not arrive. */
	readonly drill: (now: Date) => Promise<readonly Problem[]>;
	readonly readAgain: (open: readonly OpenGaps[], now: Date) => Promise<ReadAgain>;
}

const tidyEveryMs = 600_000;
const tidiedAtOnce = 100;
/** Delivering takes 40 s at most; what can wait is begun only before this. */
const spareMs = 30_000;
const deliverMs = 45_000;
const stepMs = 15_000;
const tellMs = 35_000;
const againMs = 45_000;
/** A table that stumbles for a minute or two is no news. */
const downMs = 4 * 60_000;

type ReadFile = Pick<ReviewedFile<unknown>, "mistakes" | "refresh">;

/** Everything the timer does, and the line it logs: also when the table does not answer, so that silence has one meaning. */
export function createMinute(deps: MinuteDeps): () => Promise<readonly (DeliverLine | ErrorLine)[]> {
	const { table, dispatcher, destinations, quarantine, approvals, routes, settings } = deps;
	const names = destinations.map((one) => one.name);
	const problemLog = createProblemLog();
	let tidiedAt = Number.NEGATIVE_INFINITY;
	let downSince: Date | undefined;
	return async () => {
		const started = deps.clock();
		const errors: string[] = [];
		let broken = false;
		let cause: TroubleCause = "unknown";
		const step = async <T>(what: string, work: Promise<T>, ms = stepMs): Promise<T | undefined> => {
			try {
				return await within(ms, what, work);
			} catch (error) {
				broken = true;
				cause = causeOf(error);
				errors.push(`${what}: ${redactError(error)}`);
				return undefined;
			}
		};
		const hasTime = () => !broken && deps.clock().getTime() - started.getTime() < spareMs;
		const pass = await step("delivering", dispatcher.deliverDue(eachMinute), deliverMs);
		const { sent, retried, possibleDuplicates, interrupted } = pass ?? startPass(deps.clock).sum();
		if (interrupted !== undefined) errors.push(interrupted);
		if (deps.openRules.length > 0) {
			errors.push(`every record of their tables is parsed, because nothing can be looked for beforehand by: ${deps.openRules.join(", ")}`);
		}
		// A run ends well within its minute, whatever the far ends do: what can wait then waits for the next one.
		const stream = await step("looking at the hub", deps.lookAtStream(started));
		const again =
			stream !== undefined && stream.open.length > 0 && hasTime()
				? await step("reading again", deps.readAgain(stream.open, started), againMs)
				: undefined;
		errors.push(...(again?.failures ?? []));
		if (hasTime()) await step("ending silences", endSilences({ ...world, table }, started));
		const drilled = hasTime() ? await step("the weekly drill", deps.drill(started)) : undefined;
		if (settings.FALLBACK !== undefined && hasTime()) {
			await step("the fallback was not given what is late", fallBack(table, settings.FALLBACK, started));
		}
		if (hasTime()) {
			const chats = destinations.filter((one) => one.unlimited !== true);
			const about = { ...world, table, destinations: chats, rules: deps.rules, digestHour: settings.DIGEST_HOUR_UTC };
			errors.push(...((await step("routine messages", watch(about, started), deliverMs)) ?? []));
		}
		if (hasTime() && started.getTime() - tidiedAt >= tidyEveryMs) {
			tidiedAt = started.getTime();
			const resolves = destinations.filter((one) => one.resolves === true).map(({ name }) => name);
			await step("old rows were not cleared away", tidy({ ...world, table, resolves }, started, tidiedAtOnce));
		}
		const read = await step("reading what is owed", readOutbox(table, names, deps.clock()));
		const down = read === undefined ? errors.at(-1) : undefined;
		downSince = down === undefined ? undefined : (downSince ?? started);
		const state = read ?? nothingKnown;
		const count = (broken ? undefined : await step("counting what was set aside", quarantine.count(started))) ?? { kept: 0, overflow: 0 };
		await Promise.all([approvals.refresh(started), routes.refresh(started)]);
		const setAside = count.kept + count.overflow;
		const found = [
			...(down !== undefined && downSince !== undefined && started.getTime() - downSince.getTime() >= downMs
				? [tableDown(downSince, down, cause)]
				: []),
			...deps.ofSettings(started),
			...problemsOf(state, { approvals, routes }, started),
			...(stream?.problems ?? []),
			...(drilled ?? []),
			...(setAside > 0 ? [quarantined(setAside, started)] : []),
		];
		const problems = withoutEffects(found);
		const remembered =
			down === undefined ? await step("noting what is wrong", noteProblems({ ...world, table }, problems, started)) : undefined;
		// Without the table there is nothing to remember by: what is wrong now is said all the same.
		const stands = remembered ?? problems;
		if (remembered !== undefined) {
			const tell = { ...world, table, destinations };
			errors.push(...((await step("telling what is wrong", tellIncidents(tell, shownOf(remembered, found), started), tellMs)) ?? []));
		}
		errors.push(...stands.filter(isSerious).map(({ what, do: todo }) => `${what} ${todo}`));
		const line: DeliverLine = {
			event: "deliver",
			sent,
			retried,
			dead: sum(state.dead),
			possibleDuplicates,
			owed: sum(state.owed),
			oldestOwedMs: state.oldestOwedMs,
			destinationsDown: state.down.size,
			quarantined: setAside,
			unread: stream?.unread ?? 0,
			oldestUnreadMs: stream?.oldestUnreadMs ?? 0,
			silentMs: stream?.silentMs ?? 0,
			gaps: stream?.open.reduce((sum, one) => sum + countOf(one.gaps), 0) ?? 0,
			reread: again?.count ?? 0,
			lost: stream?.lost ?? 0,
			codes: [...new Set(withoutEffects(stands).map(nameOf))],
			ms: deps.clock().getTime() - started.getTime(),
		};
		return [line, ...problemLog(errors, started).map((what): ErrorLine => ({ event: "error", what }))];
	};
}

/** The problems to tell, and the names of those hidden behind a cause, which are neither told nor over. */
function shownOf(stands: readonly StandingProblem[], found: readonly Problem[]) {
	const visible = withoutEffects(stands);
	const names = new Set(visible.map(nameOf));
	return { visible, hidden: new Set([...found, ...stands].map(nameOf).filter((name) => !names.has(name))) };
}

const nothingKnown: Awaited<ReturnType<typeof readOutbox>> = {
	owed: new Map(),
	oldestOwedMs: 0,
	lateMs: new Map(),
	refusedMs: new Map(),
	dead: new Map(),
	down: new Map(),
	unreadable: 0,
};

function quarantined(count: number, since: Date): Problem {
	const what = `${count} messages or records could not be read today and were set aside.`;
	return {
		code: "quarantine",
		subject: "",
		since,
		what,
		do: "Their rows in the table name place and reason; read one again with `tunnelwatch run --event-hub`.",
	};
}

function sum(counts: ReadonlyMap<string, number>): number {
	return [...counts.values()].reduce((total, one) => total + one, 0);
}
