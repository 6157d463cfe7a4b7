import type { Redact } from "./redact.ts";
import { clipped, type Redacted, redactedText } from "./redacted.ts";

/** No word of a real text is longer, but a token may be. */
const longestWord = 4_096;

/**
 * The beginning of a text without its secrets, and how many characters were left out. Reads only twice as much as it
 * returns, so a megabyte costs no more than a page. Cuts between words, so that no secret is cut in two.
 */
export function redactPart(redact: Redact, text: string, most: number): Redacted {
	if (text.length <= 2 * most) return clipped(redact(text), most);
	const window = text.slice(0, 2 * most);
	const blank = window.slice(-longestWord).search(/\s\S*$/);
	// One endless word is a secret as like as not: its end would be shown without what announced it.
	const end = blank === -1 ? window.length - Math.min(longestWord, most) : window.length - Math.min(longestWord, window.length) + blank;
	const safe = redact(window.slice(0, end));
	const shown = safe.length <= most ? safe : (safe.slice(0, most).toWellFormed() as Redacted);
	return redactedText`${shown} …[${text.length - end + (safe.length - shown.length)} more]`;
}
