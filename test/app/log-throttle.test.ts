import { expect, test } from "vitest";
import type { DetectLine } from "../../lib/app/log-lines.ts";
import { createProblemLog, createQuietLog } from "../../lib/app/log-throttle.ts";
import { at } from "../builders.ts";

const quiet: DetectLine = {
	event: "detect",
	messages: 10,
	records: 0,
	matches: 0,
	findings: 0,
	notices: 0,
	held: 0,
	quarantined: 0,
	sent: 0,
	retried: 0,
	possibleDuplicates: 0,
	eventAgeMs: 900,
	ms: 2,
};

test("batches in which nothing was found are added up to one line a minute", () => {
	const log = createQuietLog();
	expect(log(quiet, at("21T10:00:00"))).toEqual(quiet);
	expect(log(quiet, at("21T10:00:01"))).toBeUndefined();
	expect(log({ ...quiet, eventAgeMs: 5_000 }, at("21T10:00:59"))).toBeUndefined();
	expect(log(quiet, at("21T10:01:00"))).toEqual({ ...quiet, messages: 30, eventAgeMs: 5_000, ms: 6 });
});

test("a match or an unreadable message is logged at once, with what was added up before", () => {
	const log = createQuietLog();
	log(quiet, at("21T10:00:00"));
	log(quiet, at("21T10:00:01"));
	expect(log({ ...quiet, matches: 1 }, at("21T10:00:02"))).toMatchObject({ messages: 20, matches: 1 });
	expect(log({ ...quiet, quarantined: 1 }, at("21T10:00:03"))).toMatchObject({ messages: 10, quarantined: 1 });
});

test("a problem is one loud line when it begins, a reminder each hour, and loud again when it comes back", () => {
	const log = createProblemLog();
	const waits = (minutes: number) => `the oldest owed notice has waited ${minutes} minutes`;
	expect(log([waits(10), "destination teams refuses"], at("21T10:00:00"))).toEqual([waits(10), "destination teams refuses"]);
	expect(log([waits(11), "destination teams refuses"], at("21T10:01:00"))).toEqual([]);
	expect(log(["destination teams refuses"], at("21T10:59:59"))).toEqual([]);
	expect(log(["destination teams refuses", waits(10)], at("21T11:00:00"))).toEqual(["destination teams refuses", waits(10)]);
	expect(log([], at("21T11:01:00"))).toEqual([]);
	expect(log(["destination teams refuses"], at("21T11:02:00"))).toEqual(["destination teams refuses"]);
});
