import { readReviewFile } from "../lib/app/read-review-file.ts";
import { knownNames } from "../lib/app/routes-file.ts";
import { readSettings, type Settings } from "../lib/app/settings.ts";
import { redact } from "../lib/families/redact.ts";
import { type Finding, findingId } from "../lib/findings/finding.ts";
import { explainLines, type Looked, routeFacts } from "../lib/notify/routes/choose-line.ts";
import { readRoutes } from "../lib/notify/routes/read-routes.ts";
import type { RouteLine } from "../lib/notify/routes/route-line.ts";
import { routeRemarks } from "../lib/notify/routes/route-remarks.ts";
import { createRouter } from "../lib/notify/routes/router.ts";
import { inert } from "../lib/notify/text.ts";
import { owedOf } from "../lib/outbox/outbox.ts";
import { withFinding } from "./answer-finding.ts";
import { cannotReadFile } from "./file-trouble.ts";
import { printJson } from "./json-text.ts";
import { wrongSettings } from "./open-app.ts";
import { printLine, printText } from "./print-line.ts";
import { shortVerdict } from "./verdict-words.ts";

export interface ExplainOptions {
	/** Where the routes are. */
	readonly routes: string;
	readonly json: boolean;
}

/** `tunnelwatch routes check`: 0 when the file is good, remarks or not; 1 when it is not; 2 when the settings are wrong. */
export async function reportRoutes(file: string, { json }: { readonly json: boolean }): Promise<number> {
	const read = readSettings(process.env);
	if (!read.ok) return wrongSettings(read.mistakes);
	const loaded = await load(file, read.settings);
	if (json) for (const mistake of loaded.mistakes) printJson({ type: "mistake", mistake });
	if (loaded.lines === undefined) {
		if (!json) printLine(loaded.says);
		return 1;
	}
	const remarks = routeRemarks(loaded.lines, read.settings, read.settings.DIGEST_HOUR_UTC !== undefined);
	if (read.settings.destinations.length === 0) remarks.push("no destination is set here, so only the form of their names was checked");
	for (const remark of remarks) {
		if (json) printJson({ type: "remark", remark });
		else printText(`warning  ${remark}`);
	}
	const { length } = loaded.lines;
	if (json) printJson({ type: "summary", ok: true, lines: length });
	else printText(`${count(length)} in ${file}: good${remarks.length === 0 ? "" : `, with ${remarks.length} to look at`}.`);
	return 0;
}

/** `tunnelwatch routes explain ID` */
export async function explainFinding(id: string, options: ExplainOptions): Promise<number> {
	return withFinding(id, async (finding, table, settings) => {
		const told: string[] = [];
		for await (const { destination, owed } of owedOf(table, finding.key)) {
			if (owed !== undefined && owed.sent > 0) told.push(owed.route === undefined ? destination : `${destination} (${owed.route})`);
		}
		return explain([{ finding, told }], settings, options);
	});
}

/** `tunnelwatch routes explain --file`: every finding that these exports would bring about, were they all new. */
export async function explainExport(paths: readonly string[], options: ExplainOptions): Promise<number> {
	const read = readSettings(process.env);
	if (!read.ok) return wrongSettings(read.mistakes);
	const [{ readHistory }, { replay }, { cannotRead }, { createApprovalsFile }] = await Promise.all([
		import("./backtest/read-history.ts"),
		import("./backtest/replay.ts"),
		import("./run.ts"),
		import("../lib/app/approvals-file.ts"),
	]);
	const history = await readHistory(paths, read.settings, { since: undefined, until: undefined, device: undefined }).catch(cannotRead);
	if (history === undefined) return 1;
	for (const line of history.inputs.lines) printLine(line);
	const approvals = createApprovalsFile(read.settings.APPROVALS_FILE);
	await approvals.refresh(new Date());
	const { findings } = await replay(history.sightings, approvals.current(), read.settings);
	const code = await explain(
		[...findings.values()].map((finding) => ({ finding, told: [] })),
		read.settings,
		options,
	);
	return history.inputs.failed ? 1 : code;
}

