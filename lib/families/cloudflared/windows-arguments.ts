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

/** What stands up to the next quote is copied in one piece, since every command line of a flood goes through here. */
function readArgument(text: string, from: number): { readonly argument: string; readonly next: number } {
	let argument = "";
	let quoted = false;
	let at = from;
	for (;;) {
		const end = quoted ? nextQuote(text, at) : plainEnd(text, at);
		if (text.charCodeAt(end) !== quote) return { argument: argument + text.slice(at, end), next: end };
		// Only before a quote do backslashes mean something else.
		let backslashes = 0;
		while (end - backslashes > at && text.charCodeAt(end - backslashes - 1) === backslash) backslashes++;
		argument += text.slice(at, end - backslashes) + "\\".repeat(Math.floor(backslashes / 2));
		at = end + 1;
		if (backslashes % 2 === 1) argument += '"';
		else {
			if (quoted && text.charCodeAt(at) === quote) {
				argument += '"';
				at++;
			}
			quoted = !quoted;
		}
	}
}

/** Where the next quote stands, or the end. */
function nextQuote(text: string, from: number): number {
	const at = text.indexOf('"', from);
	return at === -1 ? text.length : at;
}

/** Where the next blank or quote stands, or the end. */
function plainEnd(text: string, from: number): number {
	for (let at = from; at < text.length; at++) {
		const code = text.charCodeAt(at);
		if (code === quote || isBlank(code)) return at;
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
