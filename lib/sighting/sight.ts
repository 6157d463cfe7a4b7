import { createHash } from "node:crypto";
import { additionalNumber } from "../defender/additional-fields.ts";
import { foldId } from "../defender/device-identity.ts";
import { momentOf } from "../defender/moment.ts";
import type { DefenderRecord } from "../defender/record.ts";
import type { Column } from "../defender/tables.ts";
import { type Severity, worst } from "../detect/severity-scale.ts";
import { type Redact, readable } from "../secrets/redact.ts";
import { clipped, type Redacted, say } from "../secrets/redacted.ts";
import { columnText } from "./column-text.ts";
import { hasName, type Reading, type SeenProgram, seenProgram } from "./program.ts";
import type { Device, Mode, Sighting, Tunnel } from "./sighting.ts";
import { targetClass } from "./targets.ts";
import type { SightedFamily, ToolReader } from "./tool-reader.ts";

/** A rule that matched, and the tests that decided. */
export interface Matched {
	readonly rule: { readonly id: string; readonly family: string; readonly severity: Severity };
	readonly evidence: readonly { readonly column: Column; readonly test: string }[];
}

/** Where a token can stand, besides the command line of the program itself. */
const tokenColumns = [
	"ProcessCommandLine",
	"InitiatingProcessCommandLine",
	"RegistryValueData",
	"PreviousRegistryValueData",
	"AdditionalFields",
] as const satisfies readonly Column[];

const mostTunnels = 8;

/** The longest text that goes into a sighting; the rest is counted. */
const longestText = 8_192;

/** What a record tells, a sighting for each family whose rules matched it. */
export type Sight = (record: DefenderRecord, matches: readonly Matched[]) => readonly Sighting[];

/** For these families, to which rules can belong; `redact` knows the secrets of all of them. */
export function createSight(families: readonly SightedFamily[], redact: Redact): Sight {
	const safe = (text: string): Redacted => (text === "" ? say`` : clipped(redact(text), longestText));
	return (record, matches) =>
		families.flatMap(({ id, reader }) => {
			const own = matches.filter(({ rule }) => rule.family === id);
			return own.length === 0 ? [] : [sight(record, own, { family: id, tool: reader, safe })];
		});
}

/** What a matching record tells, with every secret removed. Wrong types and missing columns cost only what they would have told. */
function sight(record: DefenderRecord, matches: readonly Matched[], reading: Reading): Sighting {
	const { tool, safe } = reading;
	const timestamp = columnText(record, "Timestamp");
	const device = deviceOf(record, safe);
	const subject = seenProgram(record, reading);
	const { invocation } = subject;
	const exportedAt = momentOf(record.exportedAt);
	const [tunnel, ...others] = tunnelsOf(record, subject, tool);
	return {
		recordId: recordId(record, device),
		family: reading.family,
		device,
		table: record.table,
		actionType: safe(columnText(record, "ActionType")),
		reportId: safe(columnText(record, "ReportId")),
		timestamp: safe(timestamp),
		at: momentOf(timestamp) ?? exportedAt ?? new Date(0),
		...(exportedAt === undefined ? {} : { exportedAt }),
		times: timesOf(record),
		severity: worst(matches.map(({ rule }) => rule.severity)),
		rules: matches.map(({ rule, evidence }) => ({
			id: rule.id,
			severity: rule.severity,
			evidence: evidence.map(({ column, test }) => ({ column, test, value: safe(columnText(record, column)) })),
		})),
		program: subject.program,
		mode: modeOf(record, subject, tool),
		tunnel,
		...(others.length > 0 ? { otherTunnels: others } : {}),
		...(invocation !== undefined && invocation.tokenFile !== "" ? { tokenFile: safe(invocation.tokenFile.slice(0, 1_024)) } : {}),
		exposes: (invocation?.exposes ?? []).map((target) => ({ text: safe(target), class: targetClass(target) })),
		...(invocation !== undefined && invocation.flags.length > 0 ? { flags: invocation.flags } : {}),
		hostname: safe(invocation?.hostname ?? ""),
		ownership: { verdict: "cannot-tell", reason: say`No approved accounts are configured, so no account counts as ours.` },
	};
}

function deviceOf(record: DefenderRecord, safe: Reading["safe"]): Device {
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
 * ReportId alone repeats, and the envelope's time is fresh in a redelivered record. A record of Log Analytics has no
 * envelope: its TimeGenerated is a column like any other, stays the same, and stands in for a missing Timestamp.
 */
function recordId(record: DefenderRecord, device: Device): string {
	const generated = record.columns["TimeGenerated"];
	const time = columnText(record, "Timestamp") || (typeof generated === "string" ? generated : "");
	const identity = `${record.table}|${device.id}|${time}|${columnText(record, "ReportId")}`;
	return createHash("sha256").update(identity).digest("hex").slice(0, 12);
}

/** An aggregated row stands for as many events as it says. */
function timesOf(record: DefenderRecord): number {
	const times = additionalNumber(record, "uniqueEventsAggregated");
	return Number.isSafeInteger(times) && times >= 1 ? times : 1;
}

function modeOf(record: DefenderRecord, { invocation, program }: SeenProgram, tool: ToolReader): Mode {
	if (invocation !== undefined) return invocation.mode;
	const installed = columnText(record, "ActionType") === "ServiceInstalled" && (program.renamed || hasName(tool, program.fileName));
	return installed ? "service-install" : "unknown";
}

/** The tunnel that the program runs comes first; then every other one that the record shows, each once. */
function tunnelsOf(record: DefenderRecord, { rawCommandLine, invocation }: SeenProgram, tool: ToolReader): readonly Tunnel[] {
	const texts = new Set([invocation?.token ?? "", rawCommandLine, ...tokenColumns.map((column) => columnText(record, column))]);
	const distinct = new Map<string, Tunnel>();
	for (const text of texts) {
		for (const tunnel of tool.findTunnels(readable(text))) {
			const key = `${tunnel.account} ${tunnel.tunnelId}`;
			if (!distinct.has(key)) distinct.set(key, tunnel);
		}
	}
	const byName = invocation?.tunnelId ?? "";
	if (distinct.size === 0 && byName !== "") return [{ account: "", tunnelId: byName, endpoint: "", fingerprint: "" }];
	return [...distinct.values()].slice(0, mostTunnels);
}
