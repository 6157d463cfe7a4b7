import { createLongRunLook } from "./long-run.ts";
import type { TextRange } from "./text-range.ts";

/** A base64 run in a text that hides more text: its span there, and what it decodes to. */
export interface Encoded {
	readonly start: number;
	readonly end: number;
	readonly decoded: string;
}

/** Four base64 characters whose three bytes are ASCII: cheaper to test than to decode. */
const asciiQuad = "[A-Za-f][A-HQ-Xg-nw-z0-3][ABEFIJMNQRUVYZcdghklopstwx014589][A-Za-z0-9+/_-]";
// `{`, then a quote or white space, and three more ASCII characters: enough to see a first key.
export const jsonStart = new RegExp(`e(?:y[A-DI-L]|w[k-r0-3])[A-Za-z0-9+/_-]${asciiQuad}`, "g");
const jsonStartLength = 8;
const jsonStartHere = new RegExp(jsonStart.source, "y");
const jsonHead = /^\{\s*(?:"[\x20-\x7e]*)?$/;
const asciiQuads = new RegExp(`^(?:${asciiQuad})+[^=]{0,3}={0,2}$`);
const run = /(?:[A-Za-z0-9+/_-]|%2[BF])*(?:=|%3D){0,2}/iy;
const webTokenParts = /(?:\.[A-Za-z0-9_-]+){1,4}/y;
/** What line wrapping, quoting, shell escapes and string concatenation put between two pieces of one run. */
const gap = /(?:[\s"'`^,]|\\[rn]?|\+(?=[\s"'])){1,12}/y;
const piece = /[A-Za-z0-9+/_-]{4,}={0,2}/y;
/** A run is read from its beginning on, so that short ones cost one look each. */
const longRun = /(?<![A-Za-z0-9+/_-])[A-Za-z0-9+/_-]{40,}(?:(?:\r?\n|\\r\\n|\\n)[A-Za-z0-9+/_-]{8,})*={0,2}/g;

/**
 * Base64 runs that decode to the start of a JSON object (tunnel tokens, credentials, certificates' JSON, web tokens),
 * even if cut short, wrapped over lines or split into quoted pieces. Linear: a start that fails costs 24 characters,
 * one that holds is consumed whole.
 */
export function encodedJson(text: string): readonly Encoded[] {
	const found: Encoded[] = [];
	jsonStart.lastIndex = 0;
	while (jsonStart.test(text)) {
		const start = jsonStart.lastIndex - jsonStartLength;
		if (hasJsonHead(text, start)) {
			const encoded = whole(text, start);
			found.push(encoded);
			jsonStart.lastIndex = encoded.end;
		} else jsonStart.lastIndex = start + 1;
	}
	return found;
}

/**
 * Every long base64 run, decoded; bytes of UTF-16LE text lose their zeros. What stands before a run (a folder, say) may
 * look like base64 too and shift it, so the outermost layer is read at all four offsets.
 * @param known a run that overlaps one of these is left out; more can be added while the runs are read.
 */
export function* decodedRuns(text: string, offsets: 1 | 4, known: readonly TextRange[] = []): Generator<Encoded> {
	if (!hasLongRun(text)) return;
	for (const match of text.matchAll(longRun)) {
		const start = match.index;
		const end = start + match[0].length;
		const joined = match[0].replace(/\\r|\\n|[\r\n]/g, "");
		for (let offset = 0; offset < offsets; offset++) {
			if (known.some((other) => other.start < end && start < other.end)) break;
			yield { start, end, decoded: decode(joined.slice(offset)).replaceAll("\0", "") };
		}
	}
}

/** Whether so many characters of base64 stand in a row that the run is decoded. */
export const hasLongRun = createLongRunLook(40, (character) => /[A-Za-z0-9+/_-]/.test(character), false);

/** PowerShell takes any beginning of `-EncodedCommand`. The flag is the first group, its base64 the second. */
export const encodedCommand = /([-/–—―]e(?:c|n|nc|nco|ncod|ncode|ncoded|ncodedc\w{0,6})?["'^]*[\s:]["'\s]*)([A-Za-z0-9+/]{16,}={0,2})/gi;

/** One character for each byte, both alphabets; other characters are skipped. */
function decode(base64: string): string {
	return Buffer.from(base64, "base64").toString("latin1");
}

/** Base64 of UTF-16LE text, which is what `-EncodedCommand` takes; `undefined` when most characters would not be Latin. */
export function decodeWide(base64: string): string | undefined {
	const bytes = Buffer.from(base64, "base64");
	let latin = 0;
	for (let at = 1; at < bytes.length; at += 2) if (bytes[at] === 0) latin++;
	return latin > 0 && latin * 4 >= bytes.length ? bytes.toString("utf16le").replaceAll("\0", "") : undefined;
}

function hasJsonHead(text: string, start: number): boolean {
	return jsonHead.test(decode(leading(text, start)));
}

function leading(text: string, start: number): string {
	const window = text.slice(start, start + 24);
	const end = window.search(/[^A-Za-z0-9+/_-]/);
	return wholeQuads(end === -1 ? window : window.slice(0, end));
}

function whole(text: string, start: number): Encoded {
	const first = matchAt(run, text, start);
	let end = start + first.length;
	const webToken = matchAt(webTokenParts, text, end);
	if (webToken !== "") return { start, end: end + webToken.length, decoded: decode(first) };

	const pieces = [unescaped(first)];
	let tail = lastQuads(unescaped(first));
	while (!/\}\s*$/.test(decode(tail))) {
		const between = matchAt(gap, text, end);
		const next = between === "" ? "" : matchAt(piece, text, end + between.length);
		// A following word is not a piece of the run: it would decode to bytes that no token holds, or begins a token itself.
		if (next === "" || beginsAnother(next) || !asciiQuads.test(tail.slice(tail.length - (tail.length % 4)) + next)) break;
		pieces.push(next);
		tail = lastQuads(tail + next);
		end += between.length + next.length;
	}
	return { start, end, decoded: decode(pieces.join("")) };
}

/** Exactly what the search takes for a start, so that what is no longer joined is found by itself. */
function beginsAnother(next: string): boolean {
	return matchAt(jsonStartHere, next, 0) !== "" && hasJsonHead(next, 0);
}

/** The last twelve characters or so, cut where four of them make three bytes. */
function lastQuads(base64: string): string {
	return base64.slice(Math.max(0, Math.floor((base64.length - 12) / 4) * 4));
}

function wholeQuads(base64: string): string {
	return base64.slice(0, base64.length - (base64.length % 4));
}

function unescaped(base64: string): string {
	return base64.includes("%") ? base64.replace(/%2B/gi, "+").replace(/%2F/gi, "/").replace(/%3D/gi, "=") : base64;
}

/** What a sticky pattern matches at one place; the empty string when it does not. */
export function matchAt(sticky: RegExp, text: string, at: number): string {
	sticky.lastIndex = at;
	return sticky.test(text) ? text.slice(at, sticky.lastIndex) : "";
}
