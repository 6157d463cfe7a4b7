import { expect, test } from "vitest";
import { expectNothingLost, expectTold, play, second, start } from "./flood.ts";

test("a flood of 50,000 sightings from 500 devices does not bury one unknown account behind RDP: told singly within 5 s", async () => {
	const plantedAt = start + 31 * second;
	const played = await play("no account", new Map([["pc-finance", plantedAt]]), 0.2);

	expectTold(played, "pc-finance", plantedAt, "high");
	expectNothingLost(played, 1);
	expect(played.got.length).toBeLessThan(30);
});
