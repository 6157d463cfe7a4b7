import { expect, test } from "vitest";
import { createServerClock } from "../../lib/store/server-clock.ts";
import { at } from "../builders.ts";

test("the table's time counts from a difference of more than two seconds on, either way", () => {
	const ours = at("21T10:00:00");
	const told = (...times: readonly string[]) => {
		const clock = createServerClock(() => ours);
		for (const time of times) clock.heard(at(time));
		return clock.now();
	};
	expect(told()).toEqual(ours);
	expect(told("21T10:00:02")).toEqual(ours);
	expect(told("21T09:59:58")).toEqual(ours);
	expect(told("21T10:00:02.001")).toEqual(at("21T10:00:02.001"));
	expect(told("21T09:59:57.999")).toEqual(at("21T09:59:57.999"));
	// A clock that was set right meanwhile is believed again.
	expect(told("21T11:00:00", "21T10:00:01")).toEqual(ours);
});
