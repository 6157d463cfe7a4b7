import type { LocalApp } from "../lib/app/local-app.ts";
import { createTotals } from "../lib/app/totals.ts";
import type { Message } from "../lib/defender/message.ts";
import type { Passed } from "../lib/detect/prefilter/line-screen.ts";
import { redact, redactError } from "../lib/families/redact.ts";
import { groupDigits } from "../lib/notify/group-digits.ts";
import { inert } from "../lib/notify/text.ts";
import type { Outcome } from "../lib/pipeline.ts";
import { createDeliveryTally } from "./delivery-tally.ts";
import { findingLine } from "./finding-line.ts";
import { findingTable, nextCommands, type WhatWasRead, worstFirst } from "./first-screen.ts";
import { foldText } from "./fold-text.ts";
import { createLedger } from "./input/ledger.ts";
import type { InputReading } from "./input/reading.ts";
import { inputLine, reportInputs } from "./input/report-inputs.ts";
import { printJson } from "./json-text.ts";
import { printLine } from "./print-line.ts";
import { createProgress } from "./progress.ts";
import { jsonLines, summaryLine } from "./report.ts";
import { columnsOf, terminalOf } from "./screen.ts";
import { catchStopSignals } from "./stop-signals.ts";
import { summaryText } from "./summary.ts";

/** Messages that are recorded together. */
export interface Piece {
	readonly messages: readonly Message[];
	/** Lines skipped without parsing. */
	readonly passed?: Passed;
	/** The input being read, for the progress line. */
	readonly where: string;
	/** Share of the whole, 0 to 1; `undefined` if unknown. */
	readonly share: number | undefined;
	/** What the messages are from; absent for a hub. */
	readonly reading?: InputReading;
	/** Called when the messages are recorded, never before. */
	readonly recorded?: () => Promise<void>;
}

export interface SessionOptions {
	readonly whatIf: boolean;
	readonly json: boolean;
	/** Every card as it comes, instead of one at the end. */
	readonly cards: boolean;
	/** A file instead of the setting's. */
	readonly approvals?: string | undefined;
	/** For the commands to go on with. */
	readonly read: WhatWasRead;
}

/** Runs all input through the app, shows the results and ends with the summary. Returns the exit code. */
export async function session(
	app: LocalApp,
	pieces: (stop: AbortSignal) => AsyncIterable<Piece>,
	options: SessionOptions,
): Promise<number> {
	const progress = createProgress(process.stderr, { term: process.env["TERM"], enabled: !options.json });
	const counter = createTotals();
	const ledger = createLedger();
	const tally = createDeliveryTally();
	const stop = catchStopSignals({
		cancel: app.cancel,
		say: (line) => {
			progress.clear();
			printLine(line);
		},
		goOn: options.whatIf ? "Nothing was recorded or sent." : `What was recorded stays. ${again}`,
	});
	const started = performance.now();
	let failure: unknown;
	try {
		for (const warning of await app.begin()) printLine(warning);
		for await (const piece of pieces(stop.signal)) {
			progress.clear();
			const outcome = withPassed(await app.run(piece.messages), piece.passed);
			await piece.recorded?.();
			counter.add(outcome);
			tally.add(outcome.delivered);
			if (piece.reading !== undefined) ledger.add(piece.reading, outcome);
			if (options.json) for (const line of jsonLines(outcome)) process.stdout.write(`${line}\n`);
			progress.show(() => {
				const { messages, findings } = counter.totals();
				return `${groupDigits(messages)} messages · ${findings} findings · ${inert(redact(piece.where), 60)}`;
			}, piece.share);
			if (stop.signal.aborted) break;
		}
		progress.clear();
		if (!stop.signal.aborted) for (const pass of await app.settle(stop.signal)) tally.add(pass);
	} catch (error) {
		failure = error;
	}
	progress.clear();

	const totals = counter.totals();
	const inputs = reportInputs(ledger.results());
	const { met, told } = counter.keys();
	const readable = failure === undefined;
	const findings = readable ? worstFirst(await app.findings([...met])) : [];
	const summary = summaryText({
		totals,
		quarantined: counter.quarantined(),
		deliveries: tally.tallies(),
		owed: readable ? await app.owed() : [],
		destinations: app.destinations,
		whatIf: options.whatIf,
		seconds: (performance.now() - started) / 1000,
	});
	if (options.json) {
		for (const finding of findings) printJson(findingLine(finding));
		for (const result of ledger.results()) printJson(inputLine(result));
		process.stdout.write(`${summaryLine(totals)}\n`);
		printLine(summary);
	} else {
		const terminal = terminalOf(process.stdout, process.env);
		const columns = columnsOf(process.stdout);
		const worst = findings.find(({ key }) => told.has(key));
		const card = worst === undefined || options.cards ? undefined : app.card(worst);
		const parts = [
			...(findings.length === 0
				? []
				: [
						foldText(
							findingTable({
								findings,
								told,
								terminal,
								columns,
								all: options.whatIf ? "--json lists them all" : "npx tunnelwatch findings",
							}),
							columns,
						),
					]),
			...(card === undefined ? [] : [card.trimEnd()]),
			foldText(summary, columns),
			...(findings.length === 0
				? []
				: [nextCommands(findings, { whatIf: options.whatIf, read: options.read, approvals: options.approvals, columns })]),
		];
		process.stdout.write(`${parts.join("\n\n")}\n`);
	}
	for (const line of inputs.lines) printLine(line);
	stop.release();
	if (failure !== undefined) {
		printLine(`Stopped: ${redactError(failure)}`);
		return 1;
	}
	if (!stop.signal.aborted) return inputs.failed ? 1 : 0;
	const left = options.whatIf ? "The input was not read to its end." : `What is counted above is recorded. ${again}`;
	printLine(`Stopped ${stop.reason()}. ${left}`);
	return stop.exitCode();
}

const again = "Run the same input again to go on: repeats change nothing.";

/** Skipped lines count as read. */
function withPassed(outcome: Outcome, passed: Passed | undefined): Outcome {
	if (passed === undefined) return outcome;
	const { messages, records, known } = outcome;
	return { ...outcome, messages: messages + passed.lines, records: records + passed.records, known: known + passed.known };
}
