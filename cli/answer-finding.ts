import { userInfo } from "node:os";
import type { AnswerRequest } from "../lib/actions/answer.ts";
import { findFinding } from "../lib/actions/find-finding.ts";
import { recordAnswer } from "../lib/actions/record-answer.ts";
import { world } from "../lib/app/compose.ts";
import { isLocal, readSettings, type Settings } from "../lib/app/settings.ts";
import { redact } from "../lib/families/redact.ts";
import { answerLimits } from "../lib/findings/answer-columns.ts";
import type { Actor, AnswerKind, Resolution } from "../lib/findings/answered.ts";
import { type Finding, findingId } from "../lib/findings/finding.ts";
import { scopeOf } from "../lib/findings/silence.ts";
import { didWords, whoWords } from "../lib/notify/story/answer-words.ts";
import { findingTitle } from "../lib/notify/story/finding-title.ts";
import { counted } from "../lib/notify/story/time.ts";
import { modeWords, verdictWords } from "../lib/notify/story/tunnel-words.ts";
import { inert, inertText } from "../lib/notify/text.ts";
import { cut } from "../lib/store/columns.ts";
import type { Table } from "../lib/store/table.ts";
import { printJson } from "./json-text.ts";
import { withTable, wrongSettings } from "./open-app.ts";
import { printLine, printText } from "./print-line.ts";
import { ifStopped } from "./stop-signals.ts";
import { ownerOf } from "./token-owner.ts";

export interface AnswerOptions {
	readonly by?: string;
	readonly note?: string;
	/** Milliseconds, for a silence. */
	readonly for?: number;
	readonly until?: Date;
	readonly as?: Resolution;
	readonly json: boolean;
}

/** `tunnelwatch findings ack`, `silence`, `unsilence`, `escalate` and `close`. Returns the exit code. */
export async function answerFinding(id: string, kind: AnswerKind, options: AnswerOptions): Promise<number> {
	return withFinding(id, async (finding, table, settings) => {
		const now = world.clock();
		const { note, as } = options;
		const until = options.until ?? (options.for === undefined ? undefined : new Date(now.getTime() + options.for));
		const request: AnswerRequest = {
			...(await actorOf(settings, options.by)),
			kind,
			...(note === undefined ? {} : { note: cut(redact(note), answerLimits.note) }),
			...(until === undefined ? {} : { until }),
			...(as === undefined ? {} : { as }),
		};
		ifStopped(`The answer may be recorded already; \`tunnelwatch findings show ${id}\` tells.`);
		const answered = await recordAnswer({ ...world, table, fallback: settings.FALLBACK }, finding.key, request, now);
		if (!answered.ok) {
			const { refusal } = answered;
			const says = typeof refusal === "string" ? "It was changed by others at the same moment. Try again." : refusal.says;
			printLine(`Refused: ${says}`);
			return 1;
		}
		if (options.json) printJson(shown(answered.finding, now));
		else {
			const lines = [`${findingId(finding)}: ${didWords(answered.line)} by ${whoWords(answered.line)}.`];
			if (kind === "silence")
				lines.push(
					...["It covers this, and nothing else:", ...scopeOf(finding).map(({ text }) => `  ${inert(text, 160).replace(/^another /, "")}`)],
				);
			if (answered.notice !== undefined)
				lines.push("Everyone who was told hears of it within a minute, or with the next run on this machine.");
			printText(lines.join("\n"));
		}
		return 0;
	});
}

/** `tunnelwatch findings show`: a finding, what holds now, and its audit trail. Returns the exit code. */
export async function showFinding(id: string, { json }: { readonly json: boolean }): Promise<number> {
	return withFinding(id, async (finding) => {
		const now = world.clock();
		if (json) printJson(shown(finding, now));
		else printText(text(finding, now));
		return 0;
	});
}

/** Runs `work` on the finding with this id and returns its exit code; 1 if the settings are wrong or no finding has the id. */
export async function withFinding(
	id: string,
	work: (finding: Finding, table: Table, settings: Settings) => Promise<number>,
): Promise<number> {
	const read = readSettings(process.env);
	if (!read.ok) return wrongSettings(read.mistakes);
	return withTable(read.settings, async (table) => {
		const finding = await findFinding(table, id);
		if (finding !== undefined) return work(finding, table, read.settings);
		printLine("No finding with this id; `tunnelwatch findings` lists them.");
		return 1;
	});
}

