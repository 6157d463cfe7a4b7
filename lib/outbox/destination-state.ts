import * as z from "zod";
import { columns, countColumn, maybeDateColumn } from "../store/columns.ts";
import type { Key, Row, Values } from "../store/table.ts";
import { askedWaitMs, backoffMs, giveUpAfterMs, probeAfterMs } from "./backoff.ts";
import { type Delivery, type FailureReason, failureReasons } from "./delivery.ts";

/** How one destination is doing, shared by all instances. Times are the table server's. */
export interface DestinationState {
	readonly lastOk: Date | undefined;
	readonly lastTried: Date | undefined;
	/** Nothing is sent before this. */
	readonly pausedUntil: Date | undefined;
	/** Since when it refuses us altogether; then only probes go out. */
	readonly downSince: Date | undefined;
	/** Attempts since then. */
	readonly probes: number;
	readonly lastError: FailureReason | undefined;
	readonly lastStatus: number | undefined;
	readonly failuresInARow: number;
	/** Ids of the notices that it refused since it last took one: three different ones say that it refuses us, not them. */
	readonly refused: readonly string[];
	/** When it worked again after it had not: what failed before need not wait any longer. */
	readonly recoveredAt: Date | undefined;
	/** When messages went or are going to go, oldest first: what the pace is measured by. */
	readonly slots: readonly Date[];
}

export const untried: DestinationState = {
	lastOk: undefined,
	lastTried: undefined,
	pausedUntil: undefined,
	downSince: undefined,
	probes: 0,
	lastError: undefined,
	lastStatus: undefined,
	failuresInARow: 0,
	refused: [],
	recoveredAt: undefined,
	slots: [],
};

/** True until `pausedUntil`; at that very moment sending is allowed again. */
export function isPaused({ pausedUntil }: DestinationState, serverNow: Date): boolean {
	return pausedUntil !== undefined && pausedUntil > serverNow;
}

/** It did not take the last messages: one is enough to find out whether it does again. */
export function isUnwell({ pausedUntil, downSince }: DestinationState): boolean {
	return pausedUntil !== undefined || downSince !== undefined;
}

/** When it took a message last, as far as the table knows: while it is well, each place in its pace was one. */
export function lastTaken(state: DestinationState, now: Date): Date | undefined {
	const { lastOk, failuresInARow, refused, slots } = state;
	const last = isUnwell(state) || failuresInARow > 0 || refused.length > 0 ? undefined : slots.findLast((slot) => slot <= now);
	return lastOk === undefined || (last !== undefined && last > lastOk) ? last : lastOk;
}

const failuresBeforePause = 5;
const refusalsBeforeDown = 3;

/** Without being asked for more we try again this soon, with one message, so that an outage ends for us when it ends. */
const longestPauseMs = { unreachable: 60_000, rateLimited: 5 * 60_000 } as const;

/**
 * What the outcome of one message says about its destination.
 * @param startedAt when it was sent. Of many under way together, only the first failure marks the destination unwell;
 * the others must not count as probes.
 */
export function learn(
	state: DestinationState,
	delivery: Delivery,
	noticeId: string,
	now: Date,
	random: () => number,
	startedAt: Date = now,
): DestinationState {
	if (delivery.ok) {
		const recoveredAt = isUnwell(state) ? now : state.recoveredAt;
		return { ...untried, slots: state.slots, lastTried: now, lastOk: now, recoveredAt };
	}
	const { reason, scope, status, retryAfterMs } = delivery;
	const wasUnderWay = isUnwell(state) && state.lastTried !== undefined && startedAt < state.lastTried;
	const failuresInARow = wasUnderWay ? state.failuresInARow : state.failuresInARow + 1;
	const seen = { ...state, lastTried: now, lastError: reason, lastStatus: status, failuresInARow };
	switch (scope) {
		case "dead": {
			// It answered. One refused notice is at fault itself; three different ones in a row are not.
			const refused = [...state.refused.filter((id) => id !== noticeId), noticeId].slice(-refusalsBeforeDown);
			const refusing = { ...seen, failuresInARow: 0, refused };
			return refused.length < refusalsBeforeDown || wasUnderWay ? refusing : down(refusing, now);
		}
		case "row": {
			const tooMany = failuresInARow - failuresBeforePause + 1;
			return tooMany > 0 ? { ...seen, pausedUntil: later(now, Math.min(backoffMs(tooMany, random), longestPauseMs.unreachable)) } : seen;
		}
		case "destination": {
			const ownMs = Math.min(backoffMs(Math.max(1, failuresInARow), random), longestPauseMs.rateLimited);
			const waitMs = retryAfterMs === undefined ? ownMs : askedWaitMs(retryAfterMs, random);
			return { ...seen, pausedUntil: later(now, waitMs) };
		}
		case "down":
			// "Gone" asks not to be called again: no probe until a person has changed the setting and resumed it.
			if (reason === "gone") return { ...seen, downSince: state.downSince ?? now, pausedUntil: later(now, giveUpAfterMs) };
			return wasUnderWay && state.downSince !== undefined ? seen : down(seen, now);
	}
}

/** Gives the place of a message that reached nobody back. */
export function withoutPlace(state: DestinationState, place: Date): DestinationState {
	const index = state.slots.findLastIndex((slot) => slot.getTime() === place.getTime());
	return index === -1 ? state : { ...state, slots: state.slots.toSpliced(index, 1) };
}

function down(state: DestinationState, now: Date): DestinationState {
	const probes = state.probes + 1;
	return { ...state, probes, downSince: state.downSince ?? now, pausedUntil: later(now, probeAfterMs(probes)) };
}

/** Partition and row key (`meta`, `h|<name>`) of a destination's state. Stored: must not change. */
export function destinationAddress(name: string): Key {
	return { partitionKey: "meta", rowKey: `h|${name}` };
}

/** The state as columns; slots are milliseconds since 1970, joined by blanks. */
export function destinationValues({ slots, refused, ...state }: DestinationState): Values {
	return columns({ v: 1, ...state, refused: refused.join(" "), slots: slots.map((slot) => slot.getTime()).join(" ") });
}

const schema = z.object({
	lastOk: maybeDateColumn,
	lastTried: maybeDateColumn,
	pausedUntil: maybeDateColumn,
	downSince: maybeDateColumn,
	probes: countColumn.default(0),
	lastError: z.enum(failureReasons).optional(),
	lastStatus: z.number().optional(),
	failuresInARow: countColumn,
	refused: z
		.string()
		.default("")
		.transform((text) => (text === "" ? [] : text.split(" "))),
	recoveredAt: maybeDateColumn,
	slots: z
		.string()
		.regex(/^(\d{1,15}( \d{1,15})*)?$/)
		.transform((text) => (text === "" ? [] : text.split(" ").map((slot) => new Date(Number(slot))))),
});

/** An unreadable row counts as none; the worst that follows is one message too many. */
export function readDestination(row: Row | undefined): DestinationState {
	const read = schema.safeParse(row?.values);
	return read.success ? { ...untried, ...read.data } : untried;
}

function later(moment: Date, ms: number): Date {
	return new Date(moment.getTime() + ms);
}
