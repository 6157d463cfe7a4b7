const earliest = Date.UTC(1970, 0, 1);
/** The first moment that ISO text of four digits for the year cannot say. */
const tooLate = Date.UTC(10_000, 0, 1);

/** The moment that a text of the export names; `undefined` for none, and for one that could not be stored and read again. */
export function momentOf(text: string): Date | undefined {
	const date = new Date(text);
	return date.getTime() >= earliest && date.getTime() < tooLate ? date : undefined;
}
