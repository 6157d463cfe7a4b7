type Stopped = keyof typeof exitCodes;

/** As shells count signals; a reader that has seen enough is no failure. */
const exitCodes = { "by Ctrl-C": 130, "by a signal": 143, "because nobody reads the output": 0 } as const;

const reasons = { SIGINT: "by Ctrl-C", SIGTERM: "by a signal", SIGHUP: "by a signal" } as const;

const nothingDone = "Nothing was changed or sent.";

/** npm passes on a Ctrl-C that the terminal has sent to this process already: two signals, one key press. */
const samePressMs = 250;

/** Sends in progress may still finish after Ctrl-C; a hanging receiver does not delay the exit. */
const graceMs = 500;

/** Whatever still hangs then is left: everything recorded is committed already. */
const endMs = 900;

// Signals belong to the process, and so does this: what is true when one comes, and who ends the work then.
let left: string = nothingDone;
let worker: ((why: Stopped) => void) | undefined;
let systemsOwn: () => void = () => undefined;

/**
 * From now on a signal ends the process with a sentence and the exit code that shells expect, unless
 * {@link catchStopSignals} ends the work first. Call what is returned when the command is done.
 */
export function endOnSignals(): () => void {
	left = nothingDone;
	worker = undefined;
	const handlers = Object.entries(reasons).map(([signal, why]) => {
		const handler = (): void => {
			worker?.(why);
			if (worker !== undefined) return;
			process.stderr.write(`Stopped ${why}. ${left}\n`);
			endNow(why);
		};
		process.on(signal, handler);
		return [signal, handler] as const;
	});
	systemsOwn = () => {
		for (const [signal, handler] of handlers) process.off(signal, handler);
	};
	return systemsOwn;
}

/**
 * By the signal itself, which shells count as 130 and 143: `process.exit` waits for calls into the system, and a name
 * server that is silent or a pipe that nobody writes to can hold those for minutes.
 */
function endNow(why: Stopped): void {
	systemsOwn();
	const [signal] = Object.entries(reasons).find(([, reason]) => reason === why) ?? [];
	// Windows knows no signals, and would call this a failure.
	if (signal === undefined || process.platform === "win32") process.exit(exitCodes[why]);
	process.kill(process.pid, signal);
}

/** What a stop from now on leaves behind, as a sentence for people. */
export function ifStopped(sentence: string): void {
	left = sentence;
}

export interface StopSignals {
	readonly signal: AbortSignal;
	/** Of the process, when it was stopped. */
	exitCode(): number;
	/** `by Ctrl-C` and the like. */
	reason(): string;
	/** The work has ended, and has said how: nothing more is said. */
	release(): void;
}

/**
 * The first signal ends the work after the messages at hand, and the process within a second; a second one ends it at once.
 *
 * @param cancel ends the calls that are under way
 * @param say shows a line to the person
 * @param goOn what is true if something hung, and how to go on
 */
export function catchStopSignals({
	cancel,
	say,
	goOn,
}: {
	readonly cancel: () => void;
	readonly say: (line: string) => void;
	readonly goOn: string;
}): StopSignals {
	const stop = new AbortController();
	let why: Stopped = "by Ctrl-C";
	let isOver = false;
	const timers: NodeJS.Timeout[] = [];
	const after = (ms: number, action: () => void) => {
		timers.push(setTimeout(action, ms).unref());
	};
	const end = (reason: Stopped): void => {
		if (stop.signal.aborted) return;
		why = reason;
		stop.abort(reason);
		after(samePressMs, () => {
			systemsOwn();
			if (!isOver && reason === "by Ctrl-C") say("Stopping. Press Ctrl-C again to end at once.");
		});
		after(graceMs, cancel);
		after(endMs, () => {
			if (!isOver) say(`Stopped ${reason}, with something still on its way. ${goOn}`);
			endNow(reason);
		});
	};
	worker = end;
	// `tunnelwatch … | head` closes the pipe early: stop, but close the table properly.
	const closed = () => end("because nobody reads the output");
	process.stdout.on("error", closed);
	return {
		signal: stop.signal,
		exitCode: () => exitCodes[why],
		reason: () => why,
		release() {
			isOver = true;
			process.stdout.off("error", closed);
			if (stop.signal.aborted) return;
			worker = undefined;
			for (const timer of timers) clearTimeout(timer);
		},
	};
}
