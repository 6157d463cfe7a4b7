import { groupDigits } from "../../lib/notify/group-digits.ts";
import type { Outcome } from "../../lib/pipeline.ts";
import { quarantineCure, quarantineMeaning } from "../quarantine-words.ts";
import type { InputReading } from "./reading.ts";

/** What became of one input. */
export interface InputResult {
	readonly reading: InputReading;
	readonly messages: number;
	readonly records: number;
	/** Records of tables that the rules or the device context read. */
	readonly known: number;
	/** Messages and records that could not be read, by reason. */
	readonly unreadable: ReadonlyMap<string, number>;
}

export type InputVerdict =
	| { readonly kind: "read" | "skipped"; readonly says: string }
	/** Read, but not all of it. */
	| { readonly kind: "partly"; readonly says: string }
	/** Nothing in it was examined: no news from it is no all-clear. */
	| { readonly kind: "unread"; readonly says: string };

export interface Ledger {
	add(reading: InputReading, outcome: Pick<Outcome, "messages" | "records" | "known" | "quarantined">): void;
	/** Every input that was opened, in order. */
	results(): readonly InputResult[];
}

/** Keeps the books of every input, so that none passes for clear without having been read. */
export function createLedger(): Ledger {
	const entries = new Map<InputReading, { messages: number; records: number; known: number; unreadable: Map<string, number> }>();
	return {
		add(reading, { messages, records, known, quarantined }) {
			const entry = entries.get(reading) ?? { messages: 0, records: 0, known: 0, unreadable: new Map<string, number>() };
			entries.set(reading, entry);
			entry.messages += messages;
			entry.records += records;
			entry.known += known;
			for (const { reason } of quarantined) entry.unreadable.set(reason, (entry.unreadable.get(reason) ?? 0) + 1);
		},
		results: () => [...entries].map(([reading, entry]) => ({ reading, ...entry })),
	};
}

/** The result in words. `says` continues the input's name: "a.csv " + says. */
export function inputVerdict({ reading, messages, records, known, unreadable }: InputResult): InputVerdict {
	const { input, problem, foreign } = reading;
	if (problem !== undefined && known === 0) {
		const optional = input.inFolder && (foreign || input.bytes === 0);
		return { kind: optional ? "skipped" : "unread", says: problem };
	}
	if (problem !== undefined) return { kind: "partly", says: problem };
	const [reason, most] = [...unreadable].sort((a, b) => b[1] - a[1])[0] ?? [];
	if (known > 0) return { kind: "read", says: "" };
	if (reason !== undefined && most !== undefined) {
		const says = `was read as ${reading.format}, and nothing in it could be used: ${quarantineMeaning(reason)} (${groupDigits(most)} × ${reason}). ${quarantineCure(reason)}`;
		return { kind: "unread", says };
	}
	if (records > 0) {
		const says = `holds ${groupDigits(records)} records, but none of a table that the rules read. They read the Device tables, such as DeviceProcessEvents.`;
		return { kind: input.inFolder ? "skipped" : "unread", says };
	}
	return { kind: "read", says: messages === 0 ? "holds no messages." : "holds no records." };
}