/** In the cloud, the identity that opened the table; on this machine, the name given, unverified. */
async function actorOf({ TABLE_ENDPOINT: endpoint }: Settings, by: string | undefined): Promise<Actor> {
	const typed = { by: cut(redact(by ?? userHere()), 60), how: "cli", verified: false } as const;
	if (isLocal(endpoint)) return typed;
	const { DefaultAzureCredential } = await import("@azure/identity");
	const { token } = await new DefaultAzureCredential().getToken("https://storage.azure.com/.default");
	// The table has accepted this identity, so what its token says of it holds.
	const name = ownerOf(token);
	return name === undefined ? typed : { by: cut(redact(name), 60), how: "cli", verified: true };
}

/** The name of this machine's user, or its number: in a container the user may stand in no list. */
function userHere(): string {
	try {
		return userInfo().username;
	} catch {
		return `user ${process.getuid?.() ?? "without a name"}`;
	}
}

function shown(finding: Finding, now: Date): object {
	const { device, severity, status, count, firstSeen, lastSeen, want, worst, ack, silence, confirmedAt, history = [] } = finding;
	return {
		finding: findingId(finding),
		title: findingTitle(finding),
		severity,
		status,
		deviceId: device.id,
		deviceName: device.name,
		verdict: worst.ownership.verdict,
		account: worst.tunnel?.account,
		tunnel: worst.tunnel?.tunnelId,
		count,
		firstSeen,
		lastSeen,
		notices: want,
		...(ack === undefined || ack.until <= now ? {} : { acknowledged: ack }),
		...(silence === undefined || silence.until <= now
			? {}
			: { silenced: { ...silence, scope: undefined, covers: scopeOf(finding).map(({ text: one }) => one) } }),
		confirmedAt,
		history: history.map(({ form: _, kind, n, ...line }) => ({ answer: kind, notice: n, ...line })),
	};
}

function text(finding: Finding, now: Date): string {
	const { device, severity, status, count, lastSeen, want, worst, ack, silence, confirmedAt, history = [] } = finding;
	const lines = [
		`${findingId(finding)}  ${severity.toUpperCase()}  ${findingTitle(finding)}`,
		`${verdictWords[worst.ownership.verdict]} ${inert(worst.ownership.reason, 240)}`,
		`Device    ${device.name === "" ? inert(device.id, 64) : `${inert(device.name, 120)} (${inert(device.id, 64)})`}`,
		`Tunnel    ${worst.tunnel === undefined ? modeWords(worst) || "not visible" : `account ${worst.tunnel.account || "unknown"}, tunnel ${worst.tunnel.tunnelId || "unknown"}`}`,
		`Command   ${inert(worst.program.commandLine, 300)}`,
		`Seen      ${counted(count, inertText`event`, inertText`events`)}, last ${lastSeen.toISOString()}; ${counted(want, inertText`notice`, inertText`notices`)}`,
		`Status    ${status}${confirmedAt === undefined ? "" : ", confirmed not ours"}`,
	];
	if (ack !== undefined && ack.until > now) lines.push(`          acknowledged by ${whoWords(ack)} until ${ack.until.toISOString()}`);
	if (silence !== undefined && silence.until > now) {
		lines.push(`          silenced by ${whoWords(silence)} until ${silence.until.toISOString()}; events held back: ${silence.held}`);
	}
	lines.push(history.length === 0 ? "Nobody has answered yet." : "What was said:");
	for (const one of history) {
		const by = `${didWords(one)} by ${whoWords(one)}, ${one.how === "cli" ? "from the command line" : one.how === "page" ? "from a message" : "noted by Tunnelwatch"}`;
		lines.push(`  ${one.at.toISOString()}  ${by}${one.note === undefined ? "" : `: ${inert(one.note, 300)}`}`);
	}
	return lines.join("\n");
}
