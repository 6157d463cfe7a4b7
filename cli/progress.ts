import ora from "ora";

export interface Progress {
	/** Shows how far it is (0 to 1, where known), redrawn in place. */
	show(text: string, share: number | undefined): void;
	/** Takes the line away, so that other text can be written. */
	clear(): void;
}

const width = 24;

/** A bar on standard error, only in a terminal: it never mixes with piped output. */
export function createProgress(enabled: boolean): Progress {
	if (!enabled) return { show: () => undefined, clear: () => undefined };
	const line = ora({ stream: process.stderr, discardStdin: false });
	return {
		show(text, share) {
			line.text = share === undefined ? text : `${bar(share)} ${text}`;
			if (!line.isSpinning) line.start();
		},
		clear: () => {
			line.stop();
		},
	};
}

function bar(share: number): string {
	const full = Math.min(width, Math.round(share * width));
	return `${"█".repeat(full)}${"░".repeat(width - full)} ${String(Math.min(100, Math.floor(share * 100))).padStart(3)} %`;
}
