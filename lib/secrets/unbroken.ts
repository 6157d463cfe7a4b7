import type { TextRange } from "./text-range.ts";

/** What cmd and PowerShell drop inside a word: `--to^ken`, ``--to`ken``, `--to""ken`. */
const breaks = /(?<=[\w.+/=-])(?:[\^`]|"")(?=[\w.+/=-])/g;

const anyBreak = /[\^`]|""/;

/** What a search finds in the text as a shell would read it, at its places in the text as it stands. */
export function inUnbroken(text: string, search: (text: string) => readonly TextRange[]): readonly TextRange[] {
	if (!anyBreak.test(text)) return [];
	const places: number[] = [];
	const parts: string[] = [];
	let at = 0;
	for (const match of text.matchAll(breaks)) {
		parts.push(text.slice(at, match.index));
		for (; at < match.index; at++) places.push(at);
		at += match[0].length;
	}
	if (parts.length === 0) return [];
	parts.push(text.slice(at));
	for (; at <= text.length; at++) places.push(at);
	return search(parts.join("")).map(({ start, end }) => ({ start: places[start] ?? 0, end: places[end] ?? text.length }));
}
