import { createApprovalsFile } from "../../lib/app/approvals-file.ts";
import { type Result, sentence } from "./check.ts";

/** Reads the file as the function does. */
export async function checkApprovals(path: string | undefined, now: Date): Promise<readonly Result[]> {
	const file = createApprovalsFile(path?.trim() || undefined);
	await file.refresh(now);
	const mistakes = file.mistakes().map(
		(mistake): Result => ({
			check: "approvals",
			verdict: "failure",
			says: sentence(mistake),
			why: "A file with a mistake approves nothing, and a tunnel of your own alerts like an intruder's.",
			fix: "Correct the file, or the path in APPROVALS_FILE; docs/approvals.md describes it.",
		}),
	);
	const warnings = file.warnings(now).map(
		(warning): Result => ({
			check: "approvals",
			verdict: "warning",
			says: sentence(warning),
			why: "An approval that is weak, or over, does not do what people think it does.",
			fix: "Renew it, make it name an account and its tunnels, or take it out.",
		}),
	);
	if (mistakes.length > 0) return mistakes;
	const count = file.current().length;
	const says = count === 0 ? "There are none: no tunnel counts as yours, and every one alerts." : `${count} can be read.`;
	return [{ check: "approvals", verdict: "ok", says }, ...warnings];
}
