import { type Approval, approvalWarnings, readApprovals } from "../verdict/approvals.ts";
import { createReviewedFile, type ReviewedFile } from "./reviewed-file.ts";
import type { FileText } from "./stored-file.ts";

/** The approvals as they are now. A wrong file stops nothing: the last good one counts, or none, and it is said loudly. */
export interface ApprovalsFile extends Omit<ReviewedFile<readonly Approval[]>, "current"> {
	current(): readonly Approval[];
	/** Entries that need attention by now; a file that did not change can have new ones. */
	warnings(now: Date): readonly string[];
}

/**
 * @param wanted the path from a setting, or the https address of a blob; without one, `approvals.json` is used if it
 * exists. Until a stored list has been read once, the package's `approvals.json` is used, and that is reported.
 */
export function createApprovalsFile(
	wanted: string | undefined,
	resolve?: (path: string) => string,
	stored?: (address: string) => (known: string) => Promise<FileText>,
): ApprovalsFile {
	const file = createReviewedFile({
		setting: "APPROVALS_FILE",
		wanted,
		standard: "approvals.json",
		read: (json, now) => {
			const read = readApprovals(json, now);
			return read.ok ? { ok: true, value: read.approvals } : read;
		},
		untilStored: (approvals = []) => `until the stored list can be read, the package's own counts (${approvals.length} approvals)`,
		resolve,
		stored,
	});
	return {
		...file,
		current: () => file.current() ?? [],
		warnings: (now) => approvalWarnings(file.current() ?? [], now).map((warning) => `APPROVALS_FILE: ${warning}`),
	};
}
