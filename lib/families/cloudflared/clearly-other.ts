import { refusesFirst } from "./command.ts";
import { nameKind } from "./names.ts";
import { mayStartOthers } from "./starters.ts";
import { windowsWords } from "./windows-arguments.ts";

/** Longer texts are rare, and not looked at whole. */
const longest = 8_192;
/** Quotes, and backslashes in front of them, go when a text is split into words. */
const telling = new RegExp(["cloudf", "tunnel", "install"].map((word) => [...word].join('["\\\\]*')).join("|"), "i");

/**
 * Whether nothing in this command line can start cloudflared, by a look that costs a fraction of reading it. It holds for
 * nearly every program of Windows: one of another name that starts nothing itself, whose first argument cloudflared would
 * refuse, and whose text holds no word that could still speak for it: its name, `tunnel`, or the `install` of a token.
 * Where it is false, the start must be read. It knows neither the program's hash nor variables.
 */
export function isClearlyOther(image: string, commandLine: string): boolean {
	if (!/^[a-z]:\\/i.test(image) || nameKind(image) !== undefined || mayStartOthers(image)) return false;
	if (commandLine.length > longest || telling.test(commandLine)) return false;
	const [, first] = windowsWords(commandLine, 2);
	return first !== undefined && refusesFirst(first.value);
}
