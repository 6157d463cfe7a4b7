import { expect, test } from "vitest";
import {
	acceptLost,
	countRereads,
	type LoggedGap,
	logGaps,
	lostCount,
	nothingLogged,
	readContinuityLog,
} from "../../lib/watch/continuity-log.ts";
import { at } from "../builders.ts";
import { createMemoryTable } from "../simulation/memory-table.ts";
import { changeDeps } from "../store/change-deps.ts";

const createDeps = () => changeDeps(createMemoryTable(() => at("21T10:00:00")));
const gap = (time: string, count: number): LoggedGap => ({ at: at(time), partition: "0", numbers: `1-${count}`, count });

test("a digest counts what was read again from its first moment on, and leaves its last one to the next", async () => {
	const deps = createDeps();
	await logGaps(deps, "one", { rereads: [gap("20T07:00:00", 1), gap("20T12:00:00", 20)] });
	await logGaps(deps, "two", { rereads: [gap("20T06:59:59.999", 300), gap("21T07:00:00", 4_000)] });
	expect(await countRereads(deps.table, at("20T07:00:00"), at("21T07:00:00"))).toBe(21);
	expect(await countRereads(deps.table, at("21T07:00:00"), at("22T07:00:00"))).toBe(4_000);
});

test("of very many lost stretches none is forgotten: sixty lines are kept, the oldest for all before it", async () => {
	const deps = createDeps();
	for (let n = 1; n <= 70; n++) await logGaps(deps, "defender", { lost: [gap("20T07:00:00", n)] });
	const log = await readContinuityLog(deps.table, "defender");
	expect([log.lost.length, lostCount(log), log.lost.at(-1)?.count]).toEqual([60, 2_485, 70]);
	// 1 to 11 together, then 12.
	expect(log.lost.slice(0, 2).map(({ count }) => count)).toEqual([66, 12]);
	expect(log.lost[0]?.numbers).toContain("and others");

	expect(await acceptLost(deps, "defender")).toBe(2_485);
	expect((await readContinuityLog(deps.table, "defender")).lost).toEqual([]);
});

test("what is lost of each partition stays its own, and is named once however often lines are joined", async () => {
	const deps = createDeps();
	const nth = (n: number): LoggedGap => ({ at: at("20T07:00:00"), partition: String(n % 2), numbers: String(n), count: 1 });
	for (let n = 0; n < 200; n++) await logGaps(deps, "defender", { lost: [nth(n)] });
	const { lost } = await readContinuityLog(deps.table, "defender");
	const of = (id: string) => lost.filter(({ partition }) => partition === id);
	expect([lost.length, lostCount({ ...nothingLogged, lost: of("0") }), lostCount({ ...nothingLogged, lost: of("1") })]).toEqual([
		61, 100, 100,
	]);
	expect([of("0")[0]?.numbers, of("1")[0]?.numbers]).toEqual(["0 and others", "1 and others"]);
});

test("a hub of a thousand partitions that lost something in each is noted, and no message of it is forgotten", async () => {
	const deps = createDeps();
	const everywhere = (time: string, count: number): readonly LoggedGap[] =>
		Array.from({ length: 1_024 }, (_, n) => ({ at: at(time), partition: String(n), numbers: "9".repeat(120), count }));
	await logGaps(deps, "defender", { lost: everywhere("20T07:00:00", 1) });
	await logGaps(deps, "defender", { lost: everywhere("20T09:00:00", 2) });
	const { lost } = await readContinuityLog(deps.table, "defender");
	expect(lostCount({ ...nothingLogged, lost })).toBe(3_072);
	expect(lost[0]).toMatchObject({ at: at("20T07:00:00"), partition: "0 and others" });
	expect(lost.filter(({ partition }) => partition.endsWith("others"))).toHaveLength(1);
	expect(lost.at(-1)).toMatchObject({ at: at("20T09:00:00"), partition: "1023", count: 2 });
});

test("a stretch that two looks tell lost, because a reader noted something between them, counts once", async () => {
	const deps = createDeps();
	await logGaps(deps, "defender", { lost: [gap("20T07:00:00", 10)] });
	await logGaps(deps, "defender", { lost: [gap("20T07:01:00", 10), { ...gap("20T07:01:00", 10), partition: "1" }] });
	await logGaps(deps, "defender", { lost: [gap("20T08:00:00", 10)] });
	const { lost } = await readContinuityLog(deps.table, "defender");
	// An hour later those are the numbers of a hub that was made anew.
	expect(lost.map(({ at: moment, partition }) => [moment, partition])).toEqual([
		[at("20T07:00:00"), "0"],
		[at("20T07:01:00"), "1"],
		[at("20T08:00:00"), "0"],
	]);
});

test("what was read again is counted for good, and its newest sixty lines are kept", async () => {
	const deps = createDeps();
	for (let n = 1; n <= 61; n++) await logGaps(deps, "defender", { rereads: [gap("20T07:00:00", n)] });
	const { rereadCount, rereads } = await readContinuityLog(deps.table, "defender");
	expect([rereadCount, rereads.length, rereads[0]?.count, rereads.at(-1)?.count]).toEqual([1_891, 60, 2, 61]);
});
