import { decodeMessage } from "../../lib/defender/envelope.ts";
import type { Result } from "./check.ts";

const why = "Only Defender records can alert; unreadable ones are set aside.";
const fix =
	"Look in the Defender portal (Settings > Microsoft Defender XDR > Streaming API) that this hub is the target and the six Device tables are ticked, and that nothing else writes to this hub.";

/** Whether the newest message looks like what the rules read. Says nothing of its contents but names of tables and counts. */
export function checkShape(body: unknown): Result {
	const { records, total, unreadable } = decodeMessage(body);
	const [first] = unreadable;
	if (first !== undefined && first.record === undefined) {
		return { check: "message", verdict: "failure", says: `The newest message is not from the export: ${first.reason}.`, why, fix };
	}
	if (first !== undefined) {
		const says = `In the newest message ${unreadable.length} of ${total} records cannot be read (${first.reason}).`;
		return { check: "message", verdict: "warning", says, why, fix };
	}
	if (total > 0 && records.length === 0) {
		return {
			check: "message",
			verdict: "warning",
			says: "No record of the newest message is of a table that the rules read.",
			why,
			fix,
		};
	}
	const tables = [...new Set(records.map(({ table }) => table))].toSorted();
	return {
		check: "message",
		verdict: "ok",
		says: `The newest message can be read: ${total} ${total === 1 ? "record" : "records"}${tables.length === 0 ? "" : ` (${tables.join(", ")})`}.`,
	};
}
