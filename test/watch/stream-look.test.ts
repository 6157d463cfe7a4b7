import { describe, expect, test } from "vitest";
import type { Coverage } from "../../lib/watch/coverage.ts";
import {
	lookAtStream,
	readStreamNote,
	type StreamLook,
	type StreamNote,
	streamNoteAddress,
	streamNoteValues,
} from "../../lib/watch/stream-look.ts";
import { at } from "../builders.ts";

const created = at("01T00:00:00");
const start = at("21T10:00:00").getTime();

/** Looks each minute at a hub of one partition; `world` says what it holds and what is recorded in that minute. */
function watchFor(
	minutes: number,
	world: (minute: number) => { last: number; begin?: number; ranges: Coverage["ranges"]; created?: Date },
): readonly StreamLook[] {
	let note: StreamNote | undefined;
	let floor: number | undefined;
	return Array.from({ length: minutes }, (_, minute) => {
		const { last, begin = 0, ranges, created: createdAt = created } = world(minute);
		const look = lookAtStream(
			note,
			{ name: "defender", createdAt, partitions: [{ id: "0", begin, last }] },
			new Map([["0", { floor, ranges }]]),
			new Date(start + minute * 60_000),
		);
		note = look.note;
		floor = look.settled.get("0")?.floor ?? floor;
		return look;
	});
}

const upTo = (to: number) => [{ from: 0, to }];

describe("events that wait unread", () => {
	test("are counted from the minute in which they came, until something is recorded again", () => {
		const looks = watchFor(20, (minute) => ({ last: 100 + minute, ranges: upTo(minute < 5 ? 100 + minute : 104) }));
		expect(looks.map(({ stuckMs }) => stuckMs / 60_000)).toEqual([0, 0, 0, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14]);
		expect(looks.at(-1)).toMatchObject({ unread: 15, oldestUnreadMs: 14 * 60_000, arrived: true });
	});

	test("are not stuck as long as reading goes on, however slow it is", () => {
		const looks = watchFor(30, (minute) => ({ last: 100 + 10 * minute, ranges: upTo(100 + minute) }));
		expect(Math.max(...looks.map(({ stuckMs }) => stuckMs))).toBeLessThanOrEqual(60_000);
		expect(looks.at(-1)?.oldestUnreadMs).toBeGreaterThanOrEqual(20 * 60_000);
	});

	test("were in the hub before the first look: they are not judged, what comes then is", () => {
		const looks = watchFor(12, (minute) => ({ last: minute === 0 ? 500 : 501, ranges: [] }));
		expect(looks[0]).toMatchObject({ unread: 0, stuckMs: 0 });
		expect(looks.at(-1)).toMatchObject({ unread: 1, stuckMs: 10 * 60_000 });
	});

	test("are an arrival when they are new, and only then", () => {
		const looks = watchFor(5, (minute) => ({ last: minute < 3 ? 300 : 301, ranges: upTo(300) }));
		expect(looks.map(({ arrived }) => arrived)).toEqual([false, false, false, true, false]);
	});

	test("that are all recorded leave nothing to tell, at night as by day", () => {
		for (const look of watchFor(60, () => ({ last: 300, ranges: upTo(300) })))
			expect(look).toMatchObject({ unread: 0, stuckMs: 0, oldestUnreadMs: 0 });
	});
});

test("after five minutes without a look what waits goes on ageing, after six it is judged anew: reader and timer were away together", () => {
	const look = (known: StreamNote | undefined, minute: number, last: number) =>
		lookAtStream(
			known,
			{ name: "defender", createdAt: created, partitions: [{ id: "0", begin: 0, last }] },
			new Map([["0", { floor: 0, ranges: upTo(100) }]]),
			new Date(start + minute * 60_000),
		);
	const first = look(look(undefined, 0, 100).note, 1, 105).note;
	expect(look(first, 6, 105)).toMatchObject({ unread: 5, stuckMs: 5 * 60_000, oldestUnreadMs: 5 * 60_000 });
	expect(look(first, 7, 105)).toMatchObject({ unread: 5, stuckMs: 0, oldestUnreadMs: 0 });
});

