import { groupDigits } from "../../lib/notify/group-digits.ts";
import { textTable } from "../text-table.ts";
import type { HubAudit } from "./audit-hub.ts";

/** One line per partition, and a sentence about all of it. */
export function auditText(hubs: readonly HubAudit[], columns: number | undefined): string {
	const lines = hubs.flatMap(({ hub, partitions }) => [
		hub,
		...textTable(
			["  partition", "kept", "covered", "running", "missing", "expired", "read again"],
			partitions.map(({ partition, kept, covered, running, missing, expired, missingCount, expiredCount, rereadCount }) => [
				`  ${partition}`,
				kept === null ? "nothing" : `${kept.from}-${kept.to}`,
				number(covered),
				number(running),
				missingCount === 0 ? "0" : `${number(missingCount)} (${clipped(missing)})`,
				expiredCount === 0 ? "0" : `${number(expiredCount)} (${clipped(expired)})`,
				number(rereadCount),
			]),
			{ heads: 1, columns },
		),
		"",
	]);
	return [...lines, verdictOf(hubs)].join("\n");
}

/** Is every message that came recorded, read again, or on its way? */
export function isWhole(hubs: readonly HubAudit[]): boolean {
	return sum(hubs, "missingCount") + sum(hubs, "expiredCount") === 0;
}

function verdictOf(hubs: readonly HubAudit[]): string {
	const partitions = hubs.reduce((count, one) => count + one.partitions.length, 0);
	const reread = sum(hubs, "rereadCount");
	const again = reread === 0 ? "" : ` ${number(reread)} were read again.`;
	if (isWhole(hubs)) {
		return `Nothing was passed over: ${number(sum(hubs, "covered"))} messages in ${partitions} partitions are recorded, ${number(sum(hubs, "running"))} are being read.${again}`;
	}
	const missing = sum(hubs, "missingCount");
	const expired = sum(hubs, "expiredCount");
	const first = missing === 0 ? "" : `${number(missing)} messages were passed over and are still in the hub; the timer reads them again. `;
	const second =
		expired === 0
			? ""
			: `${number(expired)} messages expired unread: ask Defender for that time (docs/alarms.md#events-lost), then run "tunnelwatch audit --accept".`;
	return `${first}${second}${again}`.trim();
}

function sum(hubs: readonly HubAudit[], field: "covered" | "running" | "missingCount" | "expiredCount" | "rereadCount"): number {
	return hubs.reduce((total, { partitions }) => total + partitions.reduce((count, one) => count + one[field], 0), 0);
}

function clipped(text: string): string {
	return text.length <= 40 ? text : `${text.slice(0, 40)}…`;
}

function number(count: number): string {
	return groupDigits(count);
}
