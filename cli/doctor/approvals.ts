import { readFile } from "node:fs/promises";
import { readApprovals } from "../../lib/cloudflared/approvals.ts";
import type { Result } from "./check.ts";

const why = "A tunnel of your own that is not approved is told like an intruder's.";

export async function checkApprovals(path: string | undefined, now: Date): Promise<readonly Result[]> {
	if (path === undefined || path.trim() === "") {
		return [{ check: "approvals", verdict: "ok", says: "No APPROVALS_FILE is set: no tunnel counts as yours, and every one is told." }];
	}
	let text: string;
	try {
		text = await readFile(path, "utf8");
	} catch (error) {
		if (!(error instanceof Error && "code" in error)) throw error;
		const says = `The file that APPROVALS_FILE names cannot be read (${String(error.code)}).`;
		return [{ check: "approvals", verdict: "failure", says, why, fix: "Put the file where APPROVALS_FILE says, or correct the path." }];
	}
	const read = readApprovals(text, now);
	if (!read.ok) {
		const fix = "Correct the file; until then nothing in it counts.";
		return read.mistakes.map((mistake) => ({ check: "approvals", verdict: "failure", says: `${mistake}.`, why, fix }));
	}
	const fine: Result = { check: "approvals", verdict: "ok", says: `${read.approvals.length} approvals can be read.` };
	return [
		fine,
		...read.warnings.map(
			(says): Result => ({
				check: "approvals",
				verdict: "warning",
				says,
				why: "An approval that is weak, or over, does not do what people think it does.",
				fix: "Renew it, make it name an account and its tunnels, or take it out.",
			}),
		),
	];
}
