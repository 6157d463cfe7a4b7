import type { EventPosition } from "@azure/event-hubs";

/** Where to begin. `checkpoint` = where the last run ended, or at the oldest message when there was none. */
type From =
	| { readonly kind: "checkpoint" | "earliest" | "latest" }
	| { readonly kind: "time"; readonly at: Date }
	| { readonly kind: "number"; readonly partition: string; readonly sequenceNumber: number };

export interface Wanted {
	readonly from: From;
	/** Last message to read, of the partition that `from` names. */
	readonly to: number | undefined;
	/** Keep reading new messages. */
	readonly follow: boolean;
}

export type WantedResult = { readonly ok: true; readonly wanted: Wanted } | { readonly ok: false; readonly mistake: string };

export interface WantedOptions {
	readonly from?: string | undefined;
	readonly to?: string | undefined;
	readonly follow: boolean;
}

/** What the options ask for. */
export function parseWanted({ from, to, follow }: WantedOptions): WantedResult {
	const start = from === undefined ? { kind: "checkpoint" as const } : parseFrom(from);
	if (start === undefined) {
		return no("--from takes earliest, latest, a time such as 2026-11-21T19:00:00Z, or <partition>:<sequence number>");
	}
	if (start.kind === "latest" && !follow) return no("--from latest reads only what comes from now on, so it needs --follow");
	if (to === undefined) return { ok: true, wanted: { from: start, to: undefined, follow } };
	const end = placeOf(to);
	if (follow) return no("--to and --follow contradict each other");
	if (end === undefined) return no("--to takes <partition>:<sequence number>");
	if (start.kind !== "number" || start.partition !== end.partition) return no("--to needs --from with a place in the same partition");
	if (end.sequenceNumber < start.sequenceNumber) return no("--to lies before --from");
	return { ok: true, wanted: { from: start, to: end.sequenceNumber, follow } };
}

function parseFrom(text: string): From | undefined {
	if (text === "earliest" || text === "latest") return { kind: text };
	const place = placeOf(text);
	if (place !== undefined) return { kind: "number", ...place };
	// A time zone is required: a time read in another zone than it was meant in leaves a gap.
	const at = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2})$/.test(text) ? new Date(text) : undefined;
	return at === undefined || Number.isNaN(at.getTime()) ? undefined : { kind: "time", at };
}

function placeOf(text: string): { readonly partition: string; readonly sequenceNumber: number } | undefined {
	const [, partition, number] = /^(\d{1,4}):(\d{1,15})$/.exec(text) ?? [];
	return partition === undefined || number === undefined ? undefined : { partition, sequenceNumber: Number(number) };
}

function no(mistake: string): WantedResult {
	return { ok: false, mistake };
}

/** What the hub says about a partition. */
export interface PartitionState {
	readonly partition: string;
	/** Oldest message still kept. */
	readonly beginning: number;
	/** Newest message; −1 when there never was one. */
	readonly last: number;
	readonly newestAt: Date;
}

/** What to read of one partition. */
export interface Stretch {
	readonly partition: string;
	readonly start: EventPosition;
	/** The message to end with; `undefined` = never end. */
	readonly until: number | undefined;
}

export interface Planned {
	/** `undefined` = nothing to read there. */
	readonly stretch: Stretch | undefined;
	/** What a person must know, above all when messages are gone before they were read. */
	readonly warning: string | undefined;
}

/** Decides what to read of a partition. `reached` is the last message that an earlier run recorded. */
export function planPartition(state: PartitionState, { from, to, follow }: Wanted, reached: number | undefined): Planned {
	const until = to ?? (follow ? undefined : state.last);
	if (from.kind === "time") {
		// The hub compares with >, and a person who names a moment means it included.
		const start = { enqueuedOn: new Date(from.at.getTime() - 1) };
		const behind = until !== undefined && (state.last < state.beginning || state.newestAt < from.at);
		return { stretch: behind ? undefined : { partition: state.partition, start, until }, warning: undefined };
	}
	const { first, warning } = firstOf(state, from, reached);
	if (until !== undefined && first > Math.min(until, state.last)) return { stretch: undefined, warning };
	// A hub refuses "from number n on" when n does not exist yet; "after n − 1" it accepts.
	const start = first <= state.beginning ? { offset: "-1" } : { sequenceNumber: first - 1, isInclusive: false };
	return { stretch: { partition: state.partition, start, until: until === undefined ? undefined : Math.min(until, state.last) }, warning };
}

interface First {
	readonly first: number;
	readonly warning?: string;
}

function firstOf(
	{ partition, beginning, last }: PartitionState,
	from: Exclude<From, { kind: "time" }>,
	reached: number | undefined,
): First {
	switch (from.kind) {
		case "earliest":
			return { first: beginning };
		case "latest":
			return { first: last + 1 };
		case "number":
			if (from.sequenceNumber > last)
				return { first: from.sequenceNumber, warning: `Partition ${partition} ends with message ${last}: nothing to read there yet.` };
			return notBefore(from.sequenceNumber);
		case "checkpoint":
			if (reached === undefined) return { first: beginning };
			if (reached > last) {
				return {
					first: beginning,
					warning: `Partition ${partition} is younger than its checkpoint (the hub was created anew): reading it from its beginning.`,
				};
			}
			return notBefore(reached + 1);
	}
	function notBefore(first: number): First {
		if (first >= beginning) return { first };
		return {
			first: beginning,
			warning: `Partition ${partition}: messages ${first} to ${beginning - 1} are gone, because the hub keeps them only for its retention time; reading from ${beginning}.`,
		};
	}
}
