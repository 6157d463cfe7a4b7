import { decodeWide } from "../secrets/base64.ts";

const maxCharacters = 65_536;
const maxCommands = 64;
const maxDepth = 4;
const maxWords = 4_096;

/** The words of one program start, and whether it stands by itself or inside another command. */
export interface Command {
	readonly words: readonly string[];
	readonly nested: boolean;
}

/**
 * The program starts in a command line: the command itself, then what it hands to shells, services, tasks and encoded
 * PowerShell. Total and bounded: what lies deeper, or behind the first 64 K characters, is not looked at.
 */
export function commandsIn(commandLine: string): readonly Command[] {
	const found: Command[] = [];
	collect(commandLine.slice(0, maxCharacters), 0, found);
	return found;
}

function collect(text: string, depth: number, found: Command[]): void {
	const posix = !/[a-z]:\\|\\\\|\.exe\b/i.test(text);
	// A process's own command line is not read by a shell, so only nested text has operators.
	for (const words of split(text, posix, depth > 0)) {
		if (found.length >= maxCommands) return;
		found.push({ words, nested: depth > 0 });
		if (depth === maxDepth) continue;
		for (const word of words) {
			const inner = innerCommand(word);
			if (inner !== undefined && inner !== text) collect(inner, depth + 1, found);
		}
	}
}

/** A word that is a command by itself: quoted for `cmd /c`, `bash -c`, `binPath=`, `/tr`, `/d`, or encoded for PowerShell. */
function innerCommand(word: string): string | undefined {
	if (/\s/.test(word)) return word;
	return /^[A-Za-z0-9+/]{16,}={0,2}$/.test(word) ? decodeWide(word) : undefined;
}

/**
 * Splits into words, tolerantly: quotes group, `\"` is a quote, a backslash escapes only where the text is no Windows
 * command, and an unclosed quote ends with the text.
 */
function split(text: string, posix: boolean, shell: boolean): readonly (readonly string[])[] {
	const commands: string[][] = [[]];
	let word: string | undefined;
	let quote = "";
	let count = 0;
	const endWord = (): void => {
		if (word === undefined || count === maxWords) return;
		commands.at(-1)?.push(word);
		count++;
		word = undefined;
	};
	for (let at = 0; at < text.length && count < maxWords; at++) {
		const character = text[at] ?? "";
		const next = text[at + 1] ?? "";
		if (character === "\\" && quote !== "'" && (next === '"' || (posix && next !== "" && quote === ""))) {
			word = (word ?? "") + next;
			at++;
		} else if (quote !== "") {
			if (character === quote) quote = "";
			else word = (word ?? "") + character;
		} else if (character === '"' || character === "'") {
			quote = character;
			word ??= "";
		} else if (/\s/.test(character)) endWord();
		else if (shell && /[&|;(){}]/.test(character)) {
			endWord();
			if (commands.at(-1)?.length !== 0) commands.push([]);
		} else word = (word ?? "") + character;
	}
	endWord();
	return commands.filter((words) => words.length > 0);
}
