import type { Screen } from "../lib/app/local-app.ts";
import type { Terminal } from "../lib/notify/console/terminal-card.ts";

interface Stream {
	readonly isTTY?: boolean;
	readonly columns?: number;
	hasColors?(): boolean;
	write(text: string): unknown;
}

/** Used when the width is unknown: a pipe, a file, a terminal of 0 columns. */
const standardWidth = 100;

/** @param shows are cards written as they come? */
export function createScreen(stream: Stream, environment: Readonly<Record<string, string | undefined>>, shows: boolean): Screen {
	return {
		write: shows ? (text) => void stream.write(text) : undefined,
		terminal: () => terminalOf(stream, environment),
	};
}

/** https://no-color.org and https://force-color.org */
export function terminalOf(stream: Stream, { NO_COLOR, FORCE_COLOR, TERM }: Readonly<Record<string, string | undefined>>): Terminal {
	const isForced = FORCE_COLOR !== undefined && FORCE_COLOR !== "0" && FORCE_COLOR !== "false";
	const isRefused = (NO_COLOR !== undefined && NO_COLOR !== "") || FORCE_COLOR === "0" || FORCE_COLOR === "false";
	const can = stream.isTTY === true && TERM !== "dumb" && (stream.hasColors?.() ?? false);
	return { width: columnsOf(stream) ?? standardWidth, colour: !isRefused && (isForced || can) };
}

/** Columns of a real terminal; undefined for a pipe, a file, or a terminal that does not know. */
export function columnsOf({ isTTY, columns = 0 }: Pick<Stream, "isTTY" | "columns">): number | undefined {
	return isTTY === true && columns > 0 ? columns : undefined;
}
