type Stopped = keyof typeof exitCodes;

/** As shells count signals; a reader that has seen enough is no failure. */
const exitCodes = { "by Ctrl-C": 130, "by a signal": 143, "because nobody reads the output": 0 } as const;

export interface StopSignals {
	readonly signal: AbortSignal;
	/** Of the process, when it was stopped. */
	exitCode(): number;
	/** `by Ctrl-C` and the like. */
	reason(): string;
	/** Signals are the system's own again. */
	release(): void;
}

/** Sends in progress may still finish after Ctrl-C; a hanging receiver does not delay the exit. */
const graceMs = 500;

/** Whatever still hangs then is left: everything recorded is committed already. */
const endMs = 900;

/** The first signal ends the run after the messages at hand, and the process within a second; a second one is the system's own. */
export function catchStopSignals(cancel: () => void): StopSignals {
	const stop = new AbortController();
	let why: Stopped = "by Ctrl-C";
	let last: NodeJS.Timeout | undefined;
	const end = (reason: Stopped) => () => {
		if (stop.signal.aborted) return;
		why = reason;
		stop.abort(reason);
		setTimeout(cancel, graceMs).unref();
		last = setTimeout(() => {
			process.stderr.write(
				`Stopped ${reason}, with something still on its way. Run the same input again to go on: repeats change nothing.\n`,
			);
			process.exit(exitCodes[reason]);
		}, endMs).unref();
	};
	const handlers = [
		["SIGINT", end("by Ctrl-C")],
		["SIGTERM", end("by a signal")],
		["SIGHUP", end("by a signal")],
	] as const;
	for (const [signal, handler] of handlers) process.once(signal, handler);
	// `tunnelwatch … | head` closes the pipe early: stop, but close the table properly.
	const closed = end("because nobody reads the output");
	process.stdout.on("error", closed);
	return {
		signal: stop.signal,
		exitCode: () => exitCodes[why],
		reason: () => why,
		release() {
			for (const [signal, handler] of handlers) process.off(signal, handler);
			process.stdout.off("error", closed);
			if (!stop.signal.aborted) clearTimeout(last);
		},
	};
}
