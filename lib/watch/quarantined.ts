import type { Coordinates } from "../defender/message.ts";

/** A message, or one record of it, that cannot be read: where to find it again and why, never what it says. */
export interface Quarantined {
	readonly at: Coordinates;
	/** Index in the message; absent when the message as a whole is unreadable. */
	readonly record: number | undefined;
	readonly reason: string;
	/** Number of records this entry stands for; 1 if absent. */
	readonly count?: number;
	/** For unexpected errors: the error's class, never its text. */
	readonly error?: string;
	/** Of the message, in bytes. */
	readonly size: number;
	readonly sha256: string;
}

/** Number of messages and records that the entries stand for. */
export function recordsIn(entries: readonly Quarantined[]): number {
	return entries.reduce((sum, { count = 1 }) => sum + count, 0);
}
