import { composeDetection } from "../../lib/app/compose.ts";
import { readSettings } from "../../lib/app/settings.ts";
import type { DefenderRecord } from "../../lib/defender/record.ts";
import { isTable } from "../../lib/defender/tables.ts";
import type { Condition } from "../../lib/detect/condition.ts";
import { compileTest } from "../../lib/detect/match.ts";
import { createSieve } from "../../lib/detect/prefilter/prefilter.ts";
import { families } from "../../lib/families/index.ts";
import { redact } from "../../lib/families/redact.ts";
import { rulesOfSet } from "../../lib/families/select.ts";
import { inspect } from "../../lib/inspect.ts";
import { createSight } from "../../lib/sighting/sight.ts";

/** One way from the bytes of messages to what they show, by the names of the records that the two base rules match. */
export type Way = (messages: readonly Buffer[]) => readonly string[];

/** What the function does with each batch before it touches the table: bytes to redacted sightings, with `recommended`. */
export function functionPath(): Way {
	const { inspectAll } = detection();
	return (messages) =>
		inspectAll(messages).flatMap(({ rules, timestamp, reportId }) =>
			rules.some(({ id }) => base.has(id)) ? [`${timestamp} ${reportId}`] : [],
		);
}

/** What anybody would write first: parse each message, run the two rules, keep what matches. Nothing is redacted. */
export function plainPath(): Way {
	const rules = rulesOfSet("base").map(({ tables, when }) => ({ tables: new Set<string>(tables), holds: holdsOf(when) }));
	return (messages) =>
		messages.flatMap((message) => {
			const { records } = JSON.parse(message.toString("utf8")) as { readonly records: readonly Envelope[] };
			return records.flatMap(({ category, properties, time, tenantId }) => {
				const table = category.slice("AdvancedHunting-".length);
				if (!isTable(table)) return [];
				const record: DefenderRecord = { table, tenantId, exportedAt: time, columns: properties };
				return rules.some(({ tables, holds }) => tables.has(table) && holds(record))
					? [`${properties["Timestamp"]} ${properties["ReportId"]}`]
					: [];
			});
		});
}

interface Envelope {
	readonly category: string;
	readonly time: string;
	readonly tenantId: string;
	readonly properties: Readonly<Record<string, unknown>>;
}

const base = new Set(rulesOfSet("base").map(({ id }) => id));

/** Everything the function has before step 5. */
export function detection() {
	const read = readSettings({ RULES: "recommended" });
	if (!read.ok) throw new Error(read.mistakes.join("; "));
	const parts = composeDetection(read.settings);
	const sieve = createSieve(parts.rules);
	const inspectAll = (messages: readonly Buffer[]) =>
		inspect(
			messages.map((body, message) => ({ at: { source: "bench", message }, body })),
			{ ...parts, sight: freshSight(), sieve },
		).sightings;
	return { ...parts, sieve, inspectAll };
}

/** It remembers texts that recur. In a stream each record comes once, so no run may profit from what an earlier one redacted. */
export function freshSight() {
	return createSight(families, redact);
}

/** The condition evaluated as it stands, without evidence and without an index. */
function holdsOf(condition: Condition): (record: DefenderRecord) => boolean {
	switch (condition.kind) {
		case "all": {
			const parts = condition.parts.map(holdsOf);
			return (record) => parts.every((part) => part(record));
		}
		case "any": {
			const parts = condition.parts.map(holdsOf);
			return (record) => parts.some((part) => part(record));
		}
		case "not": {
			const part = holdsOf(condition.part);
			return (record) => !part(record);
		}
		default:
			return compileTest(condition);
	}
}
