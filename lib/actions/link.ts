import { createHash, createHmac, timingSafeEqual } from "node:crypto";
import { type AnswerKind, answerKinds } from "../findings/answered.ts";

/** Which finding a link is about, and what the person who got it was looking at. It grants a look, and no more. */
export interface AnswerLink {
	/** Of the finding. */
	readonly key: string;
	/** Number of the notice that it stands in. */
	readonly n: number;
	readonly destination: string;
	/** The answer that the page opens with: a preselection, not a right. */
	readonly opens: AnswerKind;
	readonly expires: Date;
}

/** As read back: of the destination only a byte is left. */
export type ReadLink = Omit<AnswerLink, "destination"> & { readonly token: string };

const version = 1;
const signedBytes = 29;
const macBytes = 16;
const tokenLength = 60;
const label = "tunnelwatch link v1\0";

/** 60 characters; the same in every attempt to send the same notice. The first key signs. */
export function signLink([key]: readonly [Buffer, ...Buffer[]], link: AnswerLink): string {
	const bytes = Buffer.alloc(signedBytes);
	bytes.writeUInt8(version, 0);
	bytes.write(link.key, 1, 12, "hex");
	bytes.writeUInt16BE(Math.min(link.n, 0xffff), 13);
	bytes.writeUInt8(createHash("sha256").update(link.destination).digest()[0] ?? 0, 15);
	bytes.writeUInt8(answerKinds.indexOf(link.opens), 16);
	bytes.writeUInt32BE(Math.floor(link.expires.getTime() / 1000), 17);
	createHmac("sha256", key).update(`nonce\0${link.key}-${link.n}\0${link.destination}`).digest().copy(bytes, 21, 0, 8);
	return Buffer.concat([bytes, macOf(key, bytes)]).toString("base64url");
}

/** `undefined` for whatever none of the keys has signed. Nothing is read, so junk costs microseconds. */
export function readLink(keys: readonly Buffer[], token: string): ReadLink | undefined {
	if (token.length !== tokenLength || !/^[\w-]+$/.test(token)) return undefined;
	const all = Buffer.from(token, "base64url");
	const bytes = all.subarray(0, signedBytes);
	const mac = all.subarray(signedBytes);
	if (mac.length !== macBytes || !keys.some((key) => timingSafeEqual(macOf(key, bytes), mac))) return undefined;
	const opens = answerKinds[bytes.readUInt8(16)];
	if (bytes.readUInt8(0) !== version || opens === undefined) return undefined;
	return {
		key: bytes.toString("hex", 1, 13),
		n: bytes.readUInt16BE(13),
		opens,
		expires: new Date(bytes.readUInt32BE(17) * 1000),
		token,
	};
}

function macOf(key: Buffer, bytes: Buffer): Buffer {
	return createHmac("sha256", key).update(label).update(bytes).digest().subarray(0, macBytes);
}

/** Keys of `ACTIONS_KEY`: base64 of 32 random bytes each, separated by blanks; the first signs, all verify. */
export function readKeys(text: string): readonly [Buffer, ...Buffer[]] | undefined {
	const parts = text.trim().split(/\s+/);
	const keys = parts.map((part) => (/^[\w+/-]{43}=?$/.test(part) ? Buffer.from(part, "base64") : Buffer.alloc(0)));
	const [first, ...others] = keys;
	return first !== undefined && keys.length <= 3 && keys.every(({ length }) => length === 32) ? [first, ...others] : undefined;
}
