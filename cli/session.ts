import type { LocalApp } from "../lib/app/local-app.ts";
import { createTotals } from "../lib/app/totals.ts";
import type { Message } from "../lib/defender/message.ts";
import { redact, redactError } from "../lib/families/redact.ts";
import { inert } from "../lib/notify/text.ts";
import { createLedger } from "./input/ledger.ts";
import type { Reading } from "./input/read-input.ts";
import { inputLine, reportInputs } from "./input/report-inputs.ts";
import { createProgress } from "./progress.ts";
import { jsonLines, summaryLine } from "./report.ts";
import { summaryText } from "./summary.ts";

/** Messages that are recorded together. */
export interface Piece {
	readonly messages: readonly Message[];
	/** What is being read, for the line of progress. */
	readonly where: string;
	/** Share of the whole, 0 to 1; `undefined` when nobody knows. */
	readonly share: number | undefined;
	/** What the messages are from; absent for a hub. */
	readonly reading?: Reading;
	/** Called when the messages are recorded, never before. */
	readonly recorded?: () => Promise<void>;
}

export interface SessionOptions {
	readonly whatIf: boolean;
	readonly json: boolean;
	/** A file instead of the setting's. */
	readonly approvals?: string | undefined;
}

/** What is on its way when somebody stops may still arrive; a receiver that hangs does not hold people up. */
const graceMs = 3_000;

export const say = (text: string): void => void process.stderr.write(`${text}\n`);

/** Runs everything through the app, shows what comes of it, ends in the summary. Returns the exit code. */
export async function session(
	app: LocalApp,
	pieces: (stop: AbortSignal) => AsyncIterable<Piece>,
	options: SessionOptions,
): Promise<number> {
	const progress = createProgress(process.stderr.isTTY && !options.json);
	const counter = createTotals();
	const ledger = createLedger();
	const stop = new AbortController();
	const end = (why: Stopped) => () => {
		stop.abort(why);
		setTimeout(() => app.cancel(), graceMs).unref();
	};
	// The first signal ends the run after the messages at hand; a second one is the system's own.
	const signals = [
		["SIGINT", end("by Ctrl-C")] as const,
		["SIGTERM", end("by a signal")] as const,
		["SIGHUP", end("by a signal")] as const,
	];
	for (const [signal, handler] of signals) process.once(signal, handler);
	// `tunnelwatch … | head` closes the pipe early: stop, but close the table properly.
	process.stdout.on("error", end("because nobody reads the output any more"));
	const started = performance.now();
	let failure: unknown;
	try {
		for (const warning of await app.begin()) say(warning);
		for await (const piece of pieces(stop.signal)) {
			progress.clear();
			const outcome = await app.run(piece.messages);
			await piece.recorded?.();
			counter.add(outcome);
			if (piece.reading !== undefined) ledger.add(piece.reading, outcome);
			if (options.json) for (const line of jsonLines(outcome)) process.stdout.write(`${line}\n`);
			const { messages, findings } = counter.totals();
			progress.show(`${messages.toLocaleString("en")} messages · ${findings} findings · ${inert(redact(piece.where), 60)}`, piece.share);
			if (stop.signal.aborted) break;
		}
		progress.clear();
		if (!stop.signal.aborted) await app.settle(stop.signal);
	} catch (error) {
		failure = error;
	}
	progress.clear();
	for (const [signal, handler] of signals) process.off(signal, handler);

	const totals = counter.totals();
	const inputs = reportInputs(ledger.results());
	if (options.json) {
		for (const result of ledger.results()) process.stdout.write(`${JSON.stringify(inputLine(result))}\n`);
		process.stdout.write(`${summaryLine(totals)}\n`);
	}
	const summary = summaryText({
		totals,
		quarantined: counter.quarantined(),
		destinations: app.destinations,
		owed: failure === undefined ? await app.owed() : [],
		whatIf: options.whatIf,
		seconds: (performance.now() - started) / 1000,
	});
	if (options.json) say(summary);
	else process.stdout.write(`${summary}\n`);
	if (failure !== undefined) {
		say(`Stopped: ${redactError(failure)}`);
		return 1;
	}
	if (!stop.signal.aborted) {
		for (const line of inputs.lines) say(line);
		return inputs.failed ? 1 : 0;
	}
	say(
		`Stopped ${String(stop.signal.reason)}. What is counted above is recorded; run the same input again to go on: repeats change nothing.`,
	);
	return exitCodes[stop.signal.reason as Stopped];
}

type Stopped = keyof typeof exitCodes;

/** As shells count signals; a reader that has seen enough is no failure. */
const exitCodes = { "by Ctrl-C": 130, "by a signal": 143, "because nobody reads the output any more": 0 } as const;
