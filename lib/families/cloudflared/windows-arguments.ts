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

const plain = /[^\\" \t]+/y;

function readArgument(text: string, from: number): { readonly argument: string; readonly next: number } {
	let argument = "";
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
			argument += "\\".repeat(Math.floor(backslashes / 2));
			if (backslashes % 2 === 1) argument += '"';
			else {
				if (quoted && text[at + 1] === '"') {
					argument += '"';
					at++;
				}
				quoted = !quoted;
			}
			backslashes = 0;
			continue;
		}
		if (isBlank(character) && !quoted) break;
		// Characters without a special meaning are copied in one piece.
		plain.lastIndex = at;
		plain.test(text);
		const end = Math.max(plain.lastIndex, at + 1);
		argument += "\\".repeat(backslashes) + text.slice(at, end);
		at = end - 1;
		backslashes = 0;
	}
	return { argument: argument + "\\".repeat(backslashes), next: at };
}

function isBlank(character: string | undefined): boolean {
	return character === " " || character === "\t";
}

/** The arguments alone, the program first. */
export function windowsArguments(commandLine: string, most = mostWords): readonly string[] {
	return windowsWords(commandLine, most).map(({ value }) => value);
}
