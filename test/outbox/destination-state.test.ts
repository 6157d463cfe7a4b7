import { expect, test } from "vitest";
import { type DestinationState, isPaused, isUnwell, lastTaken, learn, untried } from "../../lib/outbox/destination-state.ts";
import { at } from "../builders.ts";
import { failed } from "./world.ts";

const start = at("21T10:00:00");
const after = (seconds: number) => new Date(start.getTime() + seconds * 1_000);
const random = () => 0.5;

/** Sixteen messages that were under way together, answered one after the other. */
function burst(state: DestinationState, delivery: ReturnType<typeof failed>, sentAt: number): DestinationState {
	let now = state;
	for (let n = 0; n < 16; n++) now = learn(now, delivery, `cf-${n}`, after(sentAt + 1 + n / 10), random, after(sentAt + n / 100));
	return now;
}

test.each([
	["404", failed({ scope: "down", reason: "moved", status: 404 })],
	["400", failed({ scope: "dead", reason: "rejected", status: 400 })],
])("sixteen messages under way that are answered %s are one reason to pause, not sixteen probes", (_status, delivery) => {
	const down = burst(untried, delivery, 0);
	expect(down.probes).toBe(1);
	expect(down.pausedUntil?.getTime()).toBeLessThanOrEqual(after(65).getTime());

	const probed = learn(down, delivery, "cf-0", after(70), random, after(69));
	expect(probed.probes).toBe(2);
	expect(probed.pausedUntil).toEqual(after(70 + 300));
});

test("sixteen messages under way that are asked to slow down are one reason to wait for seconds", () => {
	const slowed = burst(untried, failed({ scope: "destination", reason: "rateLimited", status: 429 }), 0);
	expect(slowed.pausedUntil?.getTime()).toBeLessThanOrEqual(after(10).getTime());
});

test("a pause ends at its moment, not earlier", () => {
	const paused = { ...untried, pausedUntil: after(60) };
	expect([isPaused(paused, after(59.999)), isPaused(paused, after(60))]).toEqual([true, false]);
});

test("five failures in a row are a reason to pause, four are not", () => {
	let state: DestinationState = untried;
	const paused = [1, 2, 3, 4, 5].map((n) => {
		state = learn(state, failed(), `cf-${n}`, after(n), random);
		return isUnwell(state);
	});
	expect(paused).toEqual([false, false, false, false, true]);
	expect(state.pausedUntil).toEqual(after(5 + 5));
});

test("a destination that refuses three different notices in a row is down; one notice three times, or an arrival between, says nothing", () => {
	const refusal = failed({ scope: "dead", reason: "rejected", status: 400 });
	const isDown = (...ids: readonly string[]) => {
		const learned = (state: DestinationState, id: string, n: number) =>
			learn(state, id === "arrives" ? { ok: true, proof: "queued" } : refusal, id, after(n), random);
		return ids.reduce(learned, untried).downSince !== undefined;
	};
	expect(isDown("a", "b", "c")).toBe(true);
	expect(isDown("a", "a", "a", "b", "b")).toBe(false);
	expect(isDown("a", "b", "arrives", "c")).toBe(false);
	// It answers, so what broke before was not the line.
	const broken = [1, 2, 3, 4].reduce((state, n) => learn(state, failed(), "x", after(n), random), untried);
	expect(learn(broken, refusal, "x", after(5), random)).toMatchObject({ failuresInARow: 0, pausedUntil: undefined });
});

test("an address that is gone for good is left alone for three days", () => {
	const gone = learn(untried, failed({ scope: "down", reason: "gone", status: 410 }), "cf-1", start, random);
	expect(gone).toMatchObject({ downSince: start, pausedUntil: at("24T10:00:00") });
});

test("while a destination is well, the last place in its pace up to now is when it took a message", () => {
	const slots = [after(0), after(10), after(20)];
	expect(lastTaken({ ...untried, slots }, after(10))).toEqual(after(10));
	expect(lastTaken({ ...untried, slots, lastOk: after(5) }, after(19))).toEqual(after(10));
	expect(lastTaken({ ...untried, slots, lastOk: after(15) }, after(19))).toEqual(after(15));
	expect(lastTaken({ ...untried, slots, lastOk: after(5), failuresInARow: 1 }, after(19))).toEqual(after(5));
});
