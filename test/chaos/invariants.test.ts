import { expect, test } from "vitest";
import { createMemoryTable } from "../simulation/memory-table.ts";
import { destination, judge } from "./invariants.ts";

const key = "0123456789ab";
const row = `o|${key}|${destination}`;
const sender = 1;
const second = 1_000;

interface Life {
	readonly killedAfterMs?: number;
	/** Calls of the table, in the first second after its message was taken. */
	readonly calls?: number;
	readonly callsOfAnother?: number;
	readonly isAnswerLost?: boolean;
	readonly isNoted?: boolean;
	readonly isTableAway?: boolean;
	/** The device that the message is about; by default the one on which something was to be found. */
	readonly about?: string;
}

/** What I2 says of a message that came again a minute after its sender had got it delivered. */
async function judged({ killedAfterMs, calls = 0, callsOfAnother = 0, isAnswerLost = false, isNoted, isTableAway, about = key }: Life) {
	const takenAt = 100 * second;
	const posts = [takenAt, takenAt + 60 * second].map((at) => ({ cameAt: at, takenAt: at }));
	const called = (workerId: number, count: number) => Array.from({ length: count }, (_, n) => ({ workerId, at: takenAt + 20 * n }));
	const { violations, duplicates } = await judge({
		story: { messages: [], expected: new Map([[key, { records: new Set(), ways: new Set(["usual"]) }]]), poison: 0, killers: 0 },
		table: createMemoryTable(() => new Date(0)),
		rows: [],
		receipts: posts.map((post, index) => ({
			...post,
			workerId: sender + index,
			noticeId: `cf-${about}-1`,
			isAnswerLost: isAnswerLost && index === 0,
			body: "",
			headers: "",
		})),
		// The later one noted it; the first one did so too, too late to be read.
		marks: isNoted === true ? [{ workerId: sender, row, sent: 1, at: takenAt + 61 * second }] : [],
		troubles: isTableAway === true ? [{ workerId: sender, row, at: takenAt + 1 }] : [],
		calls: [...called(sender, calls), ...called(sender + 1, callsOfAnother)],
		killedAt: new Map(killedAfterMs === undefined ? [] : [[sender, takenAt + killedAfterMs]]),
		said: [],
		startedAt: new Date(0),
	});
	const excuses = Object.entries(duplicates).flatMap(([excuse, count]) => (count > 0 ? [excuse] : []));
	return [...excuses, ...violations.filter((one) => one.startsWith("I2")).map(() => "I2")];
}

test.each<[string, Life, string]>([
	["its answer was lost", { isAnswerLost: true }, "answer lost"],
	["the table was away when it was to be noted", { isTableAway: true }, "table out of reach"],
	["its sender was killed within three seconds", { killedAfterMs: 2_999 }, "killed before the mark"],
	["its sender was killed later, having got to 19 calls", { killedAfterMs: 10 * second, calls: 19 }, "killed before the mark"],
	["only others called the table", { killedAfterMs: 10 * second, callsOfAnother: 99 }, "killed before the mark"],
])("a message may come again if %s", async (_when, life, excuse) => {
	expect(await judged(life)).toEqual([excuse]);
});

test.each<[string, Life]>([
	["was never killed, however little it did", {}],
	["was killed at three seconds, with time for 20 calls", { killedAfterMs: 3_000, calls: 20 }],
	["was killed much later, after much else", { killedAfterMs: 50 * second, calls: 500 }],
	["noted it itself", { killedAfterMs: 62 * second, isNoted: true }],
])("a message must not come again if its sender %s", async (_when, life) => {
	expect(await judged(life)).toEqual(["I2"]);
});

test("a message must not come at all about a device on which there was nothing to find", async () => {
	expect(await judged({ isAnswerLost: true, about: "ba9876543210" })).toEqual(["I2"]);
});
