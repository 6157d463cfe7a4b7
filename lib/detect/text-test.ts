/** Tests of one text, compiled once. */
export type TextTest = (text: string) => boolean;

/**
 * Kusto's `has`. A term is a run of ASCII letters and digits. At an edge where the needle itself is a letter or
 * digit, its neighbour must not be one; an edge that is punctuation is free. Every occurrence gets its chance.
 */
export function hasTerm(needle: string): TextTest {
	if (needle === "") return () => true;
	const left = /^[0-9A-Za-z]/.test(needle) ? "(?<![0-9A-Za-z])" : "";
	const right = /[0-9A-Za-z]$/.test(needle) ? "(?![0-9A-Za-z])" : "";
	return tester(left + folded(needle) + right);
}

export function containsText(needle: string): TextTest {
	return tester(folded(needle));
}

export function startsWithText(needle: string): TextTest {
	return tester(`^${folded(needle)}`);
}

export function endsWithText(needle: string): TextTest {
	return tester(`${folded(needle)}$`);
}

export function equalsText(needle: string): TextTest {
	return tester(`^${folded(needle)}$`);
}

function tester(source: string): TextTest {
	const pattern = new RegExp(source);
	return (text) => pattern.test(text);
}

/**
 * A pattern for the needle in any ASCII case. Spelled as classes because the flags fold more than Kusto does:
 * `i` takes É for é, and with `u` the Kelvin sign for k and the long s for s.
 */
function folded(needle: string): string {
	return needle
		.replace(/[\\^$.*+?()[\]{}|/-]/g, "\\$&")
		.replace(/[A-Za-z]/g, (letter) => `[${letter.toUpperCase()}${letter.toLowerCase()}]`);
}
