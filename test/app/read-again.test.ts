import { describe, expect, onTestFinished, test } from "vitest";
import type { BatchReader } from "../../lib/app/batch-reader.ts";
import { hubReaders } from "../../lib/app/hub-reader.ts";
import { createReadAgain } from "../../lib/app/read-again.ts";
import { createStreamWatch } from "../../lib/app/stream-watch.ts";
import { acceptLost, countRereads, readContinuityLog } from "../../lib/watch/continuity-log.ts";
import { coverageAddress, readCoverage } from "../../lib/watch/coverage.ts";
import { noteRecorded } from "../../lib/watch/notebook.ts";
import { startBroker } from "../amqp/broker.ts";
import { at } from "../builders.ts";
import { createMemoryTable } from "../simulation/memory-table.ts";
import { changeDeps } from "../store/change-deps.ts";

const start = at("21T10:00:00").getTime();
const inMinute = (minute: number) => new Date(start + minute * 60_000);

/** A real client on a hub of ten messages in partition 0; the host skipped those that are not in `recorded`. */
async function aHub(
	recorded: readonly { readonly from: number; readonly to: number }[],
	consumerGroups = ["tunnelwatch", "tunnelwatch-again"],
) {
	const broker = await startBroker({ hub: "defender", consumerGroups });
	onTestFinished(() => broker.close());
	const readers = hubReaders({ EventHub: broker.connectionString, EVENTHUB_NAME: "defender", EVENTHUB_CONSUMER_GROUP: "tunnelwatch" });
	const deps = changeDeps(createMemoryTable(() => inMinute(0)));
	const watch = createStreamWatch(deps, readers);
	await watch(inMinute(0));
	for (let n = 0; n < 10; n++) broker.put("0", JSON.stringify({ records: [n] }));
	await noteRecorded(deps, "defender/0", recorded, inMinute(1));
	const covered = async () => readCoverage(await deps.table.get(coverageAddress("defender/0"))).ranges;
	return { broker, readers, deps, watch, covered };
}

const noOutcome = { outcomes: [], killers: [] };

describe("what the host passed over", () => {
	test("is read again in order through the steps of every batch, noted, and logged", async () => {
		const { readers, deps, watch, covered } = await aHub([
			{ from: 0, to: 2 },
			{ from: 7, to: 7 },
			{ from: 9, to: 9 },
		]);
		const read: string[] = [];
		const again = createReadAgain(deps, readers, (messages) => {
			for (const { at: place, body } of messages) read.push(`${place.source} ${place.message} ${String(body)}`);
			return Promise.resolve(noOutcome);
		});
		for (let minute = 1; minute <= 2; minute++) expect((await watch(inMinute(minute))).open).toEqual([]);
		const { open, problems } = await watch(inMinute(3));
		expect(problems).toEqual([]);
		expect(await again(open, inMinute(3))).toEqual({ count: 5, failures: [] });
		expect(read).toEqual([3, 4, 5, 6, 8].map((n) => `defender/0 ${n} {"records":[${n}]}`));
		expect(await covered()).toEqual([{ from: 0, to: 9 }]);
		expect((await watch(inMinute(4))).open).toEqual([]);
		expect(await readContinuityLog(deps.table, "defender")).toMatchObject({ rereadCount: 5, rereads: [{ numbers: "3-6,8", count: 5 }] });
		expect(await countRereads(deps.table, inMinute(0), inMinute(5))).toBe(5);
		expect(await countRereads(deps.table, inMinute(5), inMinute(9))).toBe(0);
	});

	test("and cannot be recorded stays open, and is an alarm after ten minutes", async () => {
		const { readers, deps, watch, covered } = await aHub([{ from: 4, to: 9 }]);
		// The watch began before the first message came.
		const failing: BatchReader = () => Promise.reject(new Error("Table Storage failed: 503"));
		const again = createReadAgain(deps, readers, failing);
		const codes: string[] = [];
		for (let minute = 1; minute <= 16; minute++) {
			const { open, problems } = await watch(inMinute(minute));
			codes.push(problems.map(({ code }) => code).join());
			if (minute === 4) expect((await again(open, inMinute(minute))).failures).toEqual([expect.stringContaining("503")]);
		}
		expect(codes.indexOf("gap-open")).toBe(12);
		expect(await covered()).toEqual([{ from: 4, to: 9 }]);
	});

	test("and has expired is an alarm until a person accepts it", async () => {
		const { broker, deps, watch } = await aHub([
			{ from: 0, to: 2 },
			{ from: 7, to: 9 },
		]);
		broker.expire("0", 5);
		const codes: string[] = [];
		for (let minute = 1; minute <= 30; minute++) codes.push((await watch(inMinute(minute))).problems.map(({ code }) => code).join());
		expect(codes.slice(3, 12).every((code) => code === "events-lost")).toBe(true);
		expect((await watch(inMinute(31))).lost).toBe(2);
		expect(await acceptLost(deps, "defender")).toBe(2);
		expect((await watch(inMinute(32))).lost).toBe(0);
	});

	test("of a hub whose second group is missing is said in words", async () => {
		const { readers, deps } = await aHub([], ["tunnelwatch"]);
		const again = createReadAgain(deps, readers, () => Promise.resolve(noOutcome));
		const gaps = new Map([["0", [{ from: 1, to: 2 }]]]);
		expect(await again([{ hub: "defender", gaps }], inMinute(1))).toEqual({
			count: 0,
			failures: [expect.stringMatching(/^partition 0 of defender could not be read again: .*tunnelwatch-again.* could not be found/)],
		});
	});
});

describe("what the host says it passed", () => {
	const facts = { name: "defender", createdAt: at("01T00:00:00"), partitions: [{ id: "0", begin: 100, last: 900 }] };
	const first = async (checkpoints: ReadonlyMap<string, number> | undefined) => {
		const deps = changeDeps(createMemoryTable(() => inMinute(0)));
		const reader = { hub: "defender", facts: () => Promise.resolve({ ...facts, checkpoints }), readAgain: () => Promise.resolve() };
		const state = await createStreamWatch(deps, [reader])(inMinute(0));
		return { floor: readCoverage(await deps.table.get(coverageAddress("defender/0"))).floor, unread: state.unread };
	};

	test("is where the watch begins in a hub that was read before", async () => {
		expect(await first(new Map([["0", 899]]))).toEqual({ floor: 900, unread: 1 });
	});

	test("is nothing in a hub that was never read: everything that it holds waits", async () => {
		expect(await first(new Map())).toEqual({ floor: 100, unread: 801 });
	});

	test("is unknown: then what lay in the hub before the first look is not judged", async () => {
		expect(await first(undefined)).toEqual({ floor: 901, unread: 0 });
	});

	test("finds a skip at the end of a busy time, without another message", async () => {
		const deps = changeDeps(createMemoryTable(() => inMinute(0)));
		let passed = 899;
		const reader = {
			hub: "defender",
			facts: () => Promise.resolve({ ...facts, partitions: [{ id: "0", begin: 100, last: 910 }], checkpoints: new Map([["0", passed]]) }),
			readAgain: () => Promise.resolve(),
		};
		const watch = createStreamWatch(deps, [reader]);
		await watch(inMinute(0));
		await noteRecorded(deps, "defender/0", [{ from: 900, to: 905 }], inMinute(1));
		passed = 910;
		const open = [];
		for (let minute = 1; minute <= 3; minute++) open.push((await watch(inMinute(minute))).open);
		expect(open.at(-1)).toEqual([{ hub: "defender", gaps: new Map([["0", [{ from: 906, to: 910 }]]]) }]);
	});
});
