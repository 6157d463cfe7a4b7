import { expect, test } from "vitest";
import { askedWaitMs, backoffMs, probeAfterMs } from "../../lib/outbox/backoff.ts";

const second = 1_000;
const minute = 60_000;

test("waits grow from 5 seconds to an hour and stay there", () => {
	const waits = [1, 2, 3, 4, 5, 6, 7, 8, 70].map((attempt) => backoffMs(attempt, () => 0.5));
	expect(waits).toEqual([5 * second, 30 * second, 2 * minute, 5 * minute, 15 * minute, 30 * minute, 60 * minute, 60 * minute, 60 * minute]);
});

test("each wait varies by a fifth, so that instances do not knock together", () => {
	expect(backoffMs(2, () => 0)).toBe(24 * second);
	expect(backoffMs(2, () => 1)).toBe(36 * second);
});

test("what the far end asks for is granted, between a second and an hour, and never cut short", () => {
	expect(askedWaitMs(7 * second, () => 0)).toBe(7 * second);
	expect(askedWaitMs(7 * second, () => 1)).toBe(8_400);
	expect(askedWaitMs(0, () => 0)).toBe(second);
	expect(askedWaitMs(48 * 60 * minute, () => 0)).toBe(60 * minute);
});

test("a destination that refuses us is tried after 1, 5 and 15 minutes, then each hour", () => {
	expect([1, 2, 3, 4, 5, 99].map(probeAfterMs)).toEqual([minute, 5 * minute, 15 * minute, 60 * minute, 60 * minute, 60 * minute]);
});
