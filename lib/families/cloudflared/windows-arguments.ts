import { mostWords, type Word } from "./words.ts";

/**
 * The arguments of a Windows command line as a Go program sees them, the program first, in one pass. Go splits them
 * itself (os/exec_windows.go): only blanks and tabs separate, so a line break stays inside its argument. Within quotes,
 * `""` is one quote and closes them. 2n backslashes before a quote are n, 2n+1 are n and a literal quote. Characters
 * that only a shell replaces (`'`, `^`, `%`) stay as they are.
 */
export function windowsWords(commandLine: string, most = mostWords): readonly Word[] {
	const found: Word[] = [];
	let at = 0;
	while (at < commandLine.length && found.length < most) {
		if (isBlank(commandLine.charCodeAt(at))) {
			at++;
			continue;
		}
		const { argument, next } = readArgument(commandLine, at);
		found.push({ value: argument, start: at, hidden: false });
		at = next;
	}
	return found;
}

const [tab, blank, quote, backslash] = [9, 32, 34, 92] as const;

/** By the codes of characters, since every command line of a flood goes through here. */
function readArgument(text: string, from: number): { readonly argument: string; readonly next: number } {
	let argument = "";
	let quoted = false;
	let backslashes = 0;
	let at = from;
	for (; at < text.length; at++) {
		const code = text.charCodeAt(at);
		if (code === backslash) {
			backslashes++;
			continue;
		}
		if (code === quote) {
			argument += "\\".repeat(Math.floor(backslashes / 2));
			if (backslashes % 2 === 1) argument += '"';
			else {
				if (quoted && text.charCodeAt(at + 1) === quote) {
					argument += '"';
					at++;
				}
				quoted = !quoted;
			}
			backslashes = 0;
			continue;
		}
		if (isBlank(code) && !quoted) break;
		// Characters without a special meaning, and backslashes before one of them, are copied in one piece.
		const start = at - backslashes;
		at = plainEnd(text, at + 1);
		argument += text.slice(start, at);
		at--;
		backslashes = 0;
	}
	return { argument: backslashes === 0 ? argument : argument + "\\".repeat(backslashes), next: at };
}

/** Where the next blank, quote or backslash stands, or the end. */
function plainEnd(text: string, from: number): number {
	for (let at = from; at < text.length; at++) {
		const code = text.charCodeAt(at);
		if (code === quote || code === backslash || isBlank(code)) return at;
	}
	return text.length;
}

function isBlank(code: number): boolean {
	return code === blank || code === tab;
}

/** The arguments alone, the program first. */
export function windowsArguments(commandLine: string, most = mostWords): readonly string[] {
	return windowsWords(commandLine, most).map(({ value }) => value);
}
