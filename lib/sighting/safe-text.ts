import { hash } from "node:crypto";
import { isPlainValue } from "../secrets/plain-values.ts";
import type { Redact } from "../secrets/redact.ts";
import { redactPart } from "../secrets/redact-part.ts";
import { type Redacted, redactedText } from "../secrets/redacted.ts";

/** Makes a text of a record fit to be shown. */
export type SafeText = (text: string) => Redacted;

/** The longest text that goes into a sighting; the rest is counted. */
const longestText = 8_192;
/** Bounds what is remembered of texts without a secret to about a megabyte. */
const mostClean = 4_096;
const longestClean = 256;
/** Bounds what is remembered of longer ones, and of texts with a secret, to about a megabyte each. */
const mostOthers = 256;
const longestOther = 4_096;

/**
 * Gives each record a `SafeText` that redacts each distinct text once, most of them beyond the record: names of devices,
 * people and folders recur, and a flood repeats its command lines. A text without a secret is remembered as it is. Of any
 * other only its SHA-256 is, so no secret outlives its record.
 */
export function createSafeTexts(redact: Redact): () => SafeText {
	const clean = new Map<string, Redacted>();
	const cleanLong = new Map<string, Redacted>();
	const others = new Map<string, Redacted>();
	// A text can only be one of the others if it is as long as one of them: most need no hash.
	const lengths = new Set<number>();
	const known = (text: string): Redacted => {
		const ownWords = text.length <= longestClean ? clean : cleanLong;
		const same = ownWords.get(text);
		if (same !== undefined) return same;
		const other = lengths.has(text.length) ? others.get(nameOf(text)) : undefined;
		if (other !== undefined) return other;
		const safe = redactPart(redact, text, longestText);
		const kept = alone(safe);
		if (safe === text) keep(ownWords, text.length <= longestClean ? mostClean : mostOthers, kept, kept);
		else {
			if (keep(others, mostOthers, nameOf(text), kept)) lengths.clear();
			lengths.add(text.length);
		}
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

function nameOf(text: string): string {
	return hash("sha256", text, "base64");
}

/** @returns whether all that was kept before had to go. */
function keep(kept: Map<string, Redacted>, most: number, key: string, safe: Redacted): boolean {
	const isFull = kept.size >= most;
	if (isFull) kept.clear();
	kept.set(key, safe);
	return isFull;
}
