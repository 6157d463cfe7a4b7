import { posixWords } from "./shell-text.ts";
import { windowsWords } from "./windows-arguments.ts";
import { mostWords, type Word, type Words } from "./words.ts";

/** How a program is started: its file, what stands behind it, and the variables that are visible for it. */
export interface Start {
	/** Path or name of the file, as far as it is known. */
	readonly image: string;
	/** The program as its own command line calls it. */
	readonly argument0: string;
	/** The words behind the program. */
	readonly args: readonly Word[];
	/** All words with the text they come from; the program is the first. */
	readonly command: Words;
	readonly environment: ReadonlyMap<string, Word>;
	readonly trail: Trail;
}

/** What starts it, from the outside in. */
export interface Trail {
	/** The outermost starter's name; empty for the process itself. */
	readonly starter: string;
	readonly container: "none" | "official" | "mirror";
	readonly remote: boolean;
	readonly later: boolean;
	/** A variable that is set for starts to come; nothing says which. */
	readonly variable: boolean;
	readonly startArguments: boolean;
	/** A cap was reached, or a layer is too deep: more stands there than was read. */
	readonly unread: boolean;
	/** What stands around it can change which program runs, or what it reads besides its arguments. */
	readonly altered: boolean;
}

export const noTrail: Trail = {
	starter: "",
	container: "none",
	remote: false,
	later: false,
	variable: false,
	startArguments: false,
	unread: false,
	altered: false,
};

/** Text looked at: the front, and the end, since a token may stand there. */
const front = 48 * 1_024;
const back = 16 * 1_024;

/** The text was longer than what is looked at: what stands in its middle nobody has read. */
export function isCut({ command, trail }: Pick<Start, "command" | "trail">): boolean {
	return trail.unread && command.text.length >= front + back;
}

/** The command line of a process as a start. `image` is the file on disk, whatever the command line calls itself. */
export function startOf(image: string, commandLine: string, environment: ReadonlyMap<string, Word>): Start {
	const unread = commandLine.length > front + back;
	const text = unread ? `${commandLine.slice(0, front)}${commandLine.slice(-back)}` : commandLine;
	const words = isPosix(image, text) ? posixWords(text) : windowsWords(text);
	return fromWords({ text, words }, image, environment, unread ? { ...noTrail, unread } : noTrail);
}

/** A start from words that are already split. An empty `image` is replaced by the first word. */
export function fromWords(command: Words, image: string, environment: ReadonlyMap<string, Word>, trail: Trail): Start {
	const argument0 = command.words[0]?.value ?? "";
	return { image: image === "" ? argument0 : image, argument0, args: command.words.slice(1), command, environment, trail };
}

/**
 * The same text split only at blanks. Linux and macOS report arguments joined by blanks, so a quote may never be
 * closed. Nobody can tell which reading is right, so this one never approves. `undefined` if it would be the same.
 */
export function withoutQuotes(start: Start): Start | undefined {
	const { text } = start.command;
	if (!isPosix(start.image, text) || !/["'\\]/.test(text)) return undefined;
	const words = [...text.matchAll(/\S+/g)].slice(0, mostWords).map((match) => ({ value: match[0], start: match.index, hidden: false }));
	return fromWords({ text, words }, start.image, start.environment, { ...start.trail, unread: true });
}

/** No drive, no backslash in its place: then the text is split as on Linux and macOS, where quotes may have been lost. */
function isPosix(image: string, commandLine: string): boolean {
	if (image !== "")
		return image.startsWith("/") || (!/[\\:]|\.exe$/i.test(image) && !/\.exe\b|[a-z]:\\/i.test(commandLine.slice(0, 2_048)));
	return !/\.exe\b|[a-z]:\\|\\\\/i.test(commandLine.slice(0, 2_048));
}
