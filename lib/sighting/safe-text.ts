import { hash } from "node:crypto";
import { isPlainValue } from "../secrets/plain-values.ts";
import type { Redact } from "../secrets/redact.ts";
import { redactPart } from "../secrets/redact-part.ts";
import { type Redacted, redactedText } from "../secrets/redacted.ts";

/** Makes a text of a record fit to be shown. */
export type SafeText = (text: string) => Redacted;

/** The longest text that goes into a sighting; the rest is counted. */
const longestText = 8_192;
/** Bounds what is remembered of short texts without a secret to about a megabyte. */
const mostClean = 4_096;
const longestClean = 256;
/** Bounds what is remembered of all others to about a megabyte too. */
const mostOthers = 256;
const longestOther = 4_096;

/**
 * Gives each record a `SafeText` that redacts each distinct text once, most of them beyond the record: names of devices,
 * people and folders recur, and a flood repeats its command lines. A short text without a secret is remembered as it is.
 * Of any other only its SHA-256 is, so no secret outlives its record.
 */
export function createSafeTexts(redact: Redact): () => SafeText {
	const clean = new Map<string, Redacted>();
	const others = new Map<string, Redacted>();
	const known = (text: string): Redacted => {
		const short = text.length <= longestClean ? clean.get(text) : undefined;
		if (short !== undefined) return short;
		const name = hash("sha256", text, "base64");
		const other = others.get(name);
		if (other !== undefined) return other;
		const safe = redactPart(redact, text, longestText);
		const kept = alone(safe);
		if (safe === text && text.length <= longestClean) keep(clean, mostClean, kept, kept);
		else keep(others, mostOthers, name, kept);
		return kept;
	};
	return () => {
		let long: Map<string, Redacted> | undefined;
		return (text) => {
			if (text === "") return nothing;
			// Most of these come once; remembered, they would push out what recurs.
			if (isPlainValue(text)) return redact(text);
			if (text.length <= longestOther) return known(text);
			long ??= new Map();
			const safe = long.get(text) ?? redactPart(redact, text, longestText);
			long.set(text, safe);
			return safe;
		};
	};
}

const nothing = redactedText``;

/** The same text in memory of its own: a part of a text keeps the whole of it alive. */
function alone(safe: Redacted): Redacted {
	// Redacted text is well-formed, so nothing changes on the way.
	return Buffer.from(safe).toString() as Redacted;
}

function keep(kept: Map<string, Redacted>, most: number, key: string, safe: Redacted): void {
	if (kept.size >= most) kept.clear();
	kept.set(key, safe);
}
