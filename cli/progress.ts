export interface ProgressLine {
	/** Shows how far it is (0 to 1, where known), redrawn in place. The text is made only where it can be seen. */
	show(text: () => string, share: number | undefined): void;
	/** Takes the line away, so that other text can be written. */
	clear(): void;
}

const barWidth = 24;

/** Below this a redrawn line would only flicker. */
const leastColumns = 20;

interface Stream {
	readonly isTTY?: boolean;
	readonly columns?: number;
	write(text: string): unknown;
}

/**
 * One line on standard error, only in a terminal that can redraw it: never mixed into piped output, never wrapped, and
 * without a timer that could keep the process alive.
 */
export function createProgress(
	stream: Stream,
	{ term, enabled }: { readonly term: string | undefined; readonly enabled: boolean },
): ProgressLine {
	if (!enabled || stream.isTTY !== true || term === "dumb") return { show: () => undefined, clear: () => undefined };
	let isShown = false;
	const clear = () => {
		if (isShown) stream.write("\r\u001b[2K");
		isShown = false;
	};
	return {
		show(text, share) {
			// Some terminals report no columns at all.
			const columns = stream.columns ?? 0;
			if (columns < leastColumns) return;
			const line = `${share === undefined || columns < 80 ? "" : `${bar(share)} `}${percent(share)}${text()}`;
			clear();
			stream.write(line.slice(0, columns - 1));
			isShown = true;
		},
		clear,
	};
}

function percent(share: number | undefined): string {
	return share === undefined ? "" : `${String(Math.min(100, Math.floor(share * 100))).padStart(3)} % `;
}

function bar(share: number): string {
	const full = Math.min(barWidth, Math.round(share * barWidth));
	return "█".repeat(full) + "░".repeat(barWidth - full);
}
