import { expect, test } from "vitest";
import { expectNothingLost, expectTold, hour, play, second, start } from "./flood.ts";

test("a flood that is severe itself, at whatever moment, buries nothing: a server is told at once, every device by name within minutes", async () => {
	const plants = new Map([
		["pc-finance", start + 5 * second],
		["pc-legal", start + 31 * second],
		["srv-files", start + 46 * second],
	]);
	const played = await play("a foreign account", plants, 1);

	expectTold(played, "pc-finance", start + 5 * second, "high");
	expectTold(played, "pc-legal", start + 31 * second, "high");
	expectTold(played, "srv-files", start + 46 * second, "critical");
	expectNothingLost(played, 3);
	const named = new Map<string, number[]>();
	for (const { notice, at } of played.got) {
		const findings = notice.type === "finding" ? [notice.finding] : notice.type === "wave" ? notice.findings : [];
		for (const { device } of findings) named.set(device.name, [...(named.get(device.name) ?? []), at]);
	}
	expect(named.size).toBe(503);
	// Each device of the flood speaks within its first quarter of a minute. What waits longer than two minutes is gathered
	// when the timer comes by next, at the third minute, and seven cards go one after the other.
	expect(Math.max(...[...named.values()].map(([first = 0]) => first))).toBeLessThan(start + 3.25 * 60 * second);
	for (let from = 0; from + 90 < played.got.length; from++) {
		expect((played.got[from + 90]?.at ?? 0) - (played.got[from]?.at ?? 0)).toBeGreaterThan(hour - 5 * second);
	}
});
