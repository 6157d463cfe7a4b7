/** Control characters above ASCII, which a terminal may obey, and direction marks and the like, which move text about. */
const unseen = /[\u007f-\u009f\p{Cf}\p{Zl}\p{Zp}]/gu;

/**
 * A value as JSON that can be shown on a terminal: what `JSON.stringify` leaves as it is and a terminal would obey is
 * written as an escape, which reads back as the same text.
 */
export function jsonText(value: unknown, indent?: string): string {
	return JSON.stringify(value, undefined, indent).replace(unseen, (character) =>
		Array.from(character.split(""), (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`).join(""),
	);
}

/** One value as one line on standard output, for `--json`. */
export function printJson(value: unknown): void {
	process.stdout.write(`${jsonText(value)}\n`);
}
