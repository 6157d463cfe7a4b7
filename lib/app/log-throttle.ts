import type { DetectLine } from "./log-lines.ts";

/**
 * At two batches a second, logging would cost more than reading. Lines of batches without a match are added up and
 * logged once a minute. A line with news is logged at once, with the sum so far.
 */
export function createQuietLog(): (line: DetectLine, now: Date) => DetectLine | undefined {
	let pending: DetectLine | undefined;
	let lastAt: number | undefined;
	return (line, now) => {
		const sum = pending === undefined ? line : add(pending, line);
		const says = line.matches > 0 || line.quarantined > 0;
		if (!says && lastAt !== undefined && now.getTime() - lastAt < quietMs) {
			pending = sum;
			return undefined;
		}
		pending = undefined;
		lastAt = now.getTime();
		return sum;
	};
}

const quietMs = 60_000;

/** The same problem each minute says no more than once an hour: one loud line when it begins, then a reminder. */
export function createProblemLog(): (problems: readonly string[], now: Date) => readonly string[] {
	let said = new Map<string, number>();
	return (problems, now) => {
		const at = now.getTime();
		// Ages and counts change each minute; the words around them tell which problem it is.
		const loud = problems.filter((problem) => at - (said.get(kindOf(problem)) ?? Number.NEGATIVE_INFINITY) >= reminderMs);
		said = new Map(problems.map((problem) => [kindOf(problem), loud.includes(problem) ? at : (said.get(kindOf(problem)) ?? at)]));
		return loud;
	};
}

const reminderMs = 3_600_000;

function kindOf(problem: string): string {
	return problem.replace(/\d+/g, "N");
}

function add(a: DetectLine, b: DetectLine): DetectLine {
	return {
		event: "detect",
		messages: a.messages + b.messages,
		records: a.records + b.records,
		matches: a.matches + b.matches,
		findings: a.findings + b.findings,
		notices: a.notices + b.notices,
		held: a.held + b.held,
		quarantined: a.quarantined + b.quarantined,
		sent: a.sent + b.sent,
		retried: a.retried + b.retried,
		possibleDuplicates: a.possibleDuplicates + b.possibleDuplicates,
		eventAgeMs: Math.max(a.eventAgeMs, b.eventAgeMs),
		ms: a.ms + b.ms,
	};
}