describe("messages that were passed over", () => {
	const skipped = (minute: number) =>
		minute < 1
			? upTo(40)
			: [
					{ from: 0, to: 40 },
					{ from: 51, to: 90 },
				];

	test("are told after they were missing for three looks, and not while a note is only late", () => {
		const looks = watchFor(8, (minute) => ({ last: 90, ranges: skipped(minute) }));
		expect(looks.map(({ gaps }) => gaps.size)).toEqual([0, 0, 0, 1, 1, 1, 1, 1]);
		expect([...(looks.at(-1)?.gaps ?? [])]).toEqual([["0", [{ from: 41, to: 50 }]]]);
		const late = watchFor(8, (minute) => ({ last: 90, ranges: minute < 3 ? skipped(minute) : upTo(90) }));
		expect(late.every(({ gaps }) => gaps.size === 0)).toBe(true);
	});

	test("at the end of a busy time are found by how far the host has read", () => {
		let note: StreamNote | undefined;
		const looks = Array.from({ length: 4 }, (_, minute) => {
			const facts = {
				name: "defender",
				createdAt: created,
				partitions: [{ id: "0", begin: 0, last: 90 }],
				checkpoints: new Map([["0", 80]]),
			};
			const look = lookAtStream(note, facts, new Map([["0", { floor: 0, ranges: upTo(40) }]]), new Date(start + minute * 60_000));
			note = look.note;
			return look;
		});
		expect(looks.map(({ gaps }) => [...gaps.values()].flat())).toEqual([[], [], [{ from: 41, to: 80 }], [{ from: 41, to: 80 }]]);
	});

	test("are judged from where the host has read at the first look, or from the oldest where it never has", () => {
		const floor = (passed: number | undefined, begin: number, last: number) => {
			const checkpoints = new Map(passed === undefined ? [] : [["0", passed]]);
			const facts = { name: "defender", createdAt: created, partitions: [{ id: "0", begin, last }], checkpoints };
			return lookAtStream(undefined, facts, new Map(), new Date(start)).settled.get("0")?.floor;
		};
		expect(floor(49, 10, 90)).toBe(50);
		expect(floor(undefined, 10, 90)).toBe(10);
		expect(floor(3, 10, 90)).toBe(10);
		// Of a hub that was there before: it says nothing about what comes in this one.
		expect(floor(5_000, 10, 90)).toBe(91);
	});

	test("have been open since reading them again last got further, also when others are passed over meanwhile", () => {
		const looks = watchFor(12, (minute) => ({
			last: 90,
			ranges:
				minute < 6
					? skipped(minute)
					: minute < 8
						? [
								{ from: 0, to: 43 },
								{ from: 51, to: 90 },
							]
						: [
								{ from: 0, to: 43 },
								{ from: 51, to: 80 },
								{ from: 82, to: 90 },
							],
		}));
		expect(looks.map(({ gapsMs }) => gapsMs / 60_000)).toEqual([0, 0, 0, 0, 1, 2, 0, 1, 2, 3, 4, 5]);
	});

	test("and expire while nobody reads are lost as they go, not only when reading goes on", () => {
		const looks = watchFor(8, (minute) => ({ last: 90, begin: minute < 2 ? 0 : 60, ranges: upTo(40) }));
		expect(looks.flatMap(({ lost }) => [...lost])).toEqual([["0", [{ from: 41, to: 59 }]]]);
	});

	test("and expire beside others that are missing only since now: the latter are not settled with them", () => {
		const late = [
			{ from: 0, to: 40 },
			{ from: 51, to: 55 },
			{ from: 59, to: 90 },
		];
		const all = [
			{ from: 0, to: 40 },
			{ from: 51, to: 90 },
		];
		const looks = watchFor(10, (minute) => ({ last: 90, begin: minute < 4 ? 0 : 60, ranges: minute < 4 ? all : late }));
		expect(looks.flatMap(({ lost }) => [...lost].map(([, list]) => list))).toEqual([[{ from: 41, to: 50 }], [{ from: 56, to: 58 }]]);
	});

	test("and have expired are lost, which is told once", () => {
		const looks = watchFor(10, (minute) => ({ last: 90, begin: minute < 6 ? 0 : 60, ranges: skipped(minute) }));
		expect(looks.map(({ lost }) => lost.size)).toEqual([0, 0, 0, 0, 0, 0, 1, 0, 0, 0]);
		expect([...(looks[6]?.lost ?? [])]).toEqual([["0", [{ from: 41, to: 50 }]]]);
		expect(looks.at(-1)?.gaps.size).toBe(0);
	});
});

test("a hub that was made anew is watched from its own beginning", () => {
	const anew = at("21T10:05:00");
	const looks = watchFor(12, (minute) =>
		minute < 5 ? { last: 500, ranges: upTo(500) } : { last: minute, ranges: upTo(500), created: anew },
	);
	expect(looks.map(({ replaced }) => replaced)).toEqual([
		false,
		false,
		false,
		false,
		false,
		true,
		false,
		false,
		false,
		false,
		false,
		false,
	]);
	expect(looks[5]?.settled.get("0")).toEqual({ floor: 6, ranges: [] });
});

test("what is remembered fits a row and reads back; a row that nobody can read begins anew", () => {
	const look = watchFor(60, (minute) => ({ last: 9_000_000_000 + minute, ranges: [{ from: 9_000_000_000, to: 9_000_000_000 }] })).at(-1);
	if (look === undefined) throw new Error("no look");
	const partitions = Object.fromEntries(
		Array.from({ length: 32 }, (_, id) => [String(id), look.note.partitions["0"] ?? { ends: [], top: 0, movedAt: 0, gaps: [] }]),
	);
	const row = { ...streamNoteAddress("defender"), etag: "e", values: streamNoteValues({ ...look.note, partitions }) };
	expect(String(row.values["partitions"]).length).toBeLessThan(32_768);
	expect(readStreamNote(row)).toEqual({ ...look.note, partitions });
	expect(readStreamNote({ ...row, values: { partitions: "{" } })).toBeUndefined();
});
