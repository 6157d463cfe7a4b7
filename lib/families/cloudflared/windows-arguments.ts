import { mostWords, type Word } from "./words.ts";

/**
 * The arguments of a Windows command line as a Go program sees them, the program itself first. Go splits by itself
 * (os/exec_windows.go): only blank and tab separate, so a line break stays inside its argument; `""` within quotes is one
 * quote and closes them; 2n backslashes before a quote are n, 2n+1 are n and a literal quote. What a shell would have
 * replaced (`'`, `^`, `%`) means nothing here. One pass.
 */
export function windowsWords(commandLine: string, most = mostWords): readonly Word[] {
	const found: Word[] = [];
	let at = 0;
	while (at < commandLine.length && found.length < most) {
		if (isBlank(commandLine[at])) {
			at++;
			continue;
		}
		const { argument, next } = readArgument(commandLine, at);
		found.push({ value: argument, start: at, hidden: false });
		at = next;
	}
	return found;
}

function readArgument(text: string, from: number): { readonly argument: string; readonly next: number } {
	const parts: string[] = [];
	let quoted = false;
	let backslashes = 0;
	let at = from;
	for (; at < text.length; at++) {
		const character = text[at] ?? "";
		if (character === "\\") {
			backslashes++;
			continue;
		}
		if (character === '"') {
			parts.push("\\".repeat(Math.floor(backslashes / 2)));
			if (backslashes % 2 === 1) parts.push('"');
			else {
				if (quoted && text[at + 1] === '"') {
					parts.push('"');
					at++;
				}
				quoted = !quoted;
			}
			backslashes = 0;
			continue;
		}
		if (isBlank(character) && !quoted) break;
		parts.push("\\".repeat(backslashes), character);
		backslashes = 0;
	}
	parts.push("\\".repeat(backslashes));
	return { argument: parts.join(""), next: at };
}

function isBlank(character: string | undefined): boolean {
	return character === " " || character === "\t";
}

/** The arguments alone, the program first. */
export function windowsArguments(commandLine: string, most = mostWords): readonly string[] {
	return windowsWords(commandLine, most).map(({ value }) => value);
}
