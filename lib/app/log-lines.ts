import type { PageResponse } from "../actions/page-response.ts";

/**
 * The lines that the functions log, one JSON object each. Alarms and saved queries in infra/ read these fields by name;
 * a test compares the names, so a field is renamed here and there or not at all.
 */
export const logLineFields = {
	/** One line per batch. */
	detect: [
		"messages",
		"records",
		"matches",
		"findings",
		"notices",
		"held",
		"quarantined",
		"sent",
		"retried",
		"possibleDuplicates",
		"eventAgeMs",
		"ms",
	],
	/** One line per minute; also shows that the function is alive. */
	deliver: [
		"sent",
		"retried",
		"dead",
		"owed",
		"oldestOwedMs",
		"destinationsDown",
		"quarantined",
		"possibleDuplicates",
		"unread",
		"oldestUnreadMs",
		"silentMs",
		"gaps",
		"reread",
		"lost",
		"codes",
		"ms",
	],
	/** One line per answer that was recorded; it names nobody. */
	answer: ["finding", "answer", "verified"],
	/** Something a person should look at; `what` holds no value of a setting and no text from a device. */
	error: ["what"],
} as const;

type Counters<Event extends "detect" | "deliver"> = { readonly event: Event } & {
	readonly [Field in Exclude<(typeof logLineFields)[Event][number], "codes">]: number;
};

export type DetectLine = Counters<"detect">;
/** `codes`: everything that is wrong at this moment, each as `code` or `code:subject`; alarms are made of it. */
export type DeliverLine = Counters<"deliver"> & { readonly codes: readonly string[] };
/** The finding's short id, the kind of answer, and whether a sign-in proved who gave it. */
export type AnswerLine = { readonly event: "answer" } & NonNullable<PageResponse["recorded"]>;
export type ErrorLine = { readonly event: "error"; readonly what: string };
