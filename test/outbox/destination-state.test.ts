import { expect, test } from "vitest";
import { type DestinationState, learn, untried } from "../../lib/outbox/destination-state.ts";
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
