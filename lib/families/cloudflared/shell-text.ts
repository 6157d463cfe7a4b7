import { windowsWords } from "./windows-arguments.ts";
import { mostCommands, mostWords, type Word, type Words } from "./words.ts";

/** Whose grammar a text of commands follows. */
export type Shell = "cmd" | "powershell" | "posix";

/** The commands of a text that a shell runs, each split as that shell splits it. One pass; one more than `mostCommands` at most, so that a reader knows. */
export function shellCommands(text: string, shell: Shell): readonly Words[] {
	return shell === "cmd" ? cmdCommands(text) : quotedCommands(text, shell);
}

/** `&`, `|`, brackets and line ends separate outside quotes, `^` escapes there; arguments then split as Windows does. */
function cmdCommands(text: string): readonly Words[] {
	const segments: string[] = [];
	let parts: string[] = [];
	let quoted = false;
	let depth = 0;
	const end = (): void => {
		// `for /f %i in ('program …')` runs what stands between the quotes.
		const segment = parts
			.join("")
			.trim()
			.replace(/^@/, "")
			.replace(/^(['`])([^"]*)\1$/s, "$2");
		if (segment !== "" && segments.length <= mostCommands) segments.push(segment);
		parts = [];
	};
	const sign = /["^&|()<>\r\n]/g;
	for (let at = 0; at < text.length; at++) {
		// What stands before the next sign is taken as a whole; within quotes only their end is one.
		sign.lastIndex = at;
		const next = quoted ? text.indexOf('"', at) : (sign.exec(text)?.index ?? -1);
		parts.push(text.slice(at, next === -1 ? text.length : next));
		if (next === -1) break;
		at = next;
		const character = text[at] ?? "";
		if (character === '"') {
			quoted = !quoted;
			parts.push(character);
		} else if (character === "^") {
			const lineEnd = /^\r?\n/.exec(text.slice(at + 1, at + 3))?.[0] ?? "";
			if (lineEnd === "") parts.push(text[++at] ?? "");
			else at += lineEnd.length;
		} else if (character === ">" || character === "<") {
			// `1>nul`, `2>&1`: the number says what is led there.
			parts.push((parts.pop() ?? "").replace(/(^|[ \t])\d$/, "$1"));
			at = endOfRedirection(text, at);
		}
		// `set PATH=C:\Program Files (x86)\…`: outside of brackets, those in a value are text.
		else if ((character === "(" || character === ")") && depth === 0 && isSet(parts)) parts.push(character);
		else {
			if (character === "(") depth++;
			else if (character === ")" && depth > 0) depth--;
			end();
		}
	}
	end();
	return segments.map((segment) => ({ text: segment, words: windowsWords(segment).map(withVariables) }));
}

function isSet([first = "", second = ""]: readonly string[]): boolean {
	return /^\s*@?set\s/i.test(first === "" ? second : first);
}

function withVariables(word: Word): Word {
	return /%[A-Za-z_][^%\s]{0,63}%|![A-Za-z_][^!\s]{0,63}!|^%%?[A-Za-z]$/.test(word.value) ? { ...word, hidden: true } : word;
}

/** The arguments of a process on Linux or macOS, as its command line shows them: quotes group, nothing is an operator. */
export function posixWords(text: string): readonly Word[] {
	return quotedCommands(text, "none")[0]?.words ?? [];
}

/** POSIX shells and PowerShell: quotes group, `;`, `&`, `|`, braces and line ends separate, `#` comments. */
function quotedCommands(text: string, shell: "posix" | "powershell" | "none"): readonly Words[] {
	const escaping = shell === "powershell" ? "`" : "\\";
	const found: Words[] = [];
	let words: Word[] = [];
	let word: { value: string; start: number; hidden: boolean } | undefined;
	let begin = 0;
	let quote = "";
	const add = (piece: string, at: number): void => {
		word ??= { value: "", start: at, hidden: false };
		word.value += piece;
	};
	const endWord = (): void => {
		if (word !== undefined && words.length < mostWords) words.push({ value: word.value, start: word.start - begin, hidden: word.hidden });
		word = undefined;
	};
	const endCommand = (at: number): void => {
		endWord();
		if (words.length > 0 && found.length <= mostCommands) found.push({ text: text.slice(begin, at), words });
		words = [];
		begin = at + 1;
	};
	for (let at = 0; at < text.length; at++) {
		const plain = plainEnd(text, at);
		if (plain > at) {
			add(text.slice(at, plain), at);
			at = plain - 1;
			continue;
		}
		const character = text[at] ?? "";
		if (character === escaping && quote !== "'") {
			const lineEnd = shell === "none" ? "" : (/^\r?\n/.exec(text.slice(at + 1, at + 3))?.[0] ?? "");
			// The line goes on.
			if (lineEnd !== "") at += lineEnd.length;
			// Between double quotes a POSIX shell keeps a backslash before anything but these.
			else if (quote === '"' && shell !== "powershell" && !/[$`"\\]/.test(text[at + 1] ?? "")) add(character, at);
			else add(text[++at] ?? "", at - 1);
		} else if (quote !== "") {
			if (character !== quote) add(character, at);
			else if (shell === "powershell" && text[at + 1] === quote) add(text[++at] ?? "", at);
			else quote = "";
			if (shell !== "none" && quote === '"' && character === "$" && word !== undefined) word.hidden = true;
		} else if (character === '"' || character === "'") {
			quote = character;
			word ??= { value: "", start: at, hidden: false };
		} else if (shell === "none") {
			if (/\s/.test(character)) endWord();
			else add(character, at);
		} else if (character === "$" && /[({]/.test(text[at + 1] ?? "")) {
			const close = text.indexOf(text[at + 1] === "(" ? ")" : "}", at);
			const end = close === -1 ? text.length : close;
			add(text.slice(at, end + 1), at);
			if (word !== undefined) word.hidden = true;
			at = end;
		} else if (shell === "powershell" && character === "@" && text[at + 1] === "(") {
			at++;
		} else if (/\s/.test(character) && !/[\r\n]/.test(character)) endWord();
		else if (character === "," && shell === "powershell") endWord();
		else if (character === "#" && word === undefined) at = endOfLine(text, at) - 1;
		else if ((character === ">" || character === "<") && (word === undefined || /^\d$/.test(word.value) || shell === "posix")) {
			if (word !== undefined && /^\d?$/.test(word.value)) word = undefined;
			endWord();
			at = endOfRedirection(text, at);
		} else if (/[;|{}()\r\n]/.test(character) || (character === "&" && (shell === "posix" || words.length > 0 || word !== undefined)))
			endCommand(at);
		else if (character === "&") begin = at + 1;
		else {
			add(character, at);
			if (character === "$" && word !== undefined) word.hidden = true;
		}
	}
	endCommand(text.length);
	return found;
}

/** The end of what stands for itself, whatever the shell and whatever is around it: it is copied in one piece. */
function plainEnd(text: string, from: number): number {
	let at = from;
	while (at < text.length && plainCharacters[text.charCodeAt(at)] === 1) at++;
	return at;
}

const plainCharacters = Uint8Array.from({ length: 128 }, (_, code) => Number(/[\w./:=+-]/.test(String.fromCharCode(code))));

function endOfLine(text: string, from: number): number {
	const end = text.indexOf("\n", from);
	return end === -1 ? text.length : end;
}

/** The last index of `>file`, `>>file`, `2>&1`, `< file`. */
function endOfRedirection(text: string, from: number): number {
	let at = from + 1;
	while (/[><&|]/.test(text[at] ?? "")) at++;
	while (text[at] === " " || text[at] === "\t") at++;
	const quote = text[at] === '"' ? '"' : "";
	if (quote !== "") {
		const close = text.indexOf(quote, at + 1);
		return close === -1 ? text.length : close;
	}
	while (at < text.length && !/[\s;&|()<>]/.test(text[at] ?? "")) at++;
	return at - 1;
}
