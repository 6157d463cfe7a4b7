import { writeFile } from "node:fs/promises";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { readReviewFile } from "../lib/app/read-review-file.ts";
import { readSettings } from "../lib/app/settings.ts";
import { severities } from "../lib/detect/severity-scale.ts";
import { groupDigits } from "../lib/notify/group-digits.ts";
import { readApprovals } from "../lib/verdict/approvals.ts";
import { isUsable } from "./approvals.ts";
import { type Figures, figuresOf } from "./backtest/figures.ts";
import { htmlReport } from "./backtest/html.ts";
import { readHistory } from "./backtest/read-history.ts";
import { type Replayed, replay } from "./backtest/replay.ts";
import { findingTable } from "./first-screen.ts";
import { jsonText } from "./json-text.ts";
import { wrongSettings } from "./open-app.ts";
import { printLine, printText } from "./print-line.ts";
import { cannotRead } from "./run.ts";
import { columnsOf, terminalOf } from "./screen.ts";

export interface BacktestOptions {
	readonly since?: Date;
	readonly until?: Date;
	readonly device?: string;
	readonly rules?: string;
	readonly approvals?: string;
	readonly html?: string;
	readonly json: boolean;
}

/** `tunnelwatch backtest`: what would have been told over the time of an export, with other rules or approvals if asked. Returns the exit code. */
export async function backtest(
	paths: readonly string[],
	{ since, until, device, rules, approvals, html, json }: BacktestOptions,
): Promise<number> {
	const read = readSettings(rules === undefined ? process.env : { ...process.env, RULES: rules });
	if (!read.ok) return wrongSettings(read.mistakes);
	const file = approvals ?? read.settings.APPROVALS_FILE;
	if (file !== undefined && !(await isUsable(file))) return 2;
	const known = file === undefined ? ({ ok: true, approvals: [] } as const) : readApprovals(await readReviewFile(file), new Date(0));
	if (!known.ok) {
		printLine(`${file ?? ""} is wrong:\n${known.mistakes.map((mistake) => `  ${mistake}`).join("\n")}`);
		return 2;
	}
	const history = await readHistory(paths, read.settings, { since, until, device }).catch(cannotRead);
	if (history === undefined) return 1;
	const replayed = await replay(history.sightings, known.approvals, read.settings);
	const figures = figuresOf(replayed);
	if (html !== undefined) {
		await writeFile(html, htmlReport(figures, { title: "Tunnelwatch backtest", made: new Date() }));
		printLine(`Wrote ${pathToFileURL(resolve(html)).toString()}`);
	}
	if (json) process.stdout.write(jsonReport(figures, history.records));
	else printText(textReport(figures, replayed, history.records));
	for (const line of history.inputs.lines) printLine(line);
	return history.inputs.failed ? 1 : 0;
}

function textReport(figures: Figures, replayed: Replayed, records: number): string {
	const { days, notices, held, rules } = figures;
	const busiest = days.filter((day) => total(day) > 0);
	const columns = columnsOf(process.stdout);
	const longestBar = Math.max(1, Math.min(40, (columns ?? Number.POSITIVE_INFINITY) - 20));
	const table = findingTable({
		findings: figures.findings.map(({ finding }) => finding),
		told: new Set(replayed.notices.map(({ key }) => key)),
		terminal: terminalOf(process.stdout, process.env),
		columns,
		all: "--json or --html FILE lists them all",
	});
	return [
		...(figures.findings.length === 0 ? [] : [`${table}\n`]),
		`${count(records, "record")} read, ${count(figures.findings.length, "finding")}, ${count(notices, "notice")} would have gone out over ${count(days.length, "day")}.`,
		`Held back: ${count(held.approved, "sighting")} of approved tunnels, ${count(held.quiet, "sighting")} within a quiet period.`,
		...(busiest.length === 0
			? []
			: [
					"",
					"Notices per day:",
					...busiest
						.slice(-30)
						.map((day) => `  ${day.day}  ${String(total(day)).padStart(4)}  ${"█".repeat(Math.min(longestBar, total(day)))}`),
				]),
		...(rules.length === 0
			? []
			: [
					"",
					"Matches by rule:",
					...rules.map(({ id, matches, devices }) => `  ${String(matches).padStart(6)}  ${id} (${count(devices, "device")})`),
				]),
	].join("\n");
}

function jsonReport({ findings, days, notices, held, rules, accounts }: Figures, records: number): string {
	const lines = [
		...findings.map(({ finding, id, notices: own }) => ({
			type: "finding",
			finding: id,
			deviceId: finding.device.id,
			deviceName: finding.device.name,
			severity: finding.severity,
			verdict: finding.worst.ownership.verdict,
			notices: own.map(({ at, reason, severity }) => ({ at, reason, severity })),
		})),
		...days.map((day) => ({ type: "day", ...day })),
		...rules.map((rule) => ({ type: "rule", ...rule })),
		...accounts.map((account) => ({ type: "account", ...account })),
		{ type: "summary", records, findings: findings.length, notices, held },
	];
	return lines.map((line) => `${jsonText(line)}\n`).join("");
}

function total(day: Figures["days"][number]): number {
	return severities.reduce((sum, severity) => sum + day.notices[severity], 0);
}

function count(n: number, one: string): string {
	return `${groupDigits(n)} ${n === 1 ? one : `${one}s`}`;
}
