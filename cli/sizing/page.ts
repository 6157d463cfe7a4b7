import { tables } from "../../lib/defender/tables.ts";
import type { Rule } from "../../lib/detect/rule.ts";
import { plan } from "./plan.ts";

/** Megabytes of a message, as measured on exports. */
const kilobytesAMessage = 174;

/** The table of docs/sizing.md: amounts of data, what they need, what they cost by preset. */
export function sizingTable(): string {
	const rows = [100, 1_000, 4_000, 30_000].map((gigabytesAMonth) => {
		const { messagesASecond, busyMegabytesASecond, throughputUnits, partitions, instances, dollars } = plan({
			gigabytesAMonth,
			kilobytesAMessage,
		});
		return `| ${gigabytesAMonth / 1000} TB | ${messagesASecond.toFixed(1)} | ${busyMegabytesASecond.toFixed(1)} | ${throughputUnits} | ${partitions} | ${instances} | ${Math.round(dollars.fast)} | ${Math.round(dollars.frugal)} |`;
	});
	return [
		"| a month | messages a second | MB a second, busiest minutes | throughput units | partitions | instances | dollars, fast | dollars, frugal |",
		"|---|---|---|---|---|---|---|---|",
		...rows,
	].join("\n");
}

/** What each event type finds: the rules that read it, by set. */
export function eventTypeTable(rules: readonly Rule[]): string {
	const rows = Object.keys(tables).map((table) => {
		const reading = rules.filter((rule) => rule.tables.some((one) => one === table));
		const count = (sets: readonly string[]) => reading.filter(({ set }) => sets.includes(set)).length;
		return `| ${table} | ${count(["base"])} | ${count(["base", "recommended"])} | ${count(["base", "recommended", "all"])} |`;
	});
	return ["| event type | rules in base | in recommended | in all |", "|---|---|---|---|", ...rows].join("\n");
}
