import { expect, test } from "vitest";
import { lagging } from "../../cli/checkpoints.ts";

const reached = (sequenceNumber: number) => ({ sequenceNumber, offset: String(sequenceNumber), enqueuedAt: "2026-11-21T19:36:04.008Z" });

test("a checkpoint for the embedded table waits until the table has saved what it stands for", async () => {
	const written: [string, number][] = [];
	let now = 0;
	const checkpoints = lagging(
		{
			read: () => Promise.resolve(new Map()),
			write: (partition, { sequenceNumber }) => {
				written.push([partition, sequenceNumber]);
				return Promise.resolve();
			},
		},
		() => now,
	);
	await checkpoints.write("0", reached(1));
	now = 5_000;
	await checkpoints.write("1", reached(7));
	now = 14_999;
	await checkpoints.write("0", reached(2));
	expect(written).toEqual([]);
	now = 15_000;
	await checkpoints.write("0", reached(3));
	expect(written).toEqual([["0", 1]]);
	await checkpoints.flush();
	expect(written).toEqual([
		["0", 1],
		["1", 7],
		["0", 3],
	]);
});
