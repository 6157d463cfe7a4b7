import { expect, test } from "vitest";
import { expectNothingLost, expectTold, hour, play, second, start } from "./flood.ts";

test("a flood that is severe itself, at whatever moment, does not bury a server: told as soon, and all others one by one", async () => {
	const plants = new Map([
		["pc-finance", start + 5 * second],
		["pc-legal", start + 31 * second],
		["srv-files", start + 46 * second],
	]);
	const played = await play("a foreign account", plants, 8);

	expectTold(played, "pc-finance", start + 5 * second, "high");
	expectTold(played, "pc-legal", start + 31 * second, "high");
	expectTold(played, "srv-files", start + 46 * second, "critical");
	expectNothingLost(played, 3);
	expect(played.got.every(({ notice }) => notice.type === "finding")).toBe(true);
	for (let from = 0; from + 90 < played.got.length; from++) {
		expect((played.got[from + 90]?.at ?? 0) - (played.got[from]?.at ?? 0)).toBeGreaterThan(hour - 5 * second);
	}
}, 120_000);
