import type { DetectLine } from "./log-lines.ts";

/**
 * A stream of two batches a second would log more than it costs to read it. Lines of batches in which nothing was found
 * are added up and come once a minute; a line that says something comes at once, with what was added up before it.
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
		eventAgeMs: Math.max(a.eventAgeMs, b.eventAgeMs),
		ms: a.ms + b.ms,
	};
}
