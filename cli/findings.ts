import { world } from "../lib/app/compose.ts";
import { readSettings } from "../lib/app/settings.ts";
import { isWorse, type Severity, severities } from "../lib/detect/severity-scale.ts";
import type { Finding } from "../lib/findings/finding.ts";
import { findingId } from "../lib/findings/finding.ts";
import { silenceNow } from "../lib/findings/silence.ts";
import { storedFindings } from "../lib/findings/stored-findings.ts";
import { groupDigits } from "../lib/notify/group-digits.ts";
import { inert } from "../lib/notify/text.ts";
import { allOwed, retryDead } from "../lib/outbox/outbox.ts";
import type { Owed } from "../lib/outbox/owed.ts";
import type { Ownership } from "../lib/sighting/sighting.ts";
import type { Unreadable } from "../lib/store/row-version.ts";
import { jsonText } from "./json-text.ts";
import { withTable, wrongSettings } from "./open-app.ts";
import { printLine, printText } from "./print-line.ts";
import { columnsOf } from "./screen.ts";
import { ifStopped } from "./stop-signals.ts";
import { textTable } from "./text-table.ts";
import { shortVerdict } from "./verdict-words.ts";

interface Line {
	readonly finding: Finding;
	readonly owed: ReadonlyMap<string, Owed>;
}

export interface ListOptions {
	readonly dead: boolean;
	readonly json: boolean;
	readonly open: boolean;
	readonly silenced: boolean;
	readonly severity?: Severity;
	readonly verdict?: Ownership["verdict"];
	readonly device?: string;
	readonly sort: "severity" | "time" | "count" | "device";
}

/** `tunnelwatch findings`: what is known, the severest first unless asked otherwise. Returns the exit code. */
export async function listFindings(options: ListOptions): Promise<number> {
	const read = readSettings(process.env);
	if (!read.ok) return wrongSettings(read.mistakes);
	return withTable(read.settings, async (table) => {
		const owed = new Map<string, Map<string, Owed>>();
		for await (const { key, destination, owed: known } of allOwed(table)) {
			if (known !== undefined) owed.set(key, (owed.get(key) ?? new Map()).set(destination, known));
		}
		const lines: Line[] = [];
		const unreadable = new Map<string, Unreadable>();
		for await (const stored of storedFindings(table)) {
			const { finding } = stored;
			if (finding === undefined) {
				unreadable.set(stored.key, stored.unreadable);
				continue;
			}
			const line = { finding, owed: owed.get(finding.key) ?? new Map<string, Owed>() };
			if (isWanted(line, options)) lines.push(line);
		}
		lines.sort(orders[options.sort]);
		if (options.json) for (const line of lines) process.stdout.write(`${asJson(line)}\n`);
		else
			printText(
				`${asTable(lines)}${lines.length === 1 ? "1 finding" : `${groupDigits(lines.length)} findings`}${options.dead ? " with notices that failed for good" : ""}.`,
			);
		for (const [key, why] of unreadable) printLine(`${findingId({ key })} cannot be read: ${unreadableWords[why]}.`);
		return unreadable.size === 0 ? 0 : 1;
	});
}

const unreadableWords: Readonly<Record<Unreadable, string>> = {
	newer: "a newer version of Tunnelwatch wrote it; deploy that version again",
	damaged: "its row is damaged; the next record about its device begins it again, and the device is reported as new",
};

function isWanted({ finding, owed }: Line, { dead, open, silenced, severity, verdict, device }: ListOptions): boolean {
	if (dead && ![...owed.values()].some((one) => one.state === "dead")) return false;
	if (silenced && silenceNow(finding, world.clock()) === undefined) return false;
	if (open && finding.status === "closed") return false;
	if (severity !== undefined && isWorse(severity, finding.severity)) return false;
	if (verdict !== undefined && finding.worst.ownership.verdict !== verdict) return false;
	const part = device?.toLowerCase();
	return part === undefined || finding.device.id.toLowerCase() === part || finding.device.name.toLowerCase().includes(part);
}

const byTime = (a: Line, b: Line): number => b.finding.lastSeen.getTime() - a.finding.lastSeen.getTime();

