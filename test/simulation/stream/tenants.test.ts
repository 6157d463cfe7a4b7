import { expect, test } from "vitest";
import { live, percentile, tenants, unreadDelays, year } from "./tenants.ts";

// All of it, twenty years of each tenant: npm run simulate.
test.each(tenants)("$name: messages that wait unread are told within a quarter of an hour", (tenant) => {
	const delays = unreadDelays(tenant, 3, 4);
	expect(delays.length).toBeGreaterThan(0);
	expect(Math.max(...delays)).toBeLessThanOrEqual(15);
	expect(Math.min(...delays)).toBeGreaterThanOrEqual(10);
});

test("where something is always on, a year brings no false alarm worth the name, and an outage is told within the hour", () => {
	const [alwaysOn] = tenants;
	if (alwaysOn === undefined) throw new Error("no tenant");
	const lived = live(alwaysOn, 5, year / 3, 10);
	expect(lived.falseAlarms).toBe(0);
	expect(lived.delays).toHaveLength(lived.outages);
	expect(percentile(lived.delays, 95)).toBeLessThanOrEqual(60);
});
