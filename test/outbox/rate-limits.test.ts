import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { nextSlot, paces, planPlaces, type Tier } from "../../lib/outbox/rate-limits.ts";
import { at } from "../builders.ts";

/** Times of messages sent as fast as the pace allows. */
function sendAsFastAsAllowed(count: number, tier: Tier): readonly Date[] {
	const sent: Date[] = [];
	let now = at("21T10:00:00");
	for (let n = 0; n < count; n++) {
		now = nextSlot(sent, now, paces[tier]);
		sent.push(now);
	}
	return sent;
}

describe("the pace of a chat", () => {
	test("is one message a second", () => {
		expect(nextSlot([at("21T10:00:00")], at("21T10:00:00.999"), paces.critical)).toEqual(at("21T10:00:01"));
		expect(nextSlot([at("21T10:00:00")], at("21T10:00:01"), paces.critical)).toEqual(at("21T10:00:01"));
	});

	test("gives a place that is just soon enough, and just before the end, and none a moment later", () => {
		const taken = [at("21T10:00:00")];
		const place = (patienceMs: number, ends: string) => planPlaces(taken, ["severe"], at("21T10:00:00"), patienceMs, at(ends)).places[0];
		expect(place(1_500, "21T10:00:01.500")).toEqual(at("21T10:00:01.500"));
		expect(place(1_499, "21T10:00:01.500")).toBeUndefined();
		expect(place(1_500, "21T10:00:01.499")).toBeUndefined();
	});

	test("leaves a part of each second to what matters more", () => {
		const before = [at("21T10:00:00")];
		expect(nextSlot(before, at("21T10:00:00"), paces.ordinary)).toEqual(at("21T10:00:01.500"));
		expect(nextSlot(before, at("21T10:00:00"), paces.severe)).toEqual(at("21T10:00:01.500"));
		expect(nextSlot(before, at("21T10:00:00"), paces.foremost)).toEqual(at("21T10:00:01.250"));
	});

	test("is 20 critical messages a minute and 90 an hour", () => {
		const sent = sendAsFastAsAllowed(91, "critical");
		expect(sent[19]).toEqual(at("21T10:00:19"));
		expect(sent[20]).toEqual(at("21T10:01:00"));
		expect(sent[89]).toEqual(at("21T10:04:09"));
		expect(sent[90]).toEqual(at("21T11:00:00"));
	});

	test("keeps places free for what matters more when lesser ones have used up theirs", () => {
		const flood = sendAsFastAsAllowed(40, "ordinary");
		const now = flood.at(-1) ?? at("21T10:00:00");

		expect(nextSlot(flood, now, paces.ordinary)).toEqual(at("21T11:00:00"));
		expect(nextSlot(flood, now, paces.storm)).toEqual(new Date(now.getTime() + 1_500));
		expect(nextSlot(flood, now, paces.severe)).toEqual(new Date(now.getTime() + 1_500));
	});

	test("keeps places free for what is critical, and for what comes next, when severe ones have used up theirs", () => {
		const flood = sendAsFastAsAllowed(56, "severe");
		const now = flood.at(-1) ?? at("21T10:00:00");
		expect(nextSlot(flood, now, paces.severe)).toEqual(at("21T11:00:00"));
		expect(nextSlot(flood, now, paces.foremost)).toEqual(new Date(now.getTime() + 1_250));
		expect(nextSlot(flood, now, paces.critical)).toEqual(new Date(now.getTime() + 1_000));

		expect(nextSlot(flood, now, paces.wave)).toEqual(new Date(now.getTime() + 1_250));

		const waves = sendAsFastAsAllowed(84, "wave");
		const later = waves.at(-1) ?? at("21T10:00:00");
		expect(nextSlot(waves, later, paces.wave)).toEqual(at("21T11:00:00"));
		expect(nextSlot(waves, later, paces.foremost)).toEqual(new Date(later.getTime() + 1_250));

		const foreign = sendAsFastAsAllowed(87, "foremost");
		const then = foreign.at(-1) ?? at("21T10:00:00");
		expect(nextSlot(foreign, then, paces.foremost)).toEqual(at("21T11:00:00"));
		expect(nextSlot(foreign, then, paces.critical)).toEqual(new Date(then.getTime() + 1_000));
	});

	test("holds in every stretch of time, however messages arrive", () => {
		fc.assert(
			fc.property(fc.array(fc.nat(120_000), { maxLength: 150 }), (gaps) => {
				const sent: Date[] = [];
				let now = at("21T10:00:00");
				for (const gap of gaps) {
					now = nextSlot(sent.slice(-90), new Date(now.getTime() + gap), paces.critical);
					sent.push(now);
				}
				for (const { ms, count } of paces.critical) {
					for (const [index, start] of sent.entries()) {
						const inWindow = sent.slice(index).filter((one) => one.getTime() < start.getTime() + ms);
						expect(inWindow.length).toBeLessThanOrEqual(count);
					}
				}
			}),
			{ numRuns: 60 },
		);
	});
});
