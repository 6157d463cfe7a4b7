import type { Totals } from "../lib/app/totals.ts";
import { findingId } from "../lib/findings/finding.ts";
import type { Recorded } from "../lib/outbox/recorded.ts";
import type { Outcome } from "../lib/pipeline.ts";
import type { Sighting } from "../lib/sighting/sighting.ts";
import type { Quarantined } from "../lib/watch/quarantined.ts";
import { jsonText } from "./json-text.ts";

/** The lines of `--json` for one batch, in the order in which things happened. */
export function* jsonLines(outcome: Omit<Outcome, "delivered">): Generator<string> {
	for (const entry of outcome.quarantined) yield jsonText(quarantinedLine(entry));
	for (const sighting of outcome.sightings) yield* matchLines(sighting).map((line) => jsonText(line));
	for (const recorded of outcome.recorded) yield* noticeLines(recorded).map((line) => jsonText(line));
}

/** The last line of `--json`: the totals of the run. `waitingUntil` is null when no notice is waiting. */
export function summaryLine(totals: Totals): string {
	const { messages, records, matches, findings, notices, held, waiting, waitingUntil, quarantined } = totals;
	const wait = { waiting, waitingUntil: waitingUntil ?? null };
	return jsonText({ type: "summary", messages, records, matches, findings, notices, held, ...wait, quarantined });
}

function matchLines(sighting: Sighting): readonly object[] {
	return sighting.rules.map(({ id, evidence }) => ({
		type: "match",
		rule: id,
		table: sighting.table,
		deviceId: sighting.device.id,
		deviceName: sighting.device.name,
		reportId: /^\d{1,15}$/.test(sighting.reportId) ? Number(sighting.reportId) : sighting.reportId,
		timestamp: sighting.timestamp,
		evidence,
	}));
}

function noticeLines({ kinds, finding, owed, dueAt }: Recorded): readonly object[] {
	const reason = kinds[0];
	if (reason === undefined || finding === undefined) return [];
	const severity = finding.noticeSeverity ?? finding.severity;
	return owed.map(({ destination }) => ({
		type: "notice",
		finding: findingId(finding),
		deviceId: finding.device.id,
		reason,
		destination,
		severity,
		dueAt: dueAt ?? null,
	}));
}

function quarantinedLine({ at, record, reason, count }: Quarantined): object {
	return {
		type: "quarantined",
		source: at.source,
		message: at.message,
		record: record ?? null,
		reason,
		...(count === undefined ? {} : { count }),
	};
}
