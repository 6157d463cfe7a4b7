import { matchAt } from "./base64.ts";
import type { TextRange } from "./text-range.ts";

/** How a removed secret is shown; recognised so that a redacted text is left as it is. */
export const markerPattern = String.raw`\[removed: \d{1,9} characters\]`;

/** What may stand between the name of a variable and its value: `/t REG_SZ /d`, `-Value`, `value:`, `/M`. */
const connectors = /[\s"',;]*(?:\/t\s+REG_\w+|\/d|\/f|\/m|-Value|-PropertyType\s+\w+|value\s*:)(?![\w-])/iy;

const separators = /(?:[\s"'`^,=:\\(]|&quot;|<\/string>\s*<string>)+/y;
const marker = new RegExp(markerPattern, "y");
const quotesInWord = /["'`]+(?=[\w+/=-])/y;
const wordBreak = /&&|\|\||<\/|&quot;/y;

/** The value that follows a name: after spaces, `=`, `:`, quotes or commas, up to the closing quote or the end of the word. */
export function valueAfter(text: string, from: number): TextRange | undefined {
	const start = pastSeparators(text, pastConnectors(text, from));
	const quote = text[start - 1];
	const opened = start > from && (quote === '"' || quote === "'");
	const escaped = opened && text[start - 2] === "\\";
	const alone = opened && !/["']/.test(text[start - (escaped ? 3 : 2)] ?? "");
	const end = alone ? quotedEnd(text, start, escaped ? `\\${quote}` : quote) : wordEnd(text, start);
	// A flag named like a secret, then a program: what runs is evidence, and nobody's password.
	return isProgram(text.slice(start, end)) ? undefined : unlessMarker(text, start, end);
}

function isProgram(value: string): boolean {
	return value.length <= 260 && /^(?:(?:[a-z]:|\.{0,2})[\\/][\w.~\\/ ()-]*|[\w.-]*)\.(?:exe|cmd|bat|ps1|vbs|dll|msi)$/i.test(value);
}

/** Up to the closing quote, unless the word goes on behind it. */
export function quotedEnd(text: string, start: number, quote: string): number {
	let end = text.indexOf(quote, start);
	// A doubled quote stands for one.
	while (end !== -1 && text.startsWith(quote, end + quote.length)) end = text.indexOf(quote, end + 2 * quote.length);
	if (end === -1) return text.length;
	// A shell joins what follows a closing quote directly.
	return /[\w+/=]/.test(text[end + quote.length] ?? "") ? wordEnd(text, end + quote.length) : end;
}

/** Up to white space or a closing quote; quotes inside a word, and what was removed already, belong to it. */
export function wordEnd(text: string, start: number): number {
	let end = start;
	let floor = start;
	for (let at = start; at < text.length; ) {
		const character = text[at] ?? "";
		const removed = character === "[" ? matchAt(marker, text, at).length : 0;
		const quotes = /["'`]/.test(character) ? matchAt(quotesInWord, text, at).length : 1;
		if (character <= " " || quotes === 0 || (removed === 0 && /[&|<]/.test(character) && matchAt(wordBreak, text, at) !== "")) break;
		at += removed || quotes;
		end = at;
		if (removed > 0) floor = end;
	}
	while (end > floor && "\\,;|>&)}]".includes(text[end - 1] ?? " ")) end--;
	return end;
}

/** The range, or `undefined` if it is empty or exactly a removal marker: redacting twice must change nothing. */
export function unlessMarker(text: string, start: number, end: number): TextRange | undefined {
	return end <= start || matchAt(marker, text, start).length === end - start ? undefined : { start, end };
}

/** The index after any blanks, quotes, `=`, `:` and the like at `from`; `from` itself if there are none. */
export function pastSeparators(text: string, from: number): number {
	return from + matchAt(separators, text, from).length;
}

function pastConnectors(text: string, from: number): number {
	let at = from;
	for (let steps = 0; steps < 6; steps++) at += matchAt(connectors, text, at).length;
	return at;
}
