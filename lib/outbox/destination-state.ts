import * as z from "zod";
import { columns, countColumn, maybeDateColumn } from "../store/columns.ts";
import type { Key, Row, Values } from "../store/table.ts";
import { askedWaitMs, backoffMs, giveUpAfterMs, probeEveryMs } from "./backoff.ts";
import { type Delivery, type FailureReason, failureReasons } from "./delivery.ts";
import { nextSlot, paces, rememberedSlots, type Tier } from "./rate-limits.ts";

/** How one destination is doing, shared by all instances. Times are the table server's. */
export interface DestinationState {
	readonly lastOk: Date | undefined;
	readonly lastTried: Date | undefined;
	/** Nothing is sent before this. */
	readonly pausedUntil: Date | undefined;
	/** Since when it refuses us altogether; then only probes go out. */
	readonly downSince: Date | undefined;
	readonly lastError: FailureReason | undefined;
	readonly lastStatus: number | undefined;
	readonly failuresInARow: number;
	/** When it worked again after it had not: what failed before need not wait any longer. */
	readonly recoveredAt: Date | undefined;
	/** When the last messages went, oldest first: what the pace is measured by. */
	readonly slots: readonly Date[];
}

export const untried: DestinationState = {
	lastOk: undefined,
	lastTried: undefined,
	pausedUntil: undefined,
	downSince: undefined,
	lastError: undefined,
	lastStatus: undefined,
	failuresInARow: 0,
	recoveredAt: undefined,
	slots: [],
};

export type Reservation =
	| { readonly verdict: "go"; readonly state: DestinationState }
	/** `paced`: too many just now. `paused`: the destination is not to be bothered before `until`. */
	| { readonly verdict: "paced" | "paused"; readonly until: Date };

/** A place for one message. A destination that is down gets one probe an hour, whoever asks first. */
export function reserve(state: DestinationState, tier: Tier, paced: boolean, now: Date): Reservation {
	const { pausedUntil, downSince } = state;
	if (pausedUntil !== undefined && pausedUntil > now) return { verdict: "paused", until: pausedUntil };
	const slot = paced ? nextSlot(state.slots, now, paces[tier]) : now;
	if (slot > now) return { verdict: "paced", until: slot };
	const slots = [...state.slots, now].slice(-rememberedSlots);
	const probing = downSince === undefined ? {} : { pausedUntil: later(now, probeEveryMs) };
	return { verdict: "go", state: { ...state, ...probing, slots, lastTried: now } };
}

/** It did not take the last messages: one is enough to find out whether it does again. */
export function isUnwell({ pausedUntil, downSince }: DestinationState): boolean {
	return pausedUntil !== undefined || downSince !== undefined;
}

const failuresBeforePause = 5;

/** Without being asked for more we knock again this soon, with one message, so that an outage ends for us when it ends. */
const longestPauseMs = { unreachable: 60_000, rateLimited: 5 * 60_000 } as const;

/** What the outcome of one message says about its destination. */
export function learn(state: DestinationState, delivery: Delivery, now: Date, random: () => number): DestinationState {
	if (delivery.ok) {
		const recoveredAt = isUnwell(state) ? now : state.recoveredAt;
		return { ...untried, slots: state.slots, lastTried: state.lastTried, lastOk: now, recoveredAt };
	}
	const { reason, scope, status, retryAfterMs } = delivery;
	const seen = { ...state, lastError: reason, lastStatus: status };
	const failuresInARow = state.failuresInARow + 1;
	switch (scope) {
		case "dead":
			// It answered, and only this one message was not to its taste.
			return { ...seen, failuresInARow: 0 };
		case "row": {
			const tooMany = failuresInARow - failuresBeforePause + 1;
			return tooMany > 0
				? { ...seen, failuresInARow, pausedUntil: later(now, Math.min(backoffMs(tooMany, random), longestPauseMs.unreachable)) }
				: { ...seen, failuresInARow };
		}
		case "destination": {
			const ownMs = Math.min(backoffMs(failuresInARow, random), longestPauseMs.rateLimited);
			const waitMs = retryAfterMs === undefined ? ownMs : askedWaitMs(retryAfterMs, random);
			return { ...seen, failuresInARow, pausedUntil: later(now, waitMs) };
		}
		case "down":
			// "Gone" asks not to be called again: no probe until a person has changed the setting and resumed it.
			return {
				...seen,
				failuresInARow,
				downSince: state.downSince ?? now,
				pausedUntil: later(now, reason === "gone" ? giveUpAfterMs : probeEveryMs),
			};
	}
}

export function destinationAddress(name: string): Key {
	return { partitionKey: "meta", rowKey: `h|${name}` };
}

export function destinationValues({ slots, ...state }: DestinationState): Values {
	return columns({ v: 1, ...state, slots: slots.map((slot) => slot.getTime()).join(" ") });
}

const schema = z.object({
	lastOk: maybeDateColumn,
	lastTried: maybeDateColumn,
	pausedUntil: maybeDateColumn,
	downSince: maybeDateColumn,
	lastError: z.enum(failureReasons).optional(),
	lastStatus: z.number().optional(),
	failuresInARow: countColumn,
	recoveredAt: maybeDateColumn,
	slots: z
		.string()
		.regex(/^(\d{1,15}( \d{1,15})*)?$/)
		.transform((text) => (text === "" ? [] : text.split(" ").map((slot) => new Date(Number(slot))))),
});

/** A row that cannot be read is as good as none: all it can cost is one message too many. */
export function readDestination(row: Row | undefined): DestinationState {
	const read = schema.safeParse(row?.values);
	return read.success ? { ...untried, ...read.data } : untried;
}

function later(moment: Date, ms: number): Date {
	return new Date(moment.getTime() + ms);
}