const orders: Readonly<Record<ListOptions["sort"], (a: Line, b: Line) => number>> = {
	severity: (a, b) => severities.indexOf(b.finding.severity) - severities.indexOf(a.finding.severity) || byTime(a, b),
	time: byTime,
	count: (a, b) => b.finding.count - a.finding.count || byTime(a, b),
	device: (a, b) => a.finding.device.name.localeCompare(b.finding.device.name) || byTime(a, b),
};

/** `tunnelwatch findings retry`: notices that failed for good are queued again. Returns the exit code. */
export async function retryFindings(id: string | undefined): Promise<number> {
	const read = readSettings(process.env);
	if (!read.ok) return wrongSettings(read.mistakes);
	return withTable(read.settings, async (table) => {
		ifStopped("Some notices may be queued again already; `tunnelwatch findings --dead` lists the others.");
		let isKnown = id === undefined;
		const revived = await retryDead(table, world.clock(), ({ key }) => {
			const isMeant = id === undefined || findingId({ key }) === id;
			isKnown ||= isMeant;
			return isMeant;
		});
		if (!isKnown) {
			printLine("No notice of a finding with this id failed for good; `tunnelwatch findings --dead` lists them.");
			return 1;
		}
		printText(
			`${revived === 1 ? "1 notice is" : `${revived} notices are`} queued again; the next minute's timer, or the next run, delivers.`,
		);
		return 0;
	});
}

function asJson({ finding, owed }: Line): string {
	const { device, severity, status, count, firstSeen, lastSeen, want, worst } = finding;
	const silence = silenceNow(finding, world.clock());
	const notices = Object.fromEntries(
		[...owed].map(([destination, { state, sent, lastError, attempt }]) => [
			destination,
			{ state, sent, attempt, ...(lastError === undefined ? {} : { lastError }) },
		]),
	);
	return jsonText({
		finding: findingId(finding),
		severity,
		status,
		deviceId: device.id,
		deviceName: device.name,
		verdict: worst.ownership.verdict,
		count,
		...(silence === undefined ? {} : { silencedUntil: silence.until, held: silence.held }),
		firstSeen,
		lastSeen,
		wanted: want,
		notices,
	});
}

function asTable(lines: readonly Line[]): string {
	if (lines.length === 0) return "";
	const rows = lines.map(({ finding, owed }) => {
		const { device, severity, count, lastSeen, worst } = finding;
		const notices = [...owed].map(([destination, one]) => `${destination} ${one.state}${troubleOf(one)}`).join(", ");
		const verdict = shortVerdict[worst.ownership.verdict];
		return [
			findingId(finding),
			severity,
			verdict,
			inert(device.name || device.id, 40),
			String(count),
			`${lastSeen.toISOString().slice(0, 16)}Z`,
			stateOf(finding),
			notices || "nobody to tell",
		];
	});
	const header = ["FINDING", "SEVERITY", "VERDICT", "DEVICE", "EVENTS", "LAST SEEN", "STATUS", "NOTICES"];
	const table = textTable(header, rows, { heads: 3, columns: columnsOf(process.stdout) });
	return table.map((line) => `${line}\n`).join("");
}

/** Whether anyone has it in hand. */
function stateOf(finding: Finding): string {
	const { status, ack } = finding;
	const silence = silenceNow(finding, world.clock());
	if (status === "closed") return status;
	if (silence !== undefined) return `silenced until ${silence.until.toISOString().slice(0, 16)}Z, ${silence.held} held`;
	return ack !== undefined && ack.until > world.clock() ? "acknowledged" : status;
}

/** Why the destination did not take it, and what to do. */
function troubleOf({ lastError, lastStatus }: Owed): string {
	if (lastError === undefined) return "";
	return ` (${lastStatus === undefined ? "" : `${lastStatus}, `}${cures[lastError]})`;
}

const cures: Readonly<Record<NonNullable<Owed["lastError"]>, string>> = {
	rateLimited: "asked to slow down; Tunnelwatch retries",
	server: "the receiver had a problem; Tunnelwatch retries",
	network: "not reachable; check the address and the network",
	timeout: "no answer in time; Tunnelwatch retries",
	rejected: "refused the message; run `tunnelwatch doctor --send-test`",
	auth: "refused access; check the address and its key",
	moved: "nothing there any longer; check the address, or turn the flow on",
	gone: "closed for good; set a new address",
	unreadable: "the finding's row cannot be read",
};
