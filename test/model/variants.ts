/** The model with one line of the protocol left out. Each has a saboteur of the same name in the simulation, and fails in both. */
export interface Variant {
	readonly name: string;
	/** What the model calls it. */
	readonly define: string;
}

export const variants: readonly Variant[] = [
	{ name: "a claim is written without its ETag", define: "CLAIM_WITHOUT_ETAG" },
	{ name: "a lease never ends", define: "LEASE_NEVER_ENDS" },
	{ name: "a lease is not checked before its row is marked", define: "LEASE_NOT_CHECKED" },
	{ name: "done, although more is wanted", define: "DONE_ALTHOUGH_MORE" },
	{ name: "marked before it is sent", define: "MARKED_BEFORE_SENT" },
	{ name: "seen records are not remembered", define: "RECORDS_FORGOTTEN" },
	{ name: "an error while recording is swallowed", define: "ACKNOWLEDGED_FIRST" },
	{ name: "a failed request counts as delivered", define: "FAILED_COUNTS_AS_SENT" },
];
