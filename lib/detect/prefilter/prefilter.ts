import type { Rule } from "../rule.ts";
import { type Literal, literalsOf } from "./literals.ts";
import { createScan } from "./scan.ts";
import { createSlicer } from "./slice.ts";

/** Result for a message's raw bytes: no rule can match, only these records can, or it must be parsed to know. */
export type Sifted =
	| { readonly verdict: "nothing" }
	| { readonly verdict: "records"; readonly records: readonly unknown[] }
	| { readonly verdict: "whole" };

export interface Sieve {
	readonly sift: (bytes: Uint8Array) => Sifted;
	/** Ids of rules without a literal: every record of their tables is parsed. */
	readonly open: readonly string[];
}

/**
 * Rules out messages and records before anything is parsed. It may let too much through, never too little: the exact
 * rules decide, on parsed records. Nothing is missed in valid UTF-8 JSON by rules that fold ASCII only, because:
 *
 * 1. Every record that a rule matches holds one of the rule's literals in a decoded value (literals.ts).
 * 2. In the raw bytes, that literal is either written out or has a character written as `\u00XX` (pattern.ts).
 * 3. The scan finds both, at any position (scan.ts).
 * 4. After a hit, the whole record is parsed, or else the whole message (slice.ts).
 *
 * @param texts also let through, such as the names of tables that no rule reads.
 */
export function createSieve(rules: readonly Rule[], texts: readonly string[] = []): Sieve {
	const { literals, open } = literalsOf(rules, texts);
	return { sift: literals.length === 0 ? () => ({ verdict: "whole" }) : createSift(literals), open };
}

function createSift(literals: readonly Literal[]): (bytes: Uint8Array) => Sifted {
	const scan = createScan(literals);

	return (bytes) => {
		// Compressed, cut short, in another encoding or no JSON: reading it will tell.
		const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
		if (!looksComplete(buffer)) return { verdict: "whole" };
		const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
		let hit = scan(bytes, view, 0);
		if (hit === -1) return { verdict: "nothing" };

		const cut = createSlicer(buffer);
		const records: unknown[] = [];
		while (hit !== -1) {
			const slice = cut(hit);
			if (slice === undefined) return { verdict: "whole" };
			records.push(slice.record);
			hit = scan(bytes, view, slice.end);
		}
		return { verdict: "records", records };
	};
}

/**
 * True if the bytes begin and end like a message, apart from blanks and a byte order mark. A list cut short between two
 * records still ends with `}`, but not with the list's `]`. Damage in the middle of a message without any literal goes
 * unnoticed.
 */
function looksComplete(buffer: Buffer): boolean {
	if (isWrittenPlainly(buffer)) return true;
	const head = buffer.toString("latin1", 0, edgeBytes);
	const tail = buffer.toString("latin1", Math.max(0, buffer.byteLength - edgeBytes));
	return /^(?:\xef\xbb\xbf)?\s*\{\s*"records"/.test(head) ? /\]\s*\}\s*$/.test(tail) : /^\s*\{/.test(head) && /\}\s*$/.test(tail);
}

const edgeBytes = 64;

/** Without a blank at its edges, as the export writes. Told by their bytes: for a small message, texts cost as much as the scan. */
function isWrittenPlainly(buffer: Buffer): boolean {
	for (let at = 0; at < plainHead.length; at++) if (buffer[at] !== plainHead[at]) return false;
	const end = buffer.byteLength;
	return buffer[end - 2] === closeBracket && buffer[end - 1] === closeBrace;
}

const plainHead = Buffer.from('{"records"');
const [closeBracket, closeBrace] = [93, 125] as const;
