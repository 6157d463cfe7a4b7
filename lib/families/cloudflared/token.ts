import { hash } from "node:crypto";
import { decodedRuns, encodedJson, hasLongRun, jsonStart } from "../../secrets/base64.ts";
import { createLongRunLook } from "../../secrets/long-run.ts";
import type { Tunnel } from "../../sighting/sighting.ts";

/** What a text gives away about one tunnel, and where the secret stands in it. */
export interface FoundTunnel {
	readonly tunnel: Tunnel;
	readonly start: number;
	readonly end: number;
}

const uuid = "[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}";
/** As cloudflared's parser takes it: dashes, braces and `urn:uuid:` are optional. */
const tunnelId = new RegExp(String.raw`^(?:urn:uuid:)?\{?(${uuid})\}?$`, "i");
const hasEightDigits = createLongRunLook(8, (character) => /[0-9a-f]/i.test(character), false);
const accountTag = /^[0-9a-f]{32}$/i;
const objects = /\{[^{}]{30,4000}(?:\}|$)/g;
/** What `readTunnel` takes an account or a tunnel from; most objects in a record have no such member. */
const idMember = /[{,]\s*["']?(?:a|t|AccountTag|TunnelID)["']?\s*:/i;
const looseMember = /[{,]\s*["']?(\w{1,12})["']?\s*:\s*["']?(\{?[^"',{}\s]*\}?)/g;
const layers = 2;
/** No real text holds more; the limit bounds the work on hostile text. Where it is reached, more may stand there. */
export const mostTokens = 64;

/**
 * Tunnel tokens and credentials JSON in a text, in any syntax around them: the account and the tunnel, never the
 * secret. Found by value: what decodes to them is one, wherever it stands.
 */
export function findTunnels(text: string, depth = 0): readonly FoundTunnel[] {
	// Credentials have a brace, a token a run of base64 that begins as JSON does or is long.
	if (!text.includes("{") && !hasLongRun(text) && text.search(jsonStart) === -1) return none;
	const found: FoundTunnel[] = [];
	for (const { start, end, decoded } of encodedJson(text)) {
		if (found.length >= mostTokens) break;
		const tunnel = readTunnel(decoded);
		if (tunnel !== undefined) found.push({ tunnel, start, end });
	}
	found.push(...plainCredentials(text).slice(0, mostTokens));
	if (depth < layers) {
		for (const { start, end, decoded } of decodedRuns(text, depth === 0 ? 4 : 1, found)) {
			if (found.length >= mostTokens) break;
			found.push(...findTunnels(decoded, depth + 1).map(({ tunnel }) => ({ tunnel, start, end })));
		}
	}
	return found.sort((one, other) => one.start - other.start);
}

const none: readonly FoundTunnel[] = [];

/** Credentials JSON, or a token's JSON, that stands in a text as it is; its quotes may be escaped or eaten by a shell. */
export function plainCredentials(text: string): readonly FoundTunnel[] {
	if (!text.includes("{") || !mayHoldIds(text) || !idMember.test(text.replaceAll("\\", ""))) return none;
	const found: FoundTunnel[] = [];
	for (const match of text.matchAll(objects)) {
		const tunnel = readTunnel(match[0].replaceAll("\\", ""));
		if (tunnel !== undefined) found.push({ tunnel, start: match.index, end: match.index + match[0].length });
	}
	return found;
}

/** A UUID in any form that cloudflared accepts, as lower case with dashes; `undefined` for anything else. */
export function readTunnelId(text: string): string | undefined {
	// It has 32 digits, and hardly any other word is as long.
	if (text.length < 32) return undefined;
	const [, digits] = text.match(tunnelId) ?? [];
	return digits
		?.replaceAll("-", "")
		.toLowerCase()
		.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}

/** Reads a tunnel token's JSON or a credentials file, whole or cut short; by key, since two key orders occur. */
function readTunnel(json: string): Tunnel | undefined {
	if (!mayHoldIds(json)) return undefined;
	const fields = members(json);
	const tag = fields.get("a") ?? fields.get("accounttag") ?? "";
	const account = accountTag.test(tag) ? tag.toLowerCase() : "";
	const id = readTunnelId(fields.get("t") ?? fields.get("tunnelid") ?? "") ?? "";
	const cutShort = !json.trimEnd().endsWith("}");
	const enough = cutShort ? account !== "" || id !== "" : account !== "" && id !== "";
	if (!enough) return undefined;
	const endpoint = fields.get("e") ?? fields.get("endpoint") ?? "";
	const secret = fields.get("s") ?? fields.get("tunnelsecret") ?? "";
	return {
		account,
		tunnelId: id,
		endpoint: /^[a-z]{1,16}$/i.test(endpoint) ? endpoint.toLowerCase() : "",
		fingerprint: secret === "" ? "" : fingerprint(secret),
	};
}

/** Both ids begin with so many digits; only an escape could write them otherwise. */
function mayHoldIds(text: string): boolean {
	return text.includes("\\") || hasEightDigits(text);
}

/** The members by key in lower case, as Go reads them; of a text that is no JSON (cut short, quotes eaten by a shell) what is left. */
function members(json: string): ReadonlyMap<string, string> {
	const found = new Map<string, string>();
	try {
		const value: unknown = JSON.parse(json);
		if (typeof value !== "object" || value === null) return found;
		for (const [key, member] of Object.entries(value)) if (typeof member === "string") found.set(key.toLowerCase(), member);
	} catch (error) {
		if (!(error instanceof SyntaxError)) throw error;
		for (const match of json.matchAll(looseMember)) {
			const [whole, key = "", value = ""] = match;
			// A secret that the text ends in may have lost its end; identifiers show by their length that they are whole.
			const cut = match.index + whole.length === json.length && /^(?:s|TunnelSecret)$/i.test(key);
			if (!cut) found.set(key.toLowerCase(), value);
		}
	}
	return found;
}

/** Of the secret's bytes, so that a token and a credentials file of the same tunnel agree. */
function fingerprint(secret: string): string {
	return hash("sha256", Buffer.from(secret, "base64"), "hex").slice(0, 8);
}
