import { hash } from "node:crypto";
import type { Decoding } from "../../sighting/reading.ts";
import type { Tunnel } from "../../sighting/sighting.ts";
import { readGoToken } from "./go-token.ts";
import type { Word } from "./words.ts";

/** A token where a start takes its credential from: what cloudflared makes of it, and whose tunnel it names as far as it can be told. */
export interface TokenReading {
	readonly decoding: Decoding;
	/** Absent where nothing of it can be read; of a cut one the account may be all there is. */
	readonly tunnel: Tunnel | undefined;
}

/** cloudflared takes any length; what is longer than this is not read, so it can never approve. */
const longest = 64 * 1_024;
const accountTag = /^[0-9a-f]{32}$/;

/** @param ends the text ends with it: then it may have been cut. */
export function readToken({ value, hidden }: Word, ends: boolean): TokenReading {
	if (hidden) return { decoding: "hidden", tunnel: undefined };
	if (value.length > longest) return { decoding: "cut", tunnel: undefined };
	const read = readGoToken(value);
	if (!read.ok) {
		const tunnel = ends || value.length > 120 ? cutToken(value) : undefined;
		return { decoding: tunnel !== undefined && ends ? "cut" : "broken", tunnel };
	}
	const { account, tunnelId, endpoint, secret, ambiguous } = read.token;
	const tag = account.toLowerCase();
	const whole = accountTag.test(tag) && !/^[0-]+$/.test(tunnelId);
	const tunnel = {
		account: accountTag.test(tag) ? tag : "",
		tunnelId: /^[0-]+$/.test(tunnelId) ? "" : tunnelId,
		endpoint: /^[a-z]{1,16}$/i.test(endpoint) ? endpoint.toLowerCase() : "",
		fingerprint: secret.byteLength === 0 ? "" : hash("sha256", secret, "hex").slice(0, 8),
	};
	return { decoding: whole ? (ambiguous ? "ambiguous" : "readable") : "incomplete", tunnel: tunnel.account === "" ? undefined : tunnel };
}

/** The front of a token whose end is missing: base64 of a JSON object that does not close. */
function cutToken(value: string): Tunnel | undefined {
	const plain = value.replace(/[\r\n]+/g, "");
	const [run = ""] = /^[A-Za-z0-9+/]*/.exec(plain) ?? [];
	if (run.length < 16 || run.length < plain.replace(/=+$/, "").length) return undefined;
	const json = Buffer.from(run.slice(0, run.length - (run.length % 4)), "base64").toString("utf8");
	if (!/^\s*\{\s*"/.test(json) || json.trimEnd().endsWith("}")) return undefined;
	const account = /"a"\s{0,8}:\s{0,8}"([0-9a-f]{32})"/i.exec(json)?.[1]?.toLowerCase() ?? "";
	const tunnelId = /"t"\s{0,8}:\s{0,8}"([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})"/i.exec(json)?.[1]?.toLowerCase() ?? "";
	return { account, tunnelId, endpoint: "", fingerprint: "" };
}
