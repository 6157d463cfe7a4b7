import { createHash } from "node:crypto";
import type { UnreadableReason } from "../defender/envelope.ts";
import type { Message } from "../defender/message.ts";
import type { Quarantined } from "./quarantined.ts";

/** Why a message or one of its records is set aside. */
export interface Setback {
	/** Position in the message; `undefined` = the whole message, or an unknown position. */
	readonly record: number | undefined;
	readonly reason: UnreadableReason | "other-tenant" | "unexpected" | "killed-the-reader" | "row-newer";
	readonly count?: number;
	readonly error?: string;
}

/** At most this many records of one message get an entry each. */
const named = 20;

/**
 * The entries of one message: the first twenty one by one, and the rest as one entry for each reason, with a count.
 * A message of 300,000 bad records is then a few rows, and its bytes are hashed once.
 */
export function entriesOf({ at, body }: Message, setbacks: readonly Setback[]): readonly Quarantined[] {
	if (setbacks.length === 0) return [];
	const bytes = body instanceof Uint8Array ? body : new TextEncoder().encode(typeof body === "string" ? body : "");
	const message = { at, size: bytes.byteLength, sha256: createHash("sha256").update(bytes).digest("hex") };
	const rest = Map.groupBy(setbacks.slice(named), ({ reason }) => reason);
	const gathered = [...rest.values()].flatMap((group): readonly Setback[] => {
		const [first] = group;
		if (first === undefined) return [];
		const count = group.reduce((sum, one) => sum + (one.count ?? 1), 0);
		return [{ ...first, count }];
	});
	return [...setbacks.slice(0, named), ...gathered].map((setback) => ({ ...message, ...setback, record: at.record ?? setback.record }));
}
