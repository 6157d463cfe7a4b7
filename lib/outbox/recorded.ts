import type { Finding } from "../findings/finding.ts";
import type { NoticeKind } from "../findings/notice-kind.ts";
import type { Decision, Reason } from "../findings/policy.ts";
import type { OpenOwed } from "./lease.ts";

/**
 * `refused-by-table`: the table never accepts this finding, even without its samples. `row-newer`: a later version
 * wrote its row, and only that version may change it.
 */
export type SetAside = "refused-by-table" | "row-newer";

/** Result of recording for one finding. Counts are in records. */
export interface Recorded {
	readonly key: string;
	readonly reason: Reason | "quarantined";
	/** Why nothing could be recorded; only with `quarantined`. */
	readonly setAside: SetAside | undefined;
	/** One of its rows was damaged and was replaced. */
	readonly damaged: boolean;
	/** Counted now. */
	readonly fresh: number;
	/** Counted before. */
	readonly repeats: number;
	/** After recording; `undefined` for a repeat and for what was refused. */
	readonly finding: Finding | undefined;
	/** What this batch wants told; empty when nothing. */
	readonly kinds: readonly NoticeKind[];
	/** When it is due; `undefined` when nothing is wanted. */
	readonly dueAt: Date | undefined;
	/** What was written of it, as it stands now: it can be told without being read again. `undefined`: that is not known. */
	readonly written: readonly OpenOwed[] | undefined;
	/** Who is owed something about this finding now, and what in all. */
	readonly owed: readonly { readonly destination: string; readonly kinds: readonly NoticeKind[] }[];
}

const nothing = {
	setAside: undefined,
	written: undefined,
	damaged: false,
	finding: undefined,
	kinds: [],
	dueAt: undefined,
	owed: [],
} as const;

/** @param total records of the batch about this finding. */
export function recordedOf(
	key: string,
	decision: Decision,
	total: number,
	owed: (kinds: readonly NoticeKind[]) => Recorded["owed"],
): Recorded {
	if (decision.reason === "repeat") return { ...nothing, key, reason: "repeat", fresh: 0, repeats: total };
	const { reason, finding, fresh } = decision;
	const counted = { ...nothing, key, finding, fresh, repeats: total - fresh };
	if (reason === "held") return { ...counted, reason };
	const kinds = [reason === "later" ? ("changed" as const) : reason];
	return { ...counted, reason, kinds, dueAt: decision.dueAt, owed: owed(kinds) };
}

/** The report for a finding that could not be stored. @param total records of the batch about this finding. */
export function setAsideOf(key: string, setAside: SetAside, total: number): Recorded {
	return { ...nothing, key, reason: "quarantined", setAside, fresh: total, repeats: 0 };
}
