import { type Answered, withAnswer } from "../findings/answered.ts";
import { dayWrite } from "../findings/day-row.ts";
import { findingAddress, findingValues, findingVersion, readFinding } from "../findings/finding-row.ts";
import { type ChangeDeps, changeRow, type RowChange } from "../store/change-row.ts";
import { inParallel } from "../store/parallel.ts";
import { isNewer } from "../store/row-version.ts";
import type { Row } from "../store/table.ts";
import { tellHeld } from "./answer.ts";
import { createFindingReader } from "./finding-reader.ts";
import { followUps } from "./follow-ups.ts";
import { silencesOver } from "./silence-rows.ts";

/** In one run; the others follow in the next ones. */
const endedAtOnce = 200;

/**
 * Ends the silences whose time has come. What one held back is told once, with its number; one that held nothing stands
 * in the audit trail and the digest only. Returns how many ended.
 */
export async function endSilences(deps: ChangeDeps, now: Date): Promise<number> {
	const over = await silencesOver(deps.table, now, endedAtOnce);
	const ended = await inParallel(over, 8, async ({ key, row }) => {
		const outcome = await endOne(deps, key, now);
		// Only when its finding is settled: otherwise it is looked at again.
		if (outcome !== "unknown") await deps.table.remove(row, row.etag);
		return outcome;
	});
	return ended.filter((outcome) => outcome === "ended").length;
}

/** `nothing`: lifted, ended by a strong fact, or made longer meanwhile. `unknown`: a later version wrote the finding. */
type Ended = "ended" | "nothing" | "unknown";

async function endOne(deps: ChangeDeps, key: string, now: Date): Promise<Ended> {
	const reader = createFindingReader(deps.table, key);
	const plan = (row: Row | undefined): RowChange<Ended> => {
		if (row !== undefined && isNewer(row, findingVersion)) return { keep: "unknown" };
		const finding = row === undefined ? undefined : readFinding(row).finding;
		if (finding?.silence === undefined || finding.silence.until > now) return { keep: "nothing" };
		const { silence, ...rest } = finding;
		const { by, verified, until, held } = silence;
		const tells = held > 0 && finding.status === "open";
		const n = tells ? finding.want + 1 : finding.want;
		const line: Answered = { kind: "ended", by, verified, how: "tunnelwatch", at: now, n, until, held };
		const after = {
			...rest,
			...(tells ? { want: n, ...tellHeld(finding, silence, n, now) } : {}),
			history: withAnswer(finding.history, line),
		};
		const owed = tells ? followUps({ finding: after, line, notice: "still", fallback: undefined, kept: [], now }, reader.owed()) : [];
		return { values: findingValues(after), also: [dayWrite(after, now), ...owed], result: "ended" };
	};
	const changed = await changeRow(deps, findingAddress(key), plan, reader.read);
	if (changed.outcome === "kept" || changed.outcome === "written") return changed.result;
	throw new Error(`the end of a silence of cf-${key.slice(0, 12)} could not be stored (${changed.outcome})`);
}
