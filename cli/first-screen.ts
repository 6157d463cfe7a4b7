import { styleText } from "node:util";
import { type Severity, severities } from "../lib/detect/severity-scale.ts";
import { type Finding, findingId } from "../lib/findings/finding.ts";
import type { Terminal } from "../lib/notify/console/terminal-card.ts";
import { groupDigits } from "../lib/notify/group-digits.ts";
import { utc } from "../lib/notify/story/time.ts";
import { titleWords } from "../lib/notify/story/tunnel-words.ts";
import { inert } from "../lib/notify/text.ts";
import { foldText } from "./fold-text.ts";
import { shortVerdict } from "./verdict-words.ts";

export interface FirstScreen {
	readonly findings: readonly Finding[];
	/** Keys of those that somebody was, or would be, told about in this run. */
	readonly told: ReadonlySet<string>;
	readonly terminal: Terminal;
	/** Of a real terminal: rows that would not fit it become lines of their own. */
	readonly columns?: number | undefined;
	/** Where all of them are, if they are more than are shown. */
	readonly all: string;
}

const mostRows = 20;
const colours: Readonly<Record<Severity, Parameters<typeof styleText>[0]>> = {
	info: "gray",
	low: "gray",
	medium: "yellow",
	high: "red",
	critical: ["bold", "red"],
};

/** Every finding of a run in one line each, the severest first: what a person reads first. Approved ones are there, too. */
export function findingTable({ findings, told, terminal, columns, all }: FirstScreen): string {
	const sorted = worstFirst(findings);
	const rows = sorted.slice(0, mostRows).map((finding) => ({
		severity: finding.severity,
		verdict: shortVerdict[finding.worst.ownership.verdict],
		device: inert(finding.device.name, 40) || inert(finding.device.id, 40),
		what: [String(titleWords(finding.worst)), stateOf(finding, told)].filter((part) => part !== "").join(" · "),
	}));
	const paint = (severity: Severity, text: string) =>
		terminal.colour ? styleText(colours[severity], text, { validateStream: false }) : text;
	const more = sorted.length > mostRows ? [`… and ${groupDigits(sorted.length - mostRows)} more: ${all}`] : [];
	const width = (name: "severity" | "verdict" | "device", heading: string) =>
		Math.max(heading.length, ...rows.map((row) => row[name].length));
	const [severityWidth, verdictWidth, deviceWidth] = [
		width("severity", "SEVERITY"),
		width("verdict", "VERDICT"),
		Math.min(32, width("device", "DEVICE")),
	];
	const widest = Math.max(...rows.map(({ what }) => severityWidth + verdictWidth + deviceWidth + 6 + what.length));
	if (terminal.width < 80 || (columns !== undefined && widest > columns)) {
		const blocks = rows.map(
			({ severity, verdict, device, what }) => `${paint(severity, severity.toUpperCase())} ${verdict}\n  ${device}\n  ${what}`,
		);
		return [...blocks, ...more].join("\n");
	}
	const line = (severity: string, verdict: string, device: string, what: string) =>
		`${severity}${" ".repeat(2)}${verdict.padEnd(verdictWidth)}  ${device.padEnd(deviceWidth)}  ${what}`;
	return [
		line("SEVERITY".padEnd(severityWidth), "VERDICT", "DEVICE", "WHAT"),
		...rows.map(({ severity, verdict, device, what }) =>
			line(paint(severity, severity.toUpperCase().padEnd(severityWidth)), verdict, device, what),
		),
		...more,
	].join("\n");
}

/** Most severe first, then most recently seen; ties are ordered by key, so the order is stable. */
export function worstFirst(findings: readonly Finding[]): readonly Finding[] {
	return findings.toSorted(
		(a, b) =>
			severities.indexOf(b.severity) - severities.indexOf(a.severity) ||
			b.lastSeen.getTime() - a.lastSeen.getTime() ||
			(a.key < b.key ? -1 : 1),
	);
}

/** Why no notice was sent; empty if one was. */
function stateOf(finding: Finding, told: ReadonlySet<string>): string {
	if (told.has(finding.key)) return "";
	if (finding.want === 0) return finding.worst.ownership.verdict === "ours" ? "no alert" : "held";
	return finding.nextNoticeAt === undefined ? "already reported" : `already reported, muted until ${utc(finding.nextNoticeAt)}`;
}

/** What was read, as the person named it. A path that is `undefined` was a pipe: it cannot be read again. */
export type WhatWasRead =
	| { readonly from: "files"; readonly paths: readonly (string | undefined)[] }
	| {
			readonly from: "hub";
			readonly name: string;
			/** Consumer group and stretch, where the person named them. */
			readonly options: readonly string[];
	  };

interface HowToGoOn {
	readonly whatIf: boolean;
	readonly read: WhatWasRead;
	readonly approvals?: string | undefined;
	/** Of a real terminal. */
	readonly columns?: number | undefined;
}

/** Three commands that a person wants next; those named for this run go on with them. */
export function nextCommands(
	findings: readonly Finding[],
	{ whatIf, read, approvals, columns = Number.POSITIVE_INFINITY }: HowToGoOn,
): string {
	const [worst] = worstFirst(findings);
	const commands: readonly Next[] = whatIf
		? afterLook(read, approvals)
		: [
				["npx tunnelwatch findings", "list every finding and what became of its notices"],
				[`npx tunnelwatch card ${worst === undefined ? "all" : findingId(worst)} --open`, "see the card as people get it"],
				approve,
			];
	const isPiped = whatIf && read.from === "files" && read.paths.includes(undefined);
	const heading = isPiped ? foldText("Next, with what you piped in saved as FILE:", columns) : "Next:";
	const width = Math.max(...commands.map(([command]) => command.length));
	// A command stays whole, to be copied.
	if (commands.some(([, why]) => width + why.length + 6 > columns))
		return `${heading}\n${commands.map(([command, why]) => `${foldText(`  # ${why}`, columns)}\n  ${command}`).join("\n")}`;
	return `${heading}\n${commands.map(([command, why]) => `  ${command.padEnd(width)}  # ${why}`).join("\n")}`;
}

type Next = readonly [command: string, why: string];

const approve: Next = ["npx tunnelwatch approvals --help", "approve the tunnels that are yours"];

/** Nothing was recorded, so what was read is read again. */
function afterLook(read: WhatWasRead, approvals: string | undefined): readonly Next[] {
	const check: readonly Next[] =
		approvals === undefined
			? []
			: [[`npx tunnelwatch approvals check ${shellWord(approvals)}`, "see what is approved, and what to look at"]];
	const withApprovals = approvals === undefined ? "" : ` --approvals ${shellWord(approvals)}`;
	const record = (what: string): Next => [`npx tunnelwatch run ${what}${withApprovals}`, "record the findings and send what is due"];
	if (read.from === "hub")
		return [...(check.length === 0 ? [approve] : check), record(`--event-hub ${[read.name, ...read.options].map(shellWord).join(" ")}`)];
	const words = read.paths.map((path) => (path === undefined ? "FILE" : shellWord(path))).join(" ");
	return [
		...(check.length === 0
			? [[`npx tunnelwatch approvals propose ${words} --out approvals.json`, "approve the tunnels that look like yours"] as const]
			: check),
		[`npx tunnelwatch backtest ${words}${withApprovals} --html report.html`, "see what would have been told, and when"],
		record(words),
	];
}

/** As a person would type it: quoted where a shell would read more into it, and `?` for what cannot be seen. */
export function shellWord(path: string): string {
	const word = path.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, "?");
	return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
