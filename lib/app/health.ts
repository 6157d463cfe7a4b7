import { redactError } from "../families/redact.ts";
import type { OutboxState } from "../outbox/outbox.ts";
import { causeOf, type TroubleCause } from "../store/trouble.ts";
import { isSerious, type Problem } from "../watch/problems.ts";
import type { ReviewedFile } from "./reviewed-file.ts";
import type { RunningPackage } from "./running-package.ts";

/** Health as anyone with the function key may read it: what is wrong and what to do, and nothing secret. */
export interface Health {
	readonly ok: boolean;
	readonly problems: readonly ToldProblem[];
	/** Worth a look, and no reason for an alarm: weak approvals, ended ones. */
	readonly warnings?: readonly string[];
	/** What runs; absent where it is not the packaged app. */
	readonly package?: RunningPackage | undefined;
	/** Absent while the app cannot be made or its table cannot be read. */
	readonly facts?: HealthFacts;
}

export interface HealthFacts {
	/** When the newest event read so far arrived at the hub; `null` before the first. */
	readonly newestEventAt: Date | null;
	readonly owed: number;
	readonly oldestOwedMs: number;
	readonly dead: number;
	/** Messages and records of today that could not be read. */
	readonly quarantinedToday: number;
}

const longestMs = 10 * 60_000;

/** A problem as health tells it, with the page that says what to do. */
export interface ToldProblem extends Problem {
	readonly runbook: string;
}

/** Where each code has its paragraph. */
const runbook = "docs/alarms.md";

/** Adds the page and paragraph of docs/alarms.md for the problem's code. */
export function asTold(problem: Problem): ToldProblem {
	return { ...problem, runbook: `${runbook}#${problem.code}` };
}

/** What to do about a file that people write. */
const fileCures = {
	approvals: "Correct the approvals file and deploy it.",
	routes: "Correct the routes file and deploy it; until then the last good one counts, or everything goes everywhere.",
} as const;

type FileName = keyof typeof fileCures;

/** What is wrong with delivery, approvals and routes. */
export function problemsOf(
	{ lateMs, refusedMs, dead, down, unreadable }: OutboxState,
	files: Readonly<Record<FileName, Pick<ReviewedFile<unknown>, "mistakes">>>,
	now: Date,
): readonly Problem[] {
	const ago = (ms: number) => new Date(now.getTime() - ms);
	const tooLong = (waited: ReadonlyMap<string, number>) => [...waited].filter(([, ms]) => ms > longestMs);
	return [
		...(["approvals", "routes"] as const).flatMap((subject) =>
			files[subject].mistakes().map((what): Problem => ({ code: "settings-wrong", subject, since: now, what, do: fileCures[subject] })),
		),
		...[...down].map(
			([name, { since, cause }]): Problem => ({
				code: "destination-down",
				subject: name,
				since,
				cause,
				what: `Destination ${name} has refused messages since ${since.toISOString()}.`,
				do: "Check its address and that it is switched on; notices stay stored; one is tried after 1, 5 and 15 minutes, then each hour.",
			}),
		),
		...tooLong(lateMs).map(
			([name, ms]): Problem => ({
				code: "notice-late",
				subject: name,
				since: ago(ms),
				what: `The oldest notice owed to ${name} has waited ${Math.round(ms / 60_000)} minutes.`,
				do: "Look whether it answers: `tunnelwatch doctor --send-test`.",
			}),
		),
		// Refused while others arrive: it will be given up when that has shown twice, and is the same cause till then.
		...tooLong(refusedMs)
			.filter(([name]) => !dead.has(name))
			.map(
				([name, ms]): Problem => ({
					code: "notice-dead",
					subject: name,
					since: ago(ms),
					what: `${name} has refused a notice for ${Math.round(ms / 60_000)} minutes; it is given up if others arrive.`,
					do: "Look what it answers: `tunnelwatch doctor --send-test`.",
				}),
			),
		...[...dead].map(
			([name, count]): Problem => ({
				code: "notice-dead",
				subject: name,
				since: now,
				what: `${count} notices to ${name} were given up.`,
				do: "See `tunnelwatch findings --dead`, then `tunnelwatch findings retry`.",
			}),
		),
		...(unreadable > 0
			? [
					{
						code: "row-unreadable",
						subject: "",
						since: now,
						what: `${unreadable} notices are held up because their rows were written by a newer version, or are damaged.`,
						do: "Deploy the newer version again if there was one; `tunnelwatch findings` names the findings.",
					} as const,
				]
			: []),
	];
}

/** The table does not answer: then nothing else can be known. */
export function tableDown(since: Date, reason: string, cause: TroubleCause): Problem {
	return {
		code: "table-down",
		subject: "",
		since,
		cause,
		what: reason,
		do: "Check the storage account, its network rules, and the app's role on it.",
	};
}

/** Settings that are wrong keep an app from being made; that is the first thing health must be able to say. */
export async function readHealth(app: () => Pick<AppWithHealth, "health">): Promise<Health> {
	let made: Pick<AppWithHealth, "health">;
	try {
		made = app();
	} catch (error) {
		const what = redactError(error);
		return unwell({ code: "settings-wrong", subject: "", since: new Date(), what, do: "Correct the settings and start the app again." });
	}
	try {
		const { problems, ...rest } = await made.health();
		return { ok: !problems.some(isSerious), problems, ...rest };
	} catch (error) {
		return unwell(tableDown(new Date(), redactError(error), causeOf(error)));
	}
}

interface AppWithHealth {
	health(): Promise<Omit<Health, "ok">>;
}

function unwell(problem: Problem): Health {
	return { ok: false, problems: [asTold(problem)] };
}
