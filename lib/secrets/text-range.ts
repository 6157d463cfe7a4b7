/** A part of a text, from `start` up to `end`. */
export interface TextRange {
	readonly start: number;
	readonly end: number;
}

/** The spans that follow an introducer; the search goes on behind each, so that no part of a text is read over and over. */
export function each(
	text: string,
	introducer: RegExp,
	spanAt: (text: string, end: number, start: number) => TextRange | undefined,
): readonly TextRange[] {
	const found: TextRange[] = [];
	introducer.lastIndex = 0;
	for (let match: RegExpExecArray | null = introducer.exec(text); match !== null; match = introducer.exec(text)) {
		const span = spanAt(text, introducer.lastIndex, match.index);
		if (span === undefined) continue;
		found.push(span);
		introducer.lastIndex = Math.max(introducer.lastIndex, span.end);
	}
	return found;
}
