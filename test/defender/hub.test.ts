import { expect, test } from "vitest";
import { hubMessages } from "../../lib/defender/hub.ts";

const metadata = {
	partitionContext: { partitionId: "3", eventHubName: "defender" },
	systemPropertiesArray: [
		{ sequenceNumber: 41, offset: "9007199254740993", enqueuedTimeUtc: "2026-11-21T19:36:04.008Z" },
		{ sequenceNumber: 42, offset: "9007199254741993", enqueuedTimeUtc: "2026-11-21T19:36:05.008Z" },
	],
	offsetArray: [9007199254740992, 9007199254741992],
};

test("every message carries the coordinates to fetch it again", () => {
	const [first, second] = hubMessages([Buffer.from("a"), Buffer.from("b")], metadata);
	expect(first?.at).toEqual({
		source: "defender/3",
		message: 41,
		offset: "9007199254740993",
		enqueuedAt: new Date("2026-11-21T19:36:04.008Z"),
	});
	expect(second?.at).toMatchObject({ message: 42, offset: "9007199254741993" });
});

test.each([[undefined], [{}], [{ partitionContext: 5, systemPropertiesArray: [null, { sequenceNumber: "x", enqueuedTimeUtc: "soon" }] }]])(
	"metadata that says nothing costs no message: %j",
	(bad) => {
		expect(hubMessages(["a", "b"], bad).map((one) => one.at)).toEqual([
			{ source: "unknown/unknown", message: -1 },
			{ source: "unknown/unknown", message: -1 },
		]);
	},
);

test("a single body is a batch of one", () => {
	expect(hubMessages({ records: [] }, metadata)).toHaveLength(1);
});
