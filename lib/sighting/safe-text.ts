import type { Redact } from "../secrets/redact.ts";
import { redactPart } from "../secrets/redact-part.ts";
import { type Redacted, redactedText } from "../secrets/redacted.ts";

/** Makes a text of a record fit to be shown. */
export type SafeText = (text: string) => Redacted;

/** The longest text that goes into a sighting; the rest is counted. */
const longestText = 8_192;
/** Bounds what is remembered to about a megabyte. */
const mostClean = 4_096;
const longestClean = 256;

/**
 * Gives each record a `SafeText` that redacts each distinct text of the record once. Texts without a secret are
 * remembered beyond the record, because names of devices, people and folders recur. A text that held a secret is
 * forgotten with its record.
 */
export function createSafeTexts(redact: Redact): () => SafeText {
	const clean = new Map<string, Redacted>();
	const remember = (text: string, safe: Redacted): void => {
		if (safe !== text || text.length > longestClean) return;
		if (clean.size >= mostClean) clean.clear();
		clean.set(text, safe);
	};
	return () => {
		const own = new Map<string, Redacted>();
		return (text) => {
			if (text === "") return redactedText``;
			const known = own.get(text) ?? clean.get(text);
			if (known !== undefined) return known;
			const safe = redactPart(redact, text, longestText);
			own.set(text, safe);
			remember(text, safe);
			return safe;
		};
	};
}
