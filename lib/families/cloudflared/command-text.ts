import { fromWords, noTrail, type Start, type Trail } from "./start.ts";
import { windowsWords } from "./windows-arguments.ts";
import type { Word } from "./words.ts";

/** A text that is one command line of Windows: a service's image, a task's action, a registry value. */
export function commandText(text: string, environment: ReadonlyMap<string, Word>, trail: Trail): Start {
	const trimmed = text.trim();
	// `C:\Program Files\x\cloudflared.exe tunnel run`: Windows itself finds the program in a path without quotes.
	const unquoted = /^[a-z]:\\[^"]{0,512}?\.exe(?=\s|$)/i.exec(trimmed)?.[0];
	const line = unquoted?.includes(" ") === true ? `"${unquoted}"${trimmed.slice(unquoted.length)}` : trimmed;
	return fromWords({ text: line, words: windowsWords(line) }, "", environment, trail);
}

/** A command line without its program, as service managers keep it. */
export function argumentsOnly(text: string, environment: ReadonlyMap<string, Word>, starter: string): Start {
	const line = `cloudflared ${text}`;
	return fromWords({ text: line, words: windowsWords(line) }, "?", environment, { ...noTrail, starter, later: true });
}
