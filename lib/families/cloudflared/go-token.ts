import { decodeString, jsonMembers, type Member } from "./json-members.ts";

/** What cloudflared reads from a tunnel token. Any text may stand as the account; nothing here is checked for sense. */
export interface GoToken {
	readonly account: string;
	/** UUID, lower case with dashes; all zeros where the token names none. */
	readonly tunnelId: string;
	readonly endpoint: string;
	/** Raw bytes: never show, never store. */
	readonly secret: Uint8Array;
	/** A name that stands twice or is not one plain letter: Go reads it, but nobody writes such a token in good faith. */
	readonly ambiguous: boolean;
}

export type GoTokenRead = { readonly ok: true; readonly token: GoToken } | { readonly ok: false; readonly mistake: "base64" | "json" };

const noTunnel = "00000000-0000-0000-0000-000000000000";
/** `ignoreBOM` keeps the mark, which Go refuses; invalid bytes become U+FFFD there too. */
const utf8 = new TextDecoder("utf-8", { ignoreBOM: true });
/** Where its length is a multiple of four. */
const standardBase64 = /^[A-Za-z0-9+/]*={0,2}$/;

/**
 * Decodes a token exactly as cloudflared does: base64.StdEncoding, then json.Unmarshal into {a, s, t, e}. Names ignore
 * case, a later member overwrites an earlier one, `null` changes nothing, and one wrong type rejects the whole token.
 */
export function readGoToken(text: string): GoTokenRead {
	const bytes = standardDecode(text);
	if (bytes === undefined) return { ok: false, mistake: "base64" };
	const members = jsonMembers(utf8.decode(bytes));
	if (members === undefined) return { ok: false, mistake: "json" };
	const token = readMembers(members === "null" ? [] : members);
	return token === undefined ? { ok: false, mistake: "json" } : { ok: true, token };
}

/** As Go's StdEncoding: line breaks are dropped anywhere, padding is required, unused low bits are not looked at. */
function standardDecode(text: string): Uint8Array | undefined {
	const plain = text.replace(/[\r\n]+/g, "");
	return plain.length % 4 === 0 && standardBase64.test(plain) ? Buffer.from(plain, "base64") : undefined;
}

function readMembers(members: readonly Member[]): GoToken | undefined {
	let [account, tunnelId, endpoint] = ["", noTunnel, ""];
	let secret: Uint8Array = new Uint8Array();
	const named = new Set<string>();
	let ambiguous = false;
	let wrong = false;
	const keep = <T>(value: T | undefined, set: (value: T) => void): void => {
		if (value === undefined) wrong = true;
		else set(value);
	};
	for (const { name, escaped, text } of members) {
		const field = fold(name);
		if (field === undefined) continue;
		if (named.has(field) || escaped || name === "ſ") ambiguous = true;
		named.add(field);
		if (text === "null") continue;
		if (field === "a") keep(stringOf(text), (value) => (account = value));
		if (field === "e") keep(stringOf(text), (value) => (endpoint = value));
		if (field === "t") keep(uuidOf(text), (value) => (tunnelId = value));
		if (field === "s") keep(bytesOf(text), (value) => (secret = value));
	}
	return wrong ? undefined : { account, tunnelId, endpoint, secret, ambiguous };
}

/** Go's case folding over the four names; the long s folds to `s`. */
function fold(name: string): "a" | "s" | "t" | "e" | undefined {
	switch (name) {
		case "a":
		case "A":
			return "a";
		case "s":
		case "S":
		case "ſ":
			return "s";
		case "t":
		case "T":
			return "t";
		case "e":
		case "E":
			return "e";
		default:
			return undefined;
	}
}

function stringOf(text: string): string | undefined {
	return text.startsWith('"') ? decodeString(text) : undefined;
}

/** A base64 string, or an array of bytes. */
function bytesOf(text: string): Uint8Array | undefined {
	const string = stringOf(text);
	if (string !== undefined) return standardDecode(string);
	if (!text.startsWith("[")) return undefined;
	const inner = text.slice(1, -1).trim();
	if (inner === "") return new Uint8Array();
	const numbers = inner.split(",").map((one) => one.trim().replace(/^null$/, "0"));
	return numbers.every((one) => /^\d{1,3}$/.test(one) && Number(one) <= 255) ? Uint8Array.from(numbers, Number) : undefined;
}

/** google/uuid: 36 characters, `urn:uuid:` before them, any one byte around them, or 32 digits. */
function uuidOf(text: string): string | undefined {
	const string = stringOf(text);
	if (string === undefined) return undefined;
	const bytes = Buffer.from(string, "utf8").toString("latin1");
	const dashed = bytes.length === 38 ? bytes.slice(1, 37) : bytes.length === 45 && /^urn:uuid:/i.test(bytes) ? bytes.slice(9) : bytes;
	const plain = /^([0-9a-f]{8})-?([0-9a-f]{4})-?([0-9a-f]{4})-?([0-9a-f]{4})-?([0-9a-f]{12})$/i.exec(dashed);
	const right = dashed.length === 36 ? /^.{8}-.{4}-.{4}-.{4}-/.test(dashed) : bytes.length === 32;
	return plain === null || !right ? undefined : plain.slice(1).join("-").toLowerCase();
}
