/** The known word nearest to what somebody wrote, if it is near enough to be a slip; `undefined` otherwise. */
export function nearest(written: string, known: readonly string[]): string | undefined {
	const most = Math.max(2, Math.floor(written.length / 4));
	const near = known.map((word) => ({ word, far: distance(written.toLowerCase(), word.toLowerCase(), most) }));
	return near.filter(({ far }) => far <= most).toSorted((a, b) => a.far - b.far)[0]?.word;
}

/** Levenshtein's distance; beyond `most` only that it is larger. */
function distance(a: string, b: string, most: number): number {
	if (Math.abs(a.length - b.length) > most) return most + 1;
	let row = Array.from({ length: b.length + 1 }, (_, index) => index);
	for (let i = 1; i <= a.length; i++) {
		const next = [i];
		for (let j = 1; j <= b.length; j++) {
			const change = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
			next.push(Math.min(change, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
		}
		row = next;
	}
	return row.at(-1) ?? 0;
}
