import { describe, expect, test } from "vitest";
import {
	type Attempt,
	between,
	isCareful,
	isDone,
	isKiller,
	isSplit,
	type Mark,
	nextAttempt,
	reading,
	recording,
} from "../../lib/watch/attempt.ts";

const batch = { from: 100, enqueued: "2026-11-21T10:00:00.000Z" };
const found: Attempt = { ...batch, deaths: 1, state: "running", at: undefined, times: 0, timesRecording: 0 };

/** A try that died while it read this piece. */
const diedAt = (known: Attempt, at: Mark): Attempt => nextAttempt(reading(known, at), batch);
/** A try that read this piece and died while it recorded it. */
const diedRecording = (known: Attempt, at: Mark): Attempt => nextAttempt(recording(reading(known, at)), batch);
const so = (many: number, known: Attempt, die: (known: Attempt) => Attempt): Attempt =>
	Array.from({ length: many }).reduce<Attempt>((last) => die(last), known);

describe("what a try of a batch begins with", () => {
	test.each<[string, Attempt | undefined, Attempt]>([
		["nothing is known", undefined, { ...found, deaths: 0 }],
		["the note is of another batch", { ...found, from: 99, deaths: 7 }, { ...found, deaths: 0 }],
		["the note is of a hub with the same name", { ...found, enqueued: "2026-10-01T10:00:00.000Z" }, { ...found, deaths: 0 }],
		[
			"the last try was answered",
			{ ...found, state: "refused", at: { message: 107 }, times: 2 },
			{ ...found, at: { message: 107 }, times: 2 },
		],
		["the last try died between two pieces", { ...found, at: { message: 107 } }, { ...found, deaths: 2, at: { message: 107 } }],
		[
			"the last try died in a piece",
			{ ...found, state: "reading", at: { message: 107 }, times: 1 },
			{ ...found, deaths: 2, at: { message: 107 }, times: 2 },
		],
		[
			"the last try died while it recorded a piece",
			{ ...found, state: "recording", at: { message: 107 }, timesRecording: 4 },
			{ ...found, deaths: 2, at: { message: 107 }, timesRecording: 5 },
		],
	])("when %s", (_, known, next) => {
		expect(nextAttempt(known, batch)).toEqual(next);
	});

	test("is care after the first death, and none before", () => {
		expect(isCareful({ ...found, deaths: 0 })).toBe(false);
		expect(isCareful({ ...found, deaths: 1 })).toBe(true);
	});
});

describe("who is taken for a killer", () => {
	const record = { message: 107, record: 1 };
	const message = { message: 107 };

	test("a record at its third death in a row", () => {
		let known = diedAt(diedAt(found, record), record);
		expect(isKiller(known, record)).toBe(false);
		known = diedAt(known, record);
		expect(isKiller(known, record)).toBe(true);
		expect(isKiller(known, { message: 107, record: 2 })).toBe(false);
		expect(isKiller(known, { message: 108, record: 1 })).toBe(false);
		expect(isKiller(known, message)).toBe(false);
	});

	test("not a record that was read in between", () => {
		const twice = diedAt(diedAt(found, record), record);
		const read = reading(twice, { message: 107, record: 2 });
		expect(isKiller(diedAt(read, record), record)).toBe(false);
	});

	test("not a record at whose end many tries died, when none was reading it any more", () => {
		let known = diedAt(diedAt(found, record), record);
		for (let death = 0; death < 10; death++) known = nextAttempt(known, batch);
		expect(isKiller(known, record)).toBe(false);
		const next = { message: 107, record: 2 };
		for (let death = 0; death < 10; death++) known = nextAttempt(between(known, next), batch);
		expect(known).toMatchObject({ deaths: 23, at: next, times: 0 });
		expect(isDone(known, record)).toBe(true);
	});

	test("a record of which twelve readers died while they recorded it, and not eleven: most of that time is waiting for the table", () => {
		let known = so(11, found, (last) => diedRecording(last, record));
		expect(isKiller(known, record)).toBe(false);
		known = diedRecording(known, record);
		expect(isKiller(known, record)).toBe(true);
		expect(isKiller(known, { message: 107, record: 2 })).toBe(false);
	});

	test("not a record that is read again and again, however many die elsewhere in between", () => {
		let known = found;
		for (let round = 0; round < 5; round++) {
			known = so(2, known, (last) => diedAt(last, record));
			expect(isKiller(known, record)).toBe(false);
			known = diedRecording(known, record);
		}
		expect(known).toMatchObject({ times: 0, timesRecording: 5 });
	});

	test("a death while it is read does not pardon a record of what happens while it is recorded", () => {
		let known = so(11, found, (last) => diedRecording(last, record));
		known = diedRecording(diedAt(known, record), record);
		expect(isKiller(known, record)).toBe(true);
	});

	test("a record at its third death, however many other deaths there were: other partitions can hold killers too", () => {
		const elsewhere = so(20, reading(found, record), (last) => nextAttempt({ ...last, state: "running" }, batch));
		expect(
			isKiller(
				so(2, elsewhere, (last) => diedAt(last, record)),
				record,
			),
		).toBe(false);
		expect(
			isKiller(
				so(3, elsewhere, (last) => diedAt(last, record)),
				record,
			),
		).toBe(true);
	});

	test("a message at its fourth death, three of which came while it was taken apart", () => {
		let known = diedAt(found, message);
		expect(isSplit(known, 107)).toBe(true);
		expect(isSplit(known, 108)).toBe(false);
		known = diedAt(diedAt(known, message), message);
		expect(isKiller(known, message)).toBe(false);
		expect(isKiller(diedAt(known, message), message)).toBe(true);
		const recorded = so(12, found, (last) => diedRecording(last, message));
		expect(isSplit(recorded, 107)).toBe(true);
		expect(isKiller(recorded, message)).toBe(false);
		expect(isKiller(diedRecording(recorded, message), message)).toBe(true);
	});
});

test("what stands before the place of the note is done, and nothing else", () => {
	expect(isDone(found, { message: 100 })).toBe(false);
	const known: Attempt = { ...found, at: { message: 107, record: 1 } };
	expect(isDone(known, { message: 106, record: 9 })).toBe(true);
	expect(isDone(known, { message: 107 })).toBe(false);
	expect(isDone(known, { message: 107, record: 0 })).toBe(true);
	expect(isDone(known, { message: 107, record: 1 })).toBe(false);
	expect(isDone(known, { message: 108, record: 0 })).toBe(false);
});
