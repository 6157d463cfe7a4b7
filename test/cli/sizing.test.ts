import { readFileSync } from "node:fs";
import { describe, expect, onTestFinished, test } from "vitest";
import { checkSizing, type PartitionSample, sizingOf } from "../../cli/doctor/sizing.ts";
import { hubsOfSettings } from "../../cli/hub/address.ts";
import { connectHub } from "../../cli/hub/connection.ts";
import { plan } from "../../cli/sizing/plan.ts";
import { sizingPage } from "../../scripts/sizing-page.ts";
import { startBroker } from "../amqp/broker.ts";
import { at } from "../builders.ts";

const page = readFileSync("docs/sizing.md", "utf8");

test("the page has the tables that the code computes: run npm run docs", () => {
	expect(sizingPage(page)).toBe(page);
	expect(page).toContain("| 30 TB | 65.6 | 28.5 | 29 | 32 | 3 | ");
	expect(page).toContain("| DeviceProcessEvents | 2 | ");
});

describe("what an amount of data needs", () => {
	const load = (gigabytesAMonth: number) => plan({ gigabytesAMonth, kilobytesAMessage: 174 });

	test("1 TB is 2.2 messages a second, one unit and the default of four partitions", () => {
		expect(load(1000)).toMatchObject({ throughputUnits: 1, partitions: 4, instances: 1 });
		expect(load(1000).messagesASecond).toBeCloseTo(2.19, 2);
		expect(load(1000).busyMegabytesASecond).toBeCloseTo(0.95, 2);
	});

	test.each([
		[100, 1, 4],
		[2_000, 2, 4],
		[2_200, 3, 8],
		[4_000, 4, 8],
		[8_000, 8, 16],
		[30_000, 29, 32],
	])("%i GB a month: %i units, %i partitions", (gigabytes, units, partitions) => {
		expect(load(gigabytes)).toMatchObject({ throughputUnits: units, partitions });
	});

	test("a namespace costs 21.90 dollars before the first event, and more data never costs less", () => {
		expect(load(0).dollars.frugal).toBeCloseTo(21.9 + 5.5, 1);
		const dollars = [0, 10, 100, 1_000, 4_000, 30_000].map((gigabytes) => load(gigabytes).dollars);
		for (const preset of ["fast", "frugal"] as const) {
			const rising = dollars.map((one) => one[preset]);
			expect(rising).toEqual([...rising].sort((one, other) => one - other));
		}
	});

	test("1 TB costs what the guide to deploying says", () => {
		const guide = readFileSync("docs/deploy.md", "utf8");
		const [, fastLow, fastHigh, frugalLow, frugalHigh] =
			/at 1 TB of Defender data \| about (\d+) to (\d+) dollars \| about (\d+) to (\d+) dollars/.exec(guide) ?? [];
		const { fast, frugal } = load(1000).dollars;

		expect([Number(fastLow) <= fast && fast <= Number(fastHigh), Number(frugalLow) <= frugal && frugal <= Number(frugalHigh)]).toEqual([
			true,
			true,
		]);
	});
});

describe("tunnelwatch doctor --sizing", () => {
	const span = (more: Partial<PartitionSample> = {}): PartitionSample => ({
		messages: 3_600,
		from: at("22T10:00:00"),
		to: at("22T11:00:00"),
		sizes: [100_000, 200_000],
		...more,
	});

	test("adds up the rates of the partitions", () => {
		expect(sizingOf([span(), span({ messages: 1_800 })], 4)).toEqual({
			check: "sizing",
			verdict: "ok",
			says: expect.stringMatching(
				/^1\.5 messages a second of 150 KB: 0\.59 TB a month\. That needs 1 throughput unit in busy minutes, and 4 partitions .+ The hub has 4 partitions\.$/,
			),
		});
	});

	test("warns of a hub with fewer partitions than units, and says what to do", () => {
		expect(sizingOf([span({ messages: 72_000 })], 4)).toMatchObject({
			verdict: "warning",
			says: expect.stringContaining("needs 8 throughput units"),
			fix: expect.stringContaining("Make a hub with 16 partitions"),
		});
	});

	test("does not guess from less than ten minutes", () => {
		expect(sizingOf([span({ to: at("22T10:09:59") })], 4)).toMatchObject({ verdict: "skipped" });
		expect(sizingOf([span({ to: at("22T10:10:00") })], 4)).toMatchObject({ verdict: "ok" });
		expect(sizingOf([], 4)).toMatchObject({ verdict: "skipped" });
	});

	test("reads the oldest and the newest message of a real hub, and no more than it needs", async () => {
		const broker = await startBroker({ hub: "defender", consumerGroups: ["$Default", "tunnelwatch"] });
		onTestFinished(() => broker.close());
		for (const minute of ["00", "15", "30"]) broker.put("1", "x".repeat(100_000), at(`22T10:${minute}:00`));

		const address = hubsOfSettings({ EventHub: broker.connectionString, EVENTHUB_NAME: "defender" });
		expect(await checkSizing(address, connectHub)).toMatchObject({
			verdict: "ok",
			says: expect.stringMatching(/^0\.0 messages a second of 100 KB: 0\.00 TB a month\./),
		});
	});
});
