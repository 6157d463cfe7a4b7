import { type Inert, inertText } from "../text.ts";

export interface Styled<Look> {
	readonly text: Inert;
	readonly look: Look;
}

/** Breaks styled text into lines that fit, at blanks where it can, inside a word where it must. */
export function wrap<Look>(spans: readonly Styled<Look>[], width: number): readonly (readonly Styled<Look>[])[] {
	const lines: Styled<Look>[][] = [];
	let line: Styled<Look>[] = [];
	let used = 0;
	for (const { text, look } of spans.flatMap(words).flatMap((word) => pieces(word, width))) {
		const needed = displayWidth(text) + (line.length === 0 ? 0 : 1);
		if (line.length > 0 && used + needed > width) {
			lines.push(line);
			line = [];
			used = 0;
		}
		const last = line.at(-1);
		if (last === undefined) line.push({ text, look });
		else if (last.look === look) line[line.length - 1] = { text: inertText`${last.text} ${text}`, look };
		else line.push({ text: inertText` ${text}`, look });
		used += displayWidth(text) + (last === undefined ? 0 : 1);
	}
	return line.length === 0 ? lines : [...lines, line];
}

/** Columns in a terminal: combining marks take none, East Asian wide characters and emoji take two. */
export function displayWidth(text: string): number {
	if (!unusual.test(text)) return text.length;
	let sum = 0;
	for (const character of text) sum += /\p{M}/u.test(character) ? 0 : wide.test(character) ? 2 : 1;
	return sum;
}

/** All but Latin and our own dots, dashes, arrows and bars. What has none of these need not load the slow classes below. */
const unusual = /[\u0300-\u200f\u20d0-\u218f\u231a-\u24ff\u25fd-\uffff]/;

const wide =
	/\p{Emoji_Presentation}|[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{20000}-\u{3fffd}]/u;

function words<Look>({ text, look }: Styled<Look>): readonly Styled<Look>[] {
	return text.split(" ").map((word) => ({ text: word as Inert, look }));
}

const scheme = /^(mailto|tel|sms|javascript|data|msteams):/i;

function pieces<Look>({ text, look }: Styled<Look>, width: number): readonly Styled<Look>[] {
	if (displayWidth(text) <= width) return [{ text, look }];
	const parts: string[] = [""];
	let used = 0;
	let at = 0;
	for (const character of text) {
		const size = displayWidth(character);
		if (used + size > width) {
			const last = parts.at(-1) ?? "";
			// In the middle of a word these are harmless; at the start of a line they would be links.
			const kept = scheme.test(text.slice(at)) ? last.slice(-1) : "";
			parts[parts.length - 1] = last.slice(0, last.length - kept.length);
			parts.push(kept);
			used = displayWidth(kept);
		}
		parts[parts.length - 1] += character;
		used += size;
		at += character.length;
	}
	return parts.map((part) => ({ text: part as Inert, look }));
}
