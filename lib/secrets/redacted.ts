declare const redactedBrand: unique symbol;

/**
 * Text from which every secret has been removed. Stores, destinations and logs take only this, so the compiler
 * refuses a raw string there. It is still hostile text: a notifier makes it inert before showing it.
 */
export type Redacted = string & { readonly [redactedBrand]: true };

/**
 * Our own words around redacted parts: say`Started by ${program.user}, ${count} times.` A raw string does not
 * compile, and the constant words need no redaction.
 */
export function redactedText(words: TemplateStringsArray, ...parts: readonly (Redacted | number)[]): Redacted {
	// The words are literals of this program and the parts are redacted already.
	return String.raw({ raw: words }, ...parts) as Redacted;
}

/** The first characters of a redacted text, with the number of those left out. */
export function clipped(text: Redacted, most: number): Redacted {
	if (text.length <= most) return text;
	// A part of a text without secrets has none.
	return `${text.slice(0, most).toWellFormed()} …[${text.length - most} more]` as Redacted;
}
