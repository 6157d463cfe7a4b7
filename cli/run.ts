import type { LocalApp } from "../lib/app/local-app.ts";
import { redact } from "../lib/families/redact.ts";
import { inert } from "../lib/notify/text.ts";
import { findInputs, type Input } from "./input/find-inputs.ts";
import { readInput } from "./input/read-input.ts";
import { startReading } from "./input/reading.ts";
import { withApp } from "./open-app.ts";
import { printLine } from "./print-line.ts";
import { type Piece, type SessionOptions, session } from "./session.ts";

/** `tunnelwatch run`: returns the exit code. */
export async function run(paths: readonly string[], options: Omit<SessionOptions, "read">): Promise<number> {
	const wanted = paths.length === 0 && !process.stdin.isTTY ? ["-"] : paths;
	if (wanted.length === 0) {
		printLine("Nothing to read: name files or folders, or pipe messages in and write -.");
		return 2;
	}
	const inputs = await findInputs(wanted).catch(cannotRead);
	if (inputs === undefined) return 1;
	const streams = new Set(inputs.filter(isStream).map(({ path }) => path));
	const read = { from: "files", paths: wanted.map((path) => (streams.has(path) ? undefined : path)) } as const;
	const all = { ...options, read };
	return withApp(all, (app) => session(app, (stop) => readInputs(inputs, stop, app.lineScreen), all));
}

/** A pipe or standard input: once read, it is used up. */
function isStream({ bytes, inFolder }: Input): boolean {
	return bytes === undefined && !inFolder;
}

/** Getting ready to pass over lines costs as much as parsing so many bytes, unpacked. */
const worthScreening = 256 * 1024;

async function* readInputs(inputs: readonly Input[], stop: AbortSignal, newScreen: LocalApp["lineScreen"]): AsyncGenerator<Piece> {
	const sizes = inputs.map((input) => input.bytes);
	const total = sizes.includes(undefined) ? undefined : sizes.reduce<number>((sum, bytes) => sum + (bytes ?? 0), 0);
	let done = 0;
	for (const input of inputs) {
		const reading = startReading(input);
		const piece = (part: Pick<Piece, "messages" | "passed">, bytes: number): Piece => {
			const share = total === undefined || total === 0 ? undefined : (done + bytes) / total;
			return { ...part, where: input.path, share, reading };
		};
		const screen = (input.bytes ?? Number.POSITIVE_INFINITY) < worthScreening ? undefined : newScreen;
		for await (const { bytesRead, ...part } of readInput(reading, stop, screen)) yield piece(part, bytesRead);
		if (stop.aborted) return;
		done += input.bytes ?? 0;
		// Also of an input without any message something is known.
		yield piece({ messages: [] }, 0);
	}
}

/** Says why an input cannot be read; anything else is a surprise and thrown on. */
export function cannotRead(error: unknown): undefined {
	if (!(error instanceof Error && "code" in error && "path" in error)) throw error;
	if (/^https?:\/\//i.test(String(error.path))) {
		printLine("Cannot read an address: Tunnelwatch reads files. Download the export and name the file.");
		return undefined;
	}
	if (error.code === "EMPTY") {
		printLine("Nothing to read: the folder is empty.");
		return undefined;
	}
	const why =
		error.code === "ENOENT" ? "there is no such file or folder" : error.code === "EACCES" ? "no permission to read it" : String(error.code);
	printLine(`Cannot read ${inert(redact(String(error.path)), 200)}: ${why}.`);
	return undefined;
}
