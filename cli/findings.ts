import { world } from "../lib/app/compose.ts";
import { readSettings } from "../lib/app/settings.ts";
import { severities } from "../lib/detect/severity-scale.ts";
import type { Finding } from "../lib/findings/finding.ts";
import { findingId } from "../lib/findings/finding.ts";
import { inert } from "../lib/notify/text.ts";
import { allOwed, retryDead } from "../lib/outbox/outbox.ts";
import type { Owed } from "../lib/outbox/owed.ts";
import { findings } from "../lib/watch/routine-messages.ts";
import { withTable, wrongSettings } from "./open-app.ts";

interface Line {
	readonly finding: Finding;
	readonly owed: ReadonlyMap<string, Owed>;
}

/** `tunnelwatch findings`: what is known, the severest first. Returns the exit code. */
export async function listFindings({ dead, json }: { readonly dead: boolean; readonly json: boolean }): Promise<number> {
	const read = readSettings(process.env);
	if (!read.ok) return wrongSettings(read.mistakes);
	return withTable(read.settings, async (table) => {
		const owed = new Map<string, Map<string, Owed>>();
		for await (const { key, destination, owed: known } of allOwed(table)) {
			if (known !== undefined) owed.set(key, (owed.get(key) ?? new Map()).set(destination, known));
		}
		const lines: Line[] = [];
		for await (const finding of findings(table)) {
			const own = owed.get(finding.key) ?? new Map<string, Owed>();
			if (!dead || [...own.values()].some((one) => one.state === "dead")) lines.push({ finding, owed: own });
		}
		lines.sort(
			(a, b) =>
				severities.indexOf(b.finding.severity) - severities.indexOf(a.finding.severity) ||
				b.finding.lastSeen.getTime() - a.finding.lastSeen.getTime(),
		);
		for (const line of lines) process.stdout.write(`${json ? asJson(line) : asText(line)}\n`);
		if (!json)
			process.stdout.write(
				`${lines.length === 1 ? "1 finding" : `${lines.length} findings`}${dead ? " with notices that were given up" : ""}.\n`,
			);
		return 0;
	});
}

/** `tunnelwatch findings retry`: notices that were given up are owed again. Returns the exit code. */
export async function retryFindings(id: string | undefined): Promise<number> {
	const read = readSettings(process.env);
	if (!read.ok) return wrongSettings(read.mistakes);
	return withTable(read.settings, async (table) => {
		const revived = await retryDead(table, world.clock(), ({ key }) => id === undefined || findingId({ key }) === id);
		process.stdout.write(
			`${revived === 1 ? "1 notice is" : `${revived} notices are`} owed again; the next minute's timer, or the next run, delivers.\n`,
		);
		return 0;
	});
}

function asJson({ finding, owed }: Line): string {
	const { device, severity, status, count, firstSeen, lastSeen, want, worst } = finding;
	const notices = Object.fromEntries(
		[...owed].map(([destination, { state, sent, lastError, attempt }]) => [
			destination,
			{ state, sent, attempt, ...(lastError === undefined ? {} : { lastError }) },
		]),
	);
	return JSON.stringify({
		finding: findingId(finding),
		severity,
		status,
		deviceId: device.id,
		deviceName: device.name,
		verdict: worst.ownership.verdict,
		count,
		firstSeen,
		lastSeen,
		wanted: want,
		notices,
	});
}

function asText({ finding, owed }: Line): string {
	const { device, severity, status, count, lastSeen, worst } = finding;
	const verdict = { ours: "ours", "not-ours": "not ours", "cannot-tell": "cannot tell" }[worst.ownership.verdict];
	const notices = [...owed]
		.map(([destination, one]) => `${destination} ${one.state}${one.lastError === undefined ? "" : ` (${one.lastError})`}`)
		.join(", ");
	const closed = status === "closed" ? " · closed" : "";
	return `${findingId(finding)}  ${severity.padEnd(8)}  ${verdict.padEnd(11)}  ${inert(device.name, 40)}  ${count} events, last ${lastSeen.toISOString().slice(0, 19)}Z${closed}  ${notices || "nobody to tell"}`;
}
