import { dayWrite } from "../findings/day-row.ts";
import type { Finding } from "../findings/finding.ts";
import { findingAddress, findingValues, readFinding } from "../findings/finding-row.ts";
import { type ChangeDeps, changeRow, type RowChange } from "../store/change-row.ts";
import type { Row } from "../store/table.ts";
import { type Answer, type AnswerRequest, answer } from "./answer.ts";
import { createFindingReader } from "./finding-reader.ts";
import { followUps } from "./follow-ups.ts";
import type { Refusal } from "./refusal.ts";
import { noteSilence } from "./silence-rows.ts";

export interface AnsweringDeps extends ChangeDeps {
	/** Destination that hears only what is urgent; it hears of an escalation too. */
	readonly fallback?: string | undefined;
}

/** `missing`: no such finding · `crowded`: others changed it at each of our tries. */
export type RecordedAnswer = Answer | { readonly ok: false; readonly refusal: "missing" | "crowded" };

/**
 * Stores an answer: the finding, its audit trail and the follow-ups that are owed, in one transaction.
 * @param check looks at the finding as it is at that moment, and may refuse.
 */
export async function recordAnswer(
	deps: AnsweringDeps,
	key: string,
	request: AnswerRequest,
	now: Date,
	check: (finding: Finding) => Refusal | undefined = () => undefined,
): Promise<RecordedAnswer> {
	const reader = createFindingReader(deps.table, key);
	const plan = async (row: Row | undefined): Promise<RowChange<RecordedAnswer>> => {
		const before = row === undefined ? undefined : readFinding(row).finding;
		if (before === undefined) return { keep: { ok: false, refusal: "missing" } };
		const refusal = check(before);
		if (refusal !== undefined) return { keep: { ok: false, refusal } };
		const answered = answer(before, request, now);
		if (!answered.ok) return { keep: answered };
		const { finding, line, notice } = answered;
		// Noted first: whatever happens after that, the silence is looked at when its time has come.
		if (finding.silence !== undefined) await noteSilence(deps.table, key, finding.silence.until);
		const owed =
			notice === undefined
				? []
				: followUps({ finding, line, notice, fallback: deps.fallback, kept: before.routed?.keeps ?? [], now }, reader.owed());
		return { values: findingValues(finding), also: [dayWrite(finding, now), ...owed], result: answered };
	};
	const changed = await changeRow(deps, findingAddress(key), plan, reader.read);
	switch (changed.outcome) {
		case "kept":
		case "written":
			return changed.result;
		case "refused":
			throw new Error(`the table refuses an answer (${changed.status})`);
		case "crowded":
			return { ok: false, refusal: "crowded" };
	}
}
