import { describe, expect, onTestFinished, test } from "vitest";
import { type HubReader, hubReaders } from "../../lib/app/hub-reader.ts";
import { createStreamWatch } from "../../lib/app/stream-watch.ts";
import { createNotebook } from "../../lib/watch/notebook.ts";
import type { HubFacts } from "../../lib/watch/stream-look.ts";
import { startBroker } from "../amqp/broker.ts";
import { at } from "../builders.ts";
import { createMemoryTable } from "../simulation/memory-table.ts";
import { changeDeps } from "../store/change-deps.ts";

const start = at("21T10:00:00").getTime();
const inMinute = (minute: number) => new Date(start + minute * 60_000);

/** A hub of one partition that ends where it is told. */
function aHub(hub: string, last: (minute: number) => number | undefined) {
	let minute = 0;
	const facts = (): HubFacts => {
		const end = last(minute);
		if (end === undefined) throw new Error("no answer");
		return { name: hub, createdAt: at("01T00:00:00"), partitions: [{ id: "0", begin: 0, last: end }] };
	};
	const reader: HubReader = {
		hub,
		facts: () => new Promise((resolve) => void resolve(facts())),
		readAgain: () => Promise.resolve(),
	};
	return {
		reader,
		turnTo(next: number) {
			minute = next;
		},
	};
}

async function codesAfter(minutes: number, last: (minute: number) => number | undefined, recorded: (minute: number) => number) {
	const table = createMemoryTable(() => inMinute(0));
	const hub = aHub("defender", last);
	const watch = createStreamWatch(changeDeps(table), [hub.reader]);
	const notebook = createNotebook(changeDeps(table));
	let noted = 0;
	const codes: string[][] = [];
	for (let minute = 0; minute < minutes; minute++) {
		hub.turnTo(minute);
		const end = recorded(minute);
		notebook.recorded(Array.from({ length: end - noted }, (_, n) => ({ at: { source: "defender/0", message: noted + n + 1 }, body: "" })));
		noted = Math.max(noted, end);
		await notebook.write(inMinute(minute));
		codes.push((await watch(inMinute(minute))).problems.map(({ code }) => code));
	}
	return codes;
}

describe("the timer sees by itself", () => {
	test("that all is well", async () => {
		const codes = await codesAfter(
			30,
			(minute) => 10 + minute,
			(minute) => 10 + minute,
		);
		expect(codes.flat()).toEqual([]);
	});

	test("that nothing is read any more, within a quarter of an hour", async () => {
		const codes = await codesAfter(
			30,
			(minute) => 10 + minute,
			(minute) => Math.min(15, 10 + minute),
		);
		const first = codes.findIndex((one) => one.includes("events-unread"));
		expect(first).toBeGreaterThan(10);
		expect(first - 6).toBeLessThanOrEqual(15);
		expect(codes.slice(first).every((one) => one.join() === "events-unread")).toBe(true);
	});

	test("and says of which hub, and that it is we who recorded nothing", async () => {
		const table = createMemoryTable(() => inMinute(0));
		const watch = createStreamWatch(changeDeps(table), [aHub("defender", () => 411).reader]);
		const notebook = createNotebook(changeDeps(table));
		notebook.recorded([{ at: { source: "defender/0", message: 0 }, body: "" }]);
		await notebook.write(inMinute(0));
		let whats: readonly string[] = [];
		for (let minute = 0; minute <= 12; minute++) whats = (await watch(inMinute(minute))).problems.map(({ what }) => what);
		expect(whats).toEqual(["411 messages wait in defender, and Tunnelwatch has recorded none from at least one partition for 12 minutes."]);
	});

	test("that reading is behind", async () => {
		const codes = await codesAfter(
			40,
			(minute) => 100 + 10 * minute,
			(minute) => 100 + minute,
		);
		expect(new Set(codes.flat())).toEqual(new Set(["events-late"]));
	});

	test("that the hub says nothing, from its tenth minute on", async () => {
		const codes = await codesAfter(
			30,
			(minute) => (minute >= 5 ? undefined : 10),
			() => 10,
		);
		expect(codes.map((one) => one.join())).toEqual([
			...Array.from({ length: 15 }, () => ""),
			...Array.from({ length: 15 }, () => "hub-unreachable"),
		]);
	});

	test("that nothing has come since the weekend began", async () => {
		const codes = await codesAfter(
			72 * 60 + 5,
			(minute) => (minute < 3 ? 10 + minute : 12),
			(minute) => (minute < 3 ? 10 + minute : 12),
		);
		expect(codes.findIndex((one) => one.includes("stream-silent"))).toBe(72 * 60 + 2);
	});
});

test("one hub that does not answer hides nothing of another one", async () => {
	const table = createMemoryTable(() => inMinute(0));
	const good = aHub("good", () => 10);
	const watch = createStreamWatch(changeDeps(table), [aHub("bad", () => undefined).reader, good.reader]);
	await watch(inMinute(0));
	expect((await watch(inMinute(11))).problems.map(({ code, subject }) => [code, subject])).toEqual([["hub-unreachable", "bad"]]);
});

test("without a hub in the settings there is nothing to watch", async () => {
	expect(hubReaders({ EVENTHUB_NAME: "defender" })).toEqual([]);
	expect(await createStreamWatch(changeDeps(createMemoryTable(() => inMinute(0))), [])(inMinute(0))).toMatchObject({ problems: [] });
});

test("a real client asks the hub for what it holds, and gives up on one that is not there", async () => {
	const broker = await startBroker({ hub: "defender" });
	onTestFinished(() => broker.close());
	const environment = { EventHub: broker.connectionString, EVENTHUB_NAME: "defender,nobody" };
	const [reader, nobody] = hubReaders(environment);
	expect(await reader?.facts()).toMatchObject({
		name: "defender",
		partitions: [
			{ id: "0", last: -1 },
			{ id: "1", last: -1 },
		],
	});
	await expect(nobody?.facts()).rejects.toThrow();
});
