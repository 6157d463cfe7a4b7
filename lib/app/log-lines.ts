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
	/** One line per minute; also the sign of life. */
	deliver: ["sent", "retried", "dead", "owed", "oldestOwedMs", "destinationsDown", "quarantined", "possibleDuplicates", "ms"],
	/** Something a person should look at; `what` holds no value of a setting and no text from a device. */
	error: ["what"],
} as const;

type Counters<Event extends "detect" | "deliver"> = { readonly event: Event } & {
	readonly [Field in (typeof logLineFields)[Event][number]]: number;
};

export type DetectLine = Counters<"detect">;
export type DeliverLine = Counters<"deliver">;
export type ErrorLine = { readonly event: "error"; readonly what: string };
