import { createRoutesFile } from "../../lib/app/routes-file.ts";
import { readSettings } from "../../lib/app/settings.ts";
import { routeRemarks } from "../../lib/notify/routes/route-remarks.ts";
import { type Environment, type Result, sentence } from "./check.ts";
import { withoutReferences } from "./settings.ts";

/** Reads the file as the function does, and looks for destinations that nothing leads to. */
export async function checkRoutes(environment: Environment, now: Date): Promise<readonly Result[]> {
	const readable = withoutReferences(environment);
	const isWhole = Object.keys(readable).length === Object.keys(environment).length;
	const read = readSettings(readable);
	if (!read.ok) return [{ check: "routes", verdict: "skipped", says: "Not looked at: a setting is wrong, see above." }];
	if (!isWhole) return [{ check: "routes", verdict: "skipped", says: "Not looked at: some addresses are in the vault, see above." }];
	const file = createRoutesFile(read.settings);
	await file.refresh(now);
	const mistakes = file.mistakes().map(
		(mistake): Result => ({
			check: "routes",
			verdict: "failure",
			says: sentence(mistake),
			why: "A file with a mistake routes nothing: the last good one counts, or everything goes everywhere.",
			fix: "Correct the file, or the path in ROUTES_FILE; docs/routes.md describes it.",
		}),
	);
	if (mistakes.length > 0) return mistakes;
	const lines = file.current();
	const says =
		lines === undefined ? "There is no routes file: every notice goes to every destination." : `${lines.length} lines can be read.`;
	const remarks = routeRemarks(lines ?? [], read.settings, read.settings.DIGEST_HOUR_UTC !== undefined).map(
		(remark): Result => ({
			check: "routes",
			verdict: "warning",
			says: sentence(remark),
			why: "Somebody may wait for notices that never come.",
			fix: "Lead a line there, lower the destination's FROM, set DIGEST_HOUR_UTC, or take the setting out; docs/routes.md describes it.",
		}),
	);
	return [{ check: "routes", verdict: "ok", says }, ...remarks];
}
