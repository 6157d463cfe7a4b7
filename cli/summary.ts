import type { Totals } from "../lib/app/totals.ts";
import { redact } from "../lib/families/redact.ts";
import { inert } from "../lib/notify/text.ts";
import type { Quarantined } from "../lib/watch/quarantine.ts";
import { quarantineMeaning } from "./quarantine-words.ts";

export interface Summary {
	readonly totals: Totals;
	/** The first few, to be shown by name. */
	readonly quarantined: readonly Quarantined[];
	readonly destinations: readonly string[];
	/** Notices stored but not yet delivered, per destination. */
	readonly owed: readonly { readonly destination: string; readonly count: number }[];
	readonly whatIf: boolean;
	readonly seconds: number;
}

const shown = 5;

/** The end of a run, for people. */
export function summaryText({ totals, quarantined, destinations, owed, whatIf, seconds }: Summary): string {
	const lines = [
		"",
		`Read ${count(totals.messages, "message")} with ${count(totals.records, "record")} in ${seconds.toFixed(1)} s.`,
		`${count(totals.matches, "match", "matches")} on ${count(totals.findings, "device")}: ${count(totals.notices, "notice")} ${whatIf ? "would go" : "due"} to ${destinations.join(", ")}; ${count(totals.held, "device")} held: people know already, or the tunnel is ours.`,
	];
	if (totals.quarantined > 0) {
		lines.push(
			`${count(totals.quarantined, "message or record", "messages or records")} could not be read and ${totals.quarantined === 1 ? "was" : "were"} set aside:`,
		);
		for (const { at, record, reason } of quarantined.slice(0, shown)) {
			lines.push(
				`  ${inert(redact(at.source), 200)}, message ${at.message}${record === undefined ? "" : `, record ${record}`}: ${reason}, ${quarantineMeaning(reason)}`,
			);
		}
		if (totals.quarantined > shown) lines.push(`  … and ${totals.quarantined - shown} more; --json lists them all.`);
	}
	for (const { destination, count: due } of owed) {
		lines.push(`${count(due, "notice")} to ${destination} could not be delivered yet; stored, and the next run tries again.`);
	}
	if (whatIf) lines.push("Nothing was recorded and nothing was sent.");
	else if (totals.findings > 0) lines.push("How people see them: npx tunnelwatch card all --open");
	return lines.join("\n");
}

function count(n: number, one: string, many = `${one}s`): string {
	return `${n.toLocaleString("en")} ${n === 1 ? one : many}`;
}