interface Explained {
	readonly finding: Finding;
	/** Who has heard of it already. */
	readonly told: readonly string[];
}

async function explain(all: readonly Explained[], settings: Settings, { routes: file, json }: ExplainOptions): Promise<number> {
	const { lines, says } = await load(file, settings);
	if (lines === undefined) {
		printLine(says);
		return 1;
	}
	const choose = createRouter({
		lines: () => lines,
		destinations: settings.destinations.filter(({ name }) => name !== settings.FALLBACK),
		fallback: settings.FALLBACK,
	});
	for (const { finding, told } of all) {
		const { line, tells, keeps } = choose(finding);
		const looked = explainLines(lines, routeFacts(finding));
		const to = lines.find(({ name }) => name === line)?.to;
		if (json) {
			const { device, noticeSeverity, severity } = finding;
			const about = { finding: findingId(finding), deviceId: device.id, deviceName: device.name, severity: noticeSeverity ?? severity };
			printJson({ type: "route", ...about, line: line ?? null, to: to ?? null, tells, keeps, told, lines: looked });
		} else printText(page(finding, looked, { to, tells, keeps, told }));
	}
	if (!json && all.length === 0) printText("These exports bring about no finding.");
	return 0;
}

interface Led {
	/** What the line says; `undefined`: no line holds. */
	readonly to: readonly string[] | undefined;
	readonly tells: readonly string[];
	readonly keeps: readonly string[];
	readonly told: readonly string[];
}

function page(finding: Finding, looked: readonly Looked[], { to, tells, keeps, told }: Led): string {
	const { device, noticeSeverity, severity, worst } = finding;
	const width = Math.min(30, Math.max(0, ...looked.map(({ line }) => line.length)));
	const list = (names: readonly string[]) => names.map((name) => shown(name, 80)).join(", ");
	return [
		`${findingId(finding)}  ${inert(device.name || device.id, 60)} · ${noticeSeverity ?? severity} · ${shortVerdict[worst.ownership.verdict]}`,
		...looked.map(({ line, why }) => {
			const name = `  ${shown(line, 30).padEnd(width)}  `;
			if (why === undefined) return `${name}holds${to === undefined || to.length === 0 ? "" : `: ${list(to)}`}`;
			return `${name}no: ${why.member} is ${shown(why.has, 100) || "empty"}, the line wants ${shown(why.wants, 200)}`;
		}),
		...(to === undefined ? ["  No line holds: everywhere."] : []),
		`  A notice now goes to: ${list(tells) || "nobody"}.`,
		...(keeps.length === 0 ? [] : [`  Not sent, or only in the digest: ${list(keeps)}.`]),
		...(told.length === 0 ? [] : [`  Told so far, and told how it goes on: ${list(told)}.`]),
	].join("\n");
}

/** Without any destination in the settings, as on a laptop, only the form of names can be looked at. */
async function load(
	file: string,
	settings: Settings,
): Promise<{ readonly lines: readonly RouteLine[] | undefined; readonly mistakes: readonly string[]; readonly says: string }> {
	let text: string;
	try {
		text = await readReviewFile(file);
	} catch (error) {
		const says = cannotReadFile(file, error);
		return { lines: undefined, mistakes: [says], says };
	}
	const known = knownNames(settings);
	const read = readRoutes(text, settings.destinations.length === 0 ? { ...known, destinations: undefined } : known);
	if (read.ok) return { lines: read.value, mistakes: [], says: "" };
	const says = `${file} is wrong; nothing in it would count:\n${read.mistakes.map((mistake) => `  ${mistake}`).join("\n")}`;
	return { lines: undefined, mistakes: read.mistakes, says };
}

function shown(text: string, most: number): string {
	return inert(redact(text), most);
}

function count(n: number): string {
	return n === 1 ? "1 line" : `${n} lines`;
}
