const kinds = [TypeError, RangeError, ReferenceError, SyntaxError, URIError, EvalError];
const mostCauses = 8;

/**
 * Is this a fault of our code, which the same input brings about again? What the outside refuses (a table, a network) is
 * none: it is thrown as a plain error with a sentence, and only that may make a batch come again.
 */
export function isFault(error: unknown): boolean {
	let current = error;
	for (let depth = 0; depth < mostCauses && current instanceof Error; depth++) {
		if (kinds.some((kind) => current instanceof kind)) return true;
		current = current.cause;
	}
	return !(error instanceof Error);
}

/** The class of an error, for the quarantine: its text may repeat what a device said. */
export function faultName(error: unknown): string {
	return error instanceof Error ? error.constructor.name : typeof error;
}
