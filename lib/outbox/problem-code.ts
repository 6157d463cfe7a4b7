/** What can be wrong, as stable text for machines. A closed list: alarms split by it, and each has its page in docs/alarms.md. */
export const problemCodes = [
	"settings-wrong",
	"table-down",
	"hub-unreachable",
	"events-unread",
	"events-late",
	"events-lost",
	"gap-open",
	"stream-silent",
	"drill-missing",
	"destination-down",
	"notice-late",
	"notice-dead",
	"row-unreadable",
	"quarantine",
] as const;

export type ProblemCode = (typeof problemCodes)[number];
