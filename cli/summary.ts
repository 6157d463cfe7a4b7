import type { Totals } from "../lib/app/totals.ts";
import { redact } from "../lib/families/redact.ts";
import { groupDigits } from "../lib/notify/group-digits.ts";
import { inert } from "../lib/notify/text.ts";
import type { Quarantined } from "../lib/watch/quarantined.ts";
import type { DestinationTally } from "./delivery-tally.ts";
import { quarantineMeaning } from "./quarantine-words.ts";

export interface Summary {
	readonly totals: Totals;
	/** The first few, to be shown by name. */
	readonly quarantined: readonly Quarantined[];
	/** What went out in this run. */
	readonly deliveries: readonly DestinationTally[];
	/** Notices stored but not yet delivered, per destination. */
	readonly owed: readonly { readonly destination: string; readonly count: number }[];
	/** Who would be told. */
	readonly destinations: readonly string[];
	readonly whatIf: boolean;
	readonly seconds: number;
}

const shown = 5;

/** The end of a run, for people. */
export function summaryText({ totals, quarantined, deliveries, owed, destinations, whatIf, seconds }: Summary): string {
	const notices = whatIf
		? `${count(totals.notices - totals.waiting, "notice")} would go to ${destinations.join(", ")}`
		: sentText(deliveries);
	return [
		`Read ${count(totals.messages, "message")} with ${count(totals.records, "record")} in ${seconds.toFixed(1)} s.`,
		`${count(totals.matches, "match", "matches")} on ${count(totals.findings, "device")}. ${notices}.${waitingText(totals)}${heldText(totals.held)}`,
		...quarantineLines(totals.quarantined, quarantined),
		...owed.map(({ destination, count: due }) => {
			const why = deliveries.find((one) => one.destination === destination)?.trouble;
			return `${count(due, "notice")} to ${destination} could not be delivered yet${why === undefined ? "" : `: ${why.replace(/\.$/, "")}`}; stored, and the next run tries again.`;
		}),
		...deliveries.flatMap(({ destination, dead, trouble }) =>
			dead === 0
				? []
				: [
						`${count(dead, "notice")} to ${destination} failed for good: ${trouble ?? "refused."} Once it is fixed: npx tunnelwatch findings retry`,
					],
		),
		...(whatIf ? ["Nothing was recorded and nothing was sent."] : []),
	].join("\n");
}

function sentText(deliveries: readonly DestinationTally[]): string {
	const sent = deliveries.filter((one) => one.sent > 0);
	const total = sent.reduce((sum, one) => sum + one.sent, 0);
	return total === 0
		? "No notices sent"
		: `${count(total, "notice")} sent: ${sent.map((one) => `${groupDigits(one.sent)} ${one.destination}`).join(", ")}`;
}

/** "1 waits until 2026-11-22 19:36 UTC." */
function waitingText({ waiting, waitingUntil }: Totals): string {
	if (waiting === 0 || waitingUntil === undefined) return "";
	const until = `${waitingUntil.toISOString().slice(0, 16).replace("T", " ")} UTC`;
	return waiting === 1 ? ` 1 waits until ${until}.` : ` ${groupDigits(waiting)} wait, the first until ${until}.`;
}

function heldText(held: number): string {
	return held === 0 ? "" : ` ${count(held, "device")} held: already reported, or approved.`;
}

function quarantineLines(total: number, first: readonly Quarantined[]): readonly string[] {
	if (total === 0) return [];
	const isSample = first.every(({ at }) => /(^|[\\/])samples[\\/]event-hub\.ndjson$/.test(at.source));
	const lines = first.slice(0, shown).map(({ at, record, reason }) => {
		const where = `${inert(redact(at.source), 200)}, message ${at.message}${record === undefined ? "" : `, record ${record}`}`;
		return `  ${where}: ${reason}, ${quarantineMeaning(reason)}`;
	});
	return [
		`${count(total, "message or record", "messages or records")} could not be read and ${total === 1 ? "was" : "were"} set aside${isSample ? " (the samples are broken there on purpose, to show this)" : ""}:`,
		...lines,
		...(total > shown ? [`  … and ${groupDigits(total - shown)} more; --json lists them all.`] : []),
	];
}

function count(n: number, one: string, many = `${one}s`): string {
	return `${groupDigits(n)} ${n === 1 ? one : many}`;
}
