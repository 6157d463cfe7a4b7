import type { Answered } from "../findings/answered.ts";
import type { Finding } from "../findings/finding.ts";
import type { NoticeKind } from "../findings/notice-kind.ts";
import { raise } from "../outbox/owed.ts";
import { owedWrites, type StoredOwed } from "../outbox/owed-row.ts";
import type { Write } from "../store/table.ts";

export interface FollowUp {
	/** With the answer in it. */
	readonly finding: Finding;
	readonly line: Answered;
	readonly notice: Extract<NoticeKind, "answered" | "escalated" | "still">;
	/** Hears of an escalation even if it was told nothing before. */
	readonly fallback: string | undefined;
	/** Were not told so far, because it was too little for them; an escalation is not. */
	readonly kept: readonly string[];
	readonly now: Date;
}

/** One more notice for each destination that was told of the finding or is about to be, whatever a route would say today. */
export function followUps(
	{ finding, line, notice, fallback, kept, now }: FollowUp,
	owed: ReadonlyMap<string, StoredOwed>,
): readonly Write[] {
	const urgency = notice === "escalated" ? "foremost" : "answer";
	const hears = new Map<string, StoredOwed | undefined>([...owed].filter(([, stored]) => stored.owed !== undefined));
	const further = [...kept, ...(fallback === undefined ? [] : [fallback])];
	const free = further.filter((name) => !hears.has(name) && owed.get(name)?.unreadable !== "newer");
	if (notice === "escalated") for (const name of free) hears.set(name, owed.get(name));
	return [...hears].flatMap(([destination, stored]) => {
		const raised = raise(stored?.owed, { reason: notice, finding, urgency, dueAt: now });
		// Somebody is on it: what a destination did not take in time need not wake the fallback.
		const isHandled = line.kind === "acknowledge" || line.kind === "silence";
		return owedWrites(stored, finding.key, destination, isHandled ? { ...raised, fellBack: finding.want } : raised);
	});
}
