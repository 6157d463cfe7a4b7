import type { Redacted } from "../secrets/redacted.ts";
import { groupDigits } from "./group-digits.ts";
import { visible } from "./visible.ts";

/** Text that a person may be shown: nothing invisible, no link, no mention, no layout of its own. */
declare const inertBrand: unique symbol;
export type Inert = string & { readonly [inertBrand]: true };

/** Keeps the head and the tail of a long text and says how much is gone. Counts code points, never halves one. */
export function clip(text: string, max: number): string {
	if (text.length <= max) return text;
	const length = pointsIn(text);
	if (length <= max) return text;
	const head = Math.ceil(0.7 * max);
	const tail = max - head;
	// A code point is two units at most, so these slices hold what is kept; the long rest is never copied.
	const start = [...text.slice(0, 2 * head)].slice(0, head).join("");
	const end = tail === 0 ? "" : [...text.slice(-2 * tail)].slice(-tail).join("");
	return `${start} …[${length - max} more]… ${end}`;
}

/** As many as `[...text]` has. */
function pointsIn(text: string): number {
	let points = 0;
	for (let at = 0; at < text.length; at += (text.codePointAt(at) ?? 0) > 0xffff ? 2 : 1) points++;
	return points;
}

const longest = 700;

/**
 * Device text made safe to show: clipped, everything invisible made visible, and no link, mention or date macro left
 * even where a chat client reads Markdown or HTML in places it should not.
 */
export function inert(text: Redacted, max = longest): Inert {
	return disarmed(clip(visible(text), max)) as Inert;
}

/** Joins our own words and inert pieces. A plain string is refused, so device text cannot slip in. */
export function inertText(words: TemplateStringsArray, ...pieces: readonly (Inert | number)[]): Inert {
	let text = words[0] ?? "";
	for (const [index, piece] of pieces.entries())
		text += (typeof piece === "number" ? groupDigits(piece) : piece) + (words[index + 1] ?? "");
	return text as Inert;
}

/** Makes a sentence of ours safe as a whole: where a name meets our punctuation, `www` and `.` make the start of a link. */
export function sealed(sentence: Inert): Inert {
	return disarmed(sentence) as Inert;
}

/** One text of those that are not empty. */
export function joined(pieces: readonly Inert[], between: Inert): Inert {
	return pieces.filter((piece) => piece !== "").join(between) as Inert;
}

/** A hash, tag or UUID; empty for anything which does not look like one. */
export function idText(text: string): Inert {
	return (/^[0-9a-z-]{1,64}$/i.test(text) ? text : "") as Inert;
}

/** One of these stands in whatever is disarmed below. */
const armed = /[<{:]|\]\(|www\./i;

function disarmed(text: string): string {
	if (!armed.test(text)) return text;
	// A time of day has a colon too: what a pattern needs is looked for first, which takes a fraction of its time.
	let safe = text.includes("<") ? text.replace(/<(?=\s*[\p{L}/!?])/gu, "‹") : text;
	safe = safe.replaceAll("](", "] (");
	if (safe.includes("{{")) safe = safe.replace(/\{\{(?=DATE|TIME)/gi, "{ {");
	if (safe.includes("://")) {
		safe = safe
			.replace(/http(s?):\/\//gi, "hxxp$1://")
			// Bounded: of a longer word its end is enough to disarm the link.
			.replace(/([a-z][a-z0-9+.-]{0,30}):\/\//gi, (whole, scheme: string) => (/^hxxps?$/i.test(scheme) ? whole : `${scheme}[:]//`));
	}
	if (safe.includes(":")) safe = safe.replace(/\b(mailto|tel|sms|javascript|data|msteams):/gi, "$1[:]");
	return safe.replace(/(www)\./gi, "$1[.]");
}

/**
 * The short name for the few places that do read Markdown (the title, the toast): the first label of a host name with
 * every sign of markup replaced, or the start of the id where there is no name.
 */
export function plainName(name: Redacted, id: Redacted, max = 40): Inert {
	// An address has no first label that would mean anything.
	const label = /^[\d.]+$/.test(name) ? name : (name.split(".")[0] ?? "");
	const plain = (text: string): string =>
		inert(text as Redacted, max)
			.replace(/[^\p{L}\p{M}\p{N}\- ⟦⟧+…]/gu, "·")
			.replace(/^[^\p{L}\p{N}⟦]+/u, "")
			.trim()
			// A full stop of ours behind it would make the start of a link.
			.replace(/www$/i, "$&·");
	return (plain(label) || plain(id.slice(0, 8)) || "an unnamed device") as Inert;
}

/** Cuts words that would not fit on a phone; everything else stays. */
export function shortWords(text: Inert, max = 40): Inert {
	// A cut can lay bare what was the middle of a word, such as the `data:` in `metadata:`.
	return disarmed(text.replace(/\S+/gu, (word) => shortWord(word, max))) as Inert;
}

function shortWord(word: string, max: number): string {
	if (word.length <= max) return word;
	const points = [...word];
	if (points.length <= max) return word;
	return `${points.slice(0, Math.floor(0.55 * max)).join("")}…${points.slice(-Math.floor(0.4 * max)).join("")}`;
}
