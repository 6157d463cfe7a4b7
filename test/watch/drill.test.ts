import { describe, expect, test } from "vitest";
import {
	type Drill,
	drillProblems,
	drillResult,
	drillValues,
	dueMoment,
	nextDrill,
	readDrillRow,
	readDrillSchedule,
	toSend,
	withRun,
} from "../../lib/watch/drill.ts";

const tuesday = (time: string) => new Date(`2026-11-24T${time}Z`);
const schedule = { day: 2, hour: 10 };
const newId = () => "00000000aa";

function begun(now = tuesday("10:00:30")): Drill {
	const drill = nextDrill(undefined, schedule, ["defender"], newId, now);
	if (drill === undefined) throw new Error("due");
	return drill;
}

describe("when a weekly drill begins", () => {
	test("a day and an hour, and nothing else", () => {
		expect(readDrillSchedule("Tue 10")).toEqual(schedule);
		expect(readDrillSchedule(" sun 0 ")).toEqual({ day: 0, hour: 0 });
		for (const text of ["", "Tue", "10", "Tue 24", "Tuesday 10", "Tue 10:30", "Tue -1", "* *"])
			expect(readDrillSchedule(text)).toBeUndefined();
	});

	test("at its hour, not a second before", () => {
		expect(dueMoment(schedule, tuesday("09:59:59"))).toEqual(new Date("2026-11-17T10:00:00Z"));
		expect(dueMoment(schedule, tuesday("10:00:00"))).toEqual(tuesday("10:00:00"));
		expect(dueMoment(schedule, new Date("2026-11-23T23:00:00Z"))).toEqual(new Date("2026-11-17T10:00:00Z"));
	});

	test("once a week: not again in the same one, and again in the next", () => {
		const drill = begun();
		expect(nextDrill(drill, schedule, ["defender"], newId, tuesday("10:01:30"))).toBeUndefined();
		expect(nextDrill(drill, schedule, ["defender"], newId, new Date("2026-12-01T10:00:10Z"))?.dueAt).toEqual(
			new Date("2026-12-01T10:00:00Z"),
		);
	});

	test("also after one that a clock began a year ahead, and not beside one of another app whose clock is a little ahead", () => {
		const drill = begun();
		const ahead = { ...drill, dueAt: new Date("2027-11-23T10:00:00Z"), begunAt: new Date("2027-11-23T10:00:30Z") };
		expect(nextDrill(ahead, schedule, ["defender"], newId, tuesday("10:00:30"))?.dueAt).toEqual(drill.dueAt);
		expect(nextDrill(drill, schedule, ["defender"], newId, tuesday("09:59:30"))).toBeUndefined();
		const hourEarlier = { ...schedule, hour: 9 };
		expect(nextDrill(drill, hourEarlier, ["defender"], newId, tuesday("09:30:00"))).toBeUndefined();
	});

	test("an app that was away begins it within a day, and after that waits for the next week", () => {
		expect(nextDrill(undefined, schedule, ["defender"], newId, new Date("2026-11-25T10:00:00Z"))).toBeDefined();
		expect(nextDrill(undefined, schedule, ["defender"], newId, new Date("2026-11-25T10:00:01Z"))).toBeUndefined();
	});
});

describe("what is sent, and when it is missing", () => {
	test("first at once, after a try that was not taken every two minutes, and each hour until it arrives", () => {
		const drill = begun();
		const tried = withRun(drill, "00000000aa", { triedAt: tuesday("10:00:30") });
		const sent = withRun(tried, "00000000aa", { sentAt: tuesday("10:00:31") });
		expect(toSend(drill, tuesday("10:00:30"))).toHaveLength(1);
		expect([toSend(tried, tuesday("10:02:29")).length, toSend(tried, tuesday("10:02:30")).length]).toEqual([0, 1]);
		expect([toSend(sent, tuesday("11:00:29")).length, toSend(sent, tuesday("11:00:30")).length]).toEqual([0, 1]);
		expect(toSend(withRun(sent, "00000000aa", { arrivedAt: tuesday("10:00:40") }), tuesday("20:00:00"))).toEqual([]);
	});

	test("an alarm after 15 minutes, with the hub and how far it got; none once it arrived", () => {
		const sent = withRun(begun(tuesday("10:00:00")), "00000000aa", { sentAt: tuesday("10:00:01") });
		expect(drillProblems(sent, tuesday("10:14:59"))).toEqual([]);
		expect(drillProblems(sent, tuesday("10:15:00"))).toMatchObject([
			{
				code: "drill-missing",
				subject: "defender",
				since: tuesday("10:00:00"),
				what: expect.stringContaining("has not come out of detection"),
			},
		]);
		const refused = withRun(begun(tuesday("10:00:00")), "00000000aa", { failure: "The hub refuses the app's identity." });
		expect(drillProblems(refused, tuesday("10:15:00"))).toMatchObject([
			{
				what: expect.stringMatching(/could not be sent to defender\. The hub refuses the app's identity\.$/),
				do: expect.stringContaining("Data Sender"),
			},
		]);
		expect(drillProblems(withRun(sent, "00000000aa", { arrivedAt: tuesday("12:00:00") }), tuesday("12:01:00"))).toEqual([]);
	});

	test("the digest tells of a drill that began in its time, and of no other", () => {
		const sent = withRun(begun(), "00000000aa", { sentAt: tuesday("10:00:31"), arrivedAt: tuesday("10:00:33.500") });
		const day = [tuesday("06:00:00"), new Date("2026-11-25T06:00:00Z")] as const;
		expect(drillResult(sent, ...day)).toEqual({ begunAt: tuesday("10:00:30"), hubs: 1, arrived: 1, slowestMs: 2_500 });
		expect(drillResult(withRun(sent, "00000000aa", { arrivedAt: undefined }), ...day)).toMatchObject({ hubs: 1, arrived: 0 });
		expect(drillResult(sent, day[1], new Date("2026-11-26T06:00:00Z"))).toBeUndefined();
		expect(drillResult(undefined, ...day)).toBeUndefined();
		// One that began exactly between two digests is told by the second, and only there.
		expect(drillResult(sent, tuesday("06:00:00"), tuesday("10:00:30"))).toBeUndefined();
		expect(drillResult(sent, tuesday("10:00:30"), tuesday("12:00:00"))).toMatchObject({ arrived: 1 });
	});
});

test("it survives the table, and a row that cannot be read is as good as none", () => {
	const drill = withRun(begun(), "00000000aa", { triedAt: tuesday("10:00:30"), failure: "The hub did not answer in time." });
	const row = { partitionKey: "meta", rowKey: "drill", etag: "1", values: drillValues(drill) };
	expect(readDrillRow(row)).toEqual(drill);
	expect(readDrillRow({ ...row, values: { ...row.values, runs: "[" } })).toBeUndefined();
});
