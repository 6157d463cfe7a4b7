import { createHmac } from "node:crypto";

/** Reads `whsec_…` secrets, separated by blanks; `undefined` when one of them is not 24 to 64 bytes in base64. */
export function readSecrets(text: string): readonly Buffer[] | undefined {
	const keys = text
		.split(/\s+/)
		.filter((part) => part !== "")
		.map(readSecret);
	return keys.every((key) => key !== undefined) ? keys : undefined;
}

function readSecret(text: string): Buffer | undefined {
	const encoded = /^whsec_([A-Za-z0-9+/]+={0,2})$/.exec(text)?.[1];
	const key = Buffer.from(encoded ?? "", "base64");
	return key.length >= 24 && key.length <= 64 ? key : undefined;
}

/** The header value of Standard Webhooks: one signature per key, so that a receiver can change keys without a gap. */
export function signatureHeader(keys: readonly Buffer[], id: string, seconds: number, body: string): string {
	return keys.map((key) => `v1,${createHmac("sha256", key).update(`${id}.${seconds}.${body}`).digest("base64")}`).join(" ");
}
