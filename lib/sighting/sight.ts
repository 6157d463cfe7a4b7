import { hash } from "node:crypto";
import { additionalNumber } from "../defender/additional-fields.ts";
import { foldId } from "../defender/device-identity.ts";
import { momentOf } from "../defender/moment.ts";
import type { DefenderRecord } from "../defender/record.ts";
import type { Column } from "../defender/tables.ts";
import { type Severity, worst } from "../detect/severity-scale.ts";
import type { Redact } from "../secrets/redact.ts";
import { redactedText } from "../secrets/redacted.ts";
import { columnText } from "./column-text.ts";
import type { InTheMaking } from "./in-the-making.ts";
import { processIds } from "./process-ids.ts";
import { programOf } from "./program.ts";
import type { Identified, Reading } from "./reading.ts";
import { recordFacts } from "./record-facts.ts";
import { createSafeTexts, type SafeText } from "./safe-text.ts";
import type { Device, Ownership, Sighting, Tunnel } from "./sighting.ts";
import { targetClass } from "./targets.ts";
import type { SightedFamily, ToolReader } from "./tool-reader.ts";

/** A rule that matched, and the tests that decided. */
export interface Matched {
	readonly rule: { readonly id: string; readonly family: string; readonly severity: Severity; readonly claims?: "renamed" | "wrapped" };
	readonly evidence: readonly { readonly column: Column; readonly test: string }[];
}

const mostTunnels = 8;

/** What a record tells, a sighting for each family whose rules matched it. */
export type Sight = (record: DefenderRecord, matches: readonly Matched[]) => readonly Sighting[];

/** For these families, to which rules can belong; `redact` knows the secrets of all of them. */
export function createSight(families: readonly SightedFamily[], redact: Redact): Sight {
	const safeTexts = createSafeTexts(redact);
	return (record, matches) => {
		const safe = safeTexts();
		const sightings: Sighting[] = [];
		for (const { id, reader } of families) {
			const own = matches.filter(({ rule }) => rule.family === id);
			if (own.length === 0) continue;
			const identified = reader.identify(record);
			const right = own.filter(({ rule }) => agrees(rule.claims, identified.reading));
			// A rule that took somebody for the tool in disguise still saw something; one about starters saw nothing.
			const kept = right.length > 0 ? right : own.filter(({ rule }) => rule.claims !== "wrapped");
			if (kept.length > 0) sightings.push(sight(record, kept, identified, { family: id, tool: reader, safe }));
		}
		return sightings;
	};
}

interface Reader {
	readonly family: string;
	readonly tool: ToolReader;
	readonly safe: SafeText;
}

/** Whether what a rule says about who runs is what the whole record says. */
function agrees(claims: Matched["rule"]["claims"], { kind, inner }: Reading): boolean {
	switch (claims) {
		case undefined:
			return true;
		case "renamed":
			return inner === "renamed";
		case "wrapped":
			return kind === "wrapper";
	}
}

/** What a matching record tells, with every secret removed. Wrong types and missing columns cost only what they would have told. */
function sight(record: DefenderRecord, matches: readonly Matched[], identified: Identified, { family, tool, safe }: Reader): Sighting {
	const timestamp = columnText(record, "Timestamp");
	const device = deviceOf(record, safe);
	const exportedAt = momentOf(record.exportedAt);
	const { reading, tokenFile, flags } = identified;
	const { tunnel, others } = tunnelsOf(identified);
	const process = processIds(record, identified);
	const { remote, registry, formerName } = recordFacts(record, safe);
	const sighting: InTheMaking<Sighting> = {
		recordId: recordId(record, device),
		family,
		device,
		table: record.table,
		actionType: safe(columnText(record, "ActionType")),
		reportId: safe(columnText(record, "ReportId")),
		timestamp: safe(timestamp),
		at: momentOf(timestamp) ?? exportedAt ?? new Date(0),
		times: timesOf(record),
		severity: worst(matches.map(({ rule }) => rule.severity)),
		rules: matches.map(({ rule, evidence }) => ({
			id: rule.id,
			severity: rule.severity,
			evidence: evidence.map(({ column, test }) => ({ column, test, value: safe(columnText(record, column)) })),
		})),
		program: programOf(record, identified, tool, safe),
		mode: reading.mode,
		tunnel,
		exposes: identified.exposes.map((target) => ({ text: safe(target), class: targetClass(target) })),
		hostname: safe(identified.hostname),
		ownership: notJudged,
		reading,
	};
	if (reading.remote) sighting.elsewhere = true;
	if (exportedAt !== undefined) sighting.exportedAt = exportedAt;
	if (others.length > 0) sighting.otherTunnels = others;
	if (reading.later && !reading.startArguments) sighting.later = reading.variable ? "variable" : "start";
	if (tokenFile !== "") sighting.tokenFile = safe(tokenFile.slice(0, 1_024));
	if (flags.length > 0) sighting.flags = flags;
	if (remote !== undefined) sighting.remote = remote;
	if (registry !== undefined) sighting.registry = registry;
	if (formerName !== undefined) sighting.formerName = formerName;
	if (process !== undefined) sighting.process = process;
	return sighting;
}

const notJudged: Ownership = {
	verdict: "cannot-tell",
	reason: redactedText`No approved accounts are configured, so no account counts as ours.`,
};

function deviceOf(record: DefenderRecord, safe: SafeText): Device {
	const name = columnText(record, "DeviceName");
	const id = columnText(record, "DeviceId") || `name:${name}`;
	return {
		tenantId: foldId(safe(record.tenantId)),
		id: foldId(safe(id)),
		name: safe(name),
		group: safe(columnText(record, "MachineGroup")),
	};
}

/**
 * ReportId alone is not unique, and a redelivered record has a new envelope time. A Log Analytics record has no
 * envelope; its TimeGenerated is an ordinary column that stays the same, and it replaces a missing Timestamp.
 */
function recordId(record: DefenderRecord, device: Device): string {
	const generated = record.columns["TimeGenerated"];
	const time = columnText(record, "Timestamp") || (typeof generated === "string" ? generated : "");
	const identity = `${record.table}|${device.id}|${time}|${columnText(record, "ReportId")}`;
	return hash("sha256", identity, "hex").slice(0, 12);
}

/** The number of events that an aggregated row reports. */
function timesOf(record: DefenderRecord): number {
	const times = additionalNumber(record, "uniqueEventsAggregated");
	return Number.isSafeInteger(times) && times >= 1 ? times : 1;
}

const noTunnels = { tunnel: undefined, others: [] };

/** The tunnel that counts or the only one given, then every other one that the record shows, each once. Judging tells claims apart. */
function tunnelsOf({ reading, tunnelId }: Identified): { readonly tunnel: Tunnel | undefined; readonly others: readonly Tunnel[] } {
	if (reading.claims.length === 0 && reading.tunnel === undefined && tunnelId === "") return noTunnels;
	const distinct = new Map(reading.claims.map(({ tunnel }) => [`${tunnel.account} ${tunnel.tunnelId}`, tunnel]));
	const given = reading.claims.filter(({ place }) => place !== "elsewhere").map(({ tunnel }) => tunnel);
	const only = given.length === 1 ? given[0] : undefined;
	const own = reading.tunnel ?? (tunnelId === "" ? only : { account: "", tunnelId, endpoint: "", fingerprint: "" });
	if (own !== undefined) distinct.delete(`${own.account} ${own.tunnelId}`);
	return { tunnel: own, others: [...distinct.values()].slice(0, mostTunnels) };
}
