import { createHash, createHmac, timingSafeEqual } from "node:crypto";

/** The page and person a form belongs to. Sent from or for anything else, it does not verify. */
export interface FormPlace {
	/** The link whose page it stands on. */
	readonly link: string;
	/** Number of the finding's newest notice, and what a silence would cover, as the page showed them. */
	readonly n: number;
	readonly scope: string;
	/** Object id of who is signed in; `-` without sign-in. */
	readonly person: string;
	/** Of this very visit. */
	readonly cookie: string;
}

const label = "tunnelwatch form v1\0";
const lifeMs = 15 * 60_000;
const macBytes = 16;

/** Good once, for 15 minutes. @param nonce 8 random bytes. */
export function signForm([key]: readonly [Buffer, ...Buffer[]], place: FormPlace, nonce: Buffer, now: Date): string {
	const head = Buffer.alloc(4);
	head.writeUInt32BE(Math.floor((now.getTime() + lifeMs) / 1000));
	const bytes = Buffer.concat([head, nonce]);
	return Buffer.concat([bytes, macOf(key, place, bytes)]).toString("base64url");
}

export type ReadForm =
	| { readonly ok: true /** Names the form in the audit trail. */; readonly id: string }
	/** `old`: it was ours and its time is over. `foreign`: of another page, finding, person or visit; or something changed. */
	| { readonly ok: false; readonly why: "old" | "foreign" };

/** Checks a form's token against every key, current and former, in constant time. A malformed token is `foreign`; never throws. */
export function readForm(keys: readonly Buffer[], place: FormPlace, token: string, now: Date): ReadForm {
	const all = Buffer.from(/^[\w-]{38}$/.test(token) ? token : "", "base64url");
	if (all.length !== 12 + macBytes) return { ok: false, why: "foreign" };
	const bytes = all.subarray(0, 12);
	if (!keys.some((key) => timingSafeEqual(macOf(key, place, bytes), all.subarray(12)))) return { ok: false, why: "foreign" };
	if (bytes.readUInt32BE(0) * 1000 <= now.getTime()) return { ok: false, why: "old" };
	return { ok: true, id: bytes.toString("hex", 4) };
}

function macOf(key: Buffer, { link, n, scope, person, cookie }: FormPlace, bytes: Buffer): Buffer {
	const visit = createHash("sha256").update(cookie).digest("hex");
	return createHmac("sha256", key)
		.update(label)
		.update(JSON.stringify([link, n, scope, person, visit]))
		.update(bytes)
		.digest()
		.subarray(0, macBytes);
}
