import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { missing, readCoverage, topOf, withFloor, withRecorded } from "../../lib/watch/coverage.ts";
import { common, type Intervals, readIntervals, sizeOf, union, without, writeIntervals } from "../../lib/watch/intervals.ts";

const numbers = fc.uniqueArray(fc.integer({ min: 0, max: 60 }));
const intervals = numbers.map((list) => list.reduce<Intervals>((known, one) => union(known, [{ from: one, to: one }]), []));
const members = (list: Intervals) => new Set(list.flatMap(({ from, to }) => Array.from({ length: to - from + 1 }, (_, n) => from + n)));

describe("intervals are sets of numbers", () => {
	test("union, difference and what is common are those of sets, and the size is right", () => {
		fc.assert(
			fc.property(intervals, intervals, (a, b) => {
				const [inA, inB] = [members(a), members(b)];
				expect(members(union(a, b))).toEqual(new Set([...inA, ...inB]));
				expect(members(without(a, b))).toEqual(new Set([...inA].filter((one) => !inB.has(one))));
				expect(members(common(a, b))).toEqual(new Set([...inA].filter((one) => inB.has(one))));
				expect(sizeOf(a)).toBe(members(a).size);
			}),
			{ numRuns: 300 },
		);
	});

	test("they are always sorted and never touch, and text gives back what it was made from", () => {
		fc.assert(
			fc.property(intervals, intervals, (a, b) => {
				const joined = union(a, b);
				for (const [index, one] of joined.entries()) expect(one.from).toBeGreaterThan((joined[index - 1]?.to ?? -2) + 1);
				expect(readIntervals(writeIntervals(joined))).toEqual(joined);
			}),
			{ numRuns: 300 },
		);
	});

	test.each(["7-3", "a", "1-2,3", "1--2", "5,1", "1-2-3", " 1"])("%s is not what we write", (text) => {
		expect(readIntervals(text)).toBeUndefined();
	});
});

describe("what is recorded of a partition", () => {
	const batch = (from: number, to: number): Intervals => [{ from, to }];

	test("before the first look nothing is missing, for nobody knows where it began", () => {
		expect(missing({ floor: undefined, ranges: batch(10, 20) }, 30)).toEqual([]);
	});

	test("a skipped range is missing up to what is known to exist", () => {
		const covered = { floor: 5, ranges: [...batch(5, 8), ...batch(12, 20)] };
		expect(missing(covered, 25)).toEqual([...batch(9, 11), ...batch(21, 25)]);
		expect(topOf(covered)).toBe(20);
		expect([missing({ floor: 5, ranges: [] }, 4), missing({ floor: 5, ranges: [] }, 5)]).toEqual([[], batch(5, 5)]);
	});

	test("a batch that comes again does not open what was settled", () => {
		const settled = withFloor({ floor: 0, ranges: [...batch(0, 4), ...batch(8, 9)] }, 8);
		expect(withRecorded(settled, batch(2, 3))).toEqual({ floor: 8, ranges: batch(8, 9) });
		expect(withFloor(settled, 3)).toEqual(settled);
	});

	test("more gaps than a row can hold wait, and none is forgotten", () => {
		const many = Array.from({ length: 900 }, (_, n) => ({ from: 3 * n, to: 3 * n }));
		expect(withRecorded({ floor: 0, ranges: many }, batch(2_700, 2_700))).toBeUndefined();
		expect(withRecorded({ floor: 0, ranges: many }, batch(1, 1))?.ranges).toHaveLength(900);
	});

	test("a row that nobody can read is as good as none", () => {
		const row = (ranges: string) => ({ partitionKey: "meta", rowKey: "c|x", etag: "e", values: { v: 1, ranges } });
		expect(readCoverage(row("broken")).ranges).toEqual([]);
		expect(readCoverage(row("3-9")).ranges).toEqual(batch(3, 9));
	});
});
