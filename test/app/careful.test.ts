import { describe, expect, test } from "vitest";
import { createCarefulReader, type Read } from "../../lib/app/careful.ts";
import type { Message } from "../../lib/defender/message.ts";
import { nothingDelivered } from "../../lib/outbox/delivery-report.ts";
import type { Outcome } from "../../lib/pipeline.ts";
import type { Table } from "../../lib/store/table.ts";
import type { Quarantined } from "../../lib/watch/quarantine.ts";
import { at } from "../builders.ts";
import { createMemoryTable } from "../simulation/memory-table.ts";
import { changeDeps } from "../store/change-deps.ts";

const source = "defender/0";
const outcome: Outcome = {
	messages: 1,
	records: 1,
	known: 1,
	sightings: [],
	origins: new Map(),
	devices: [],
	quarantined: [],
	recorded: [],
	delivered: nothingDelivered,
	learnFailed: undefined,
};

type Death = "throws" | "never ends" | "exits";

/** Sixteen messages of three records each; the marked record does what it does to whoever reads it. */
const batch: readonly Message[] = Array.from({ length: 16 }, (_, n) => ({
	at: { source, message: 100 + n },
	body: { records: [0, 1, 2].map((record) => ({ id: `${100 + n}.${record}` })) },
}));

/** Processes that read the batch one after the other, as a host would, until one answers. */
function aPartition(table: Table, deadly: Readonly<Record<string, Death>>) {
	const done = new Set<string>();
	const quarantined: Quarantined[] = [];
	/** Called when a process has met what ends it. */
	let die: () => void = () => undefined;
	const idsIn = ({ body }: Message) => (body as { records: { id: string }[] }).records.map(({ id }) => id);
	const process = () =>
		createCarefulReader({
			...changeDeps(table),
			isQuiet: () => false,
			quarantine: (entries) => {
				quarantined.push(...entries);
				return Promise.resolve();
			},
			run: async (messages) => {
				const ids = messages.flatMap(idsIn);
				const how = ids.map((id) => deadly[id]).find((one) => one !== undefined);
				if (how === "throws") throw new TypeError("no");
				// Whoever ends or hangs never answers; the host starts another one.
				if (how !== undefined) {
					die();
					return new Promise(() => undefined);
				}
				for (const id of ids) done.add(id);
				return outcome;
			},
		});
	const tries = async (most: number, retryCount = 0): Promise<{ readonly tries: number; readonly read: Read | undefined }> => {
		for (let attempt = 1; attempt <= most; attempt++) {
			const died = new Promise<undefined>((resolve) => {
				die = () => resolve(undefined);
			});
			const read = await Promise.race([process()(batch, retryCount), died]).catch(() => undefined);
			if (read !== undefined) return { tries: attempt, read };
		}
		return { tries: most, read: undefined };
	};
	return { done, quarantined, tries, process };
}

const aTable = () => createMemoryTable(() => at("21T10:00:00"));

describe("a message that kills its reader is found, and stops nothing", () => {
	test.each<[Death, string]>([
		["throws", "unexpected"],
		["never ends", "killed-the-reader"],
		["exits", "killed-the-reader"],
	])("one that %s: everything else of its batch is recorded in at most six tries", async (how, reason) => {
		const table = aTable();
		const { done, quarantined, tries } = aPartition(table, { "107.1": how });
		expect((await tries(6)).read?.killers).toHaveLength(1);
		expect(quarantined).toMatchObject([{ at: { source, message: 107 }, reason }]);
		const lost = how === "throws" ? ["107.0", "107.1", "107.2"] : ["107.1"];
		expect(done.size).toBe(48 - lost.length);
		for (const id of lost) expect(done.has(id)).toBe(false);
		expect(table.all()).toEqual([]);
	});

	test("two of them are found one after the other", async () => {
		const { done, quarantined, tries } = aPartition(aTable(), { "103.0": "exits", "107.1": "exits" });
		expect((await tries(8)).read).toBeDefined();
		expect(new Set(quarantined.map(({ at: { message }, record }) => `${message}.${record}`))).toEqual(new Set(["103.0", "107.1"]));
		expect(done.size).toBe(46);
	});

	test("three deaths that are chance cost nobody anything", async () => {
		const table = aTable();
		const deadly: Record<string, Death> = { "107.1": "exits" };
		const { done, quarantined, tries } = aPartition(table, deadly);
		await tries(3);
		delete deadly["107.1"];
		expect((await tries(1)).read?.outcomes).toHaveLength(16);
		expect(quarantined).toEqual([]);
		expect(done.size).toBe(48);
	});
});

test("a message that kills a process in which other partitions are read too is found, and nothing of those is laid to blame", async () => {
	const table = aTable();
	const done = new Set<string>();
	const quarantined: string[] = [];
	const other: readonly Message[] = batch.map(({ at: place, body }) => ({ at: { ...place, source: "defender/1" }, body }));
	const nameOf = ({ at: { source: partition, message, record } }: Message) => `${partition} ${message}.${record ?? ""}`;
	const isDeadly = ({ at: place, body }: Message) => place.source === source && JSON.stringify(body).includes('"107.1"');
	let finished = 0;
	for (let attempt = 1; attempt <= 8 && finished < 2; attempt++) {
		finished = 0;
		let isDead = false;
		let die = (): void => undefined;
		const died = new Promise<void>((resolve) => {
			die = resolve;
		});
		const reader = createCarefulReader({
			...changeDeps(table),
			isQuiet: () => false,
			quarantine: (entries) => {
				for (const { at: place, record, reason } of entries) quarantined.push(`${place.source} ${place.message}.${record ?? ""} ${reason}`);
				return Promise.resolve();
			},
			run: async (messages) => {
				// The other partition is slower, and is in the middle of a piece whenever the process dies.
				for (let turn = 0; turn < (messages[0]?.at.source === source ? 1 : 40); turn++) await new Promise(setImmediate);
				if (messages.some(isDeadly)) {
					isDead = true;
					die();
				}
				if (isDead) return new Promise(() => undefined);
				for (const message of messages) done.add(nameOf(message));
				return outcome;
			},
		});
		const both = [batch, other].map(async (messages) => {
			await reader(messages, attempt - 1);
			if (!isDead) finished += 1;
		});
		await Promise.race([Promise.all(both), died]);
	}
	expect(finished).toBe(2);
	expect(new Set(quarantined)).toEqual(new Set(["defender/0 107.1 killed-the-reader"]));
	expect([...done].filter((name) => name.startsWith("defender/1")).length).toBeGreaterThan(0);
});

test("a table that refuses for an hour brings nothing under suspicion", async () => {
	const table = aTable();
	const outage: { on: boolean } = { on: true };
	const reader = createCarefulReader({
		...changeDeps(table),
		isQuiet: () => false,
		quarantine: () => Promise.resolve(),
		run: () =>
			outage.on ? Promise.reject(new Error("1 of 1 devices could not be recorded: Table Storage failed")) : Promise.resolve(outcome),
	});
	for (let retry = 0; retry < 720; retry++) await expect(reader(batch, retry)).rejects.toThrow("Table Storage failed");
	outage.on = false;
	expect(await reader(batch, 720)).toEqual({ outcomes: [outcome], killers: [] });
});

test("a table that is away altogether is no reason not to read", async () => {
	const table: Table = { ...aTable(), get: () => Promise.reject(new Error("away")) };
	const reader = createCarefulReader({
		...changeDeps(table),
		isQuiet: () => false,
		quarantine: () => Promise.resolve(),
		run: () => Promise.resolve(outcome),
	});
	expect((await reader(batch, 1)).outcomes).toHaveLength(1);
});

test("only the first batch of a partition and one that is tried again are noted, and a quiet one never", async () => {
	let calls = 0;
	const memory = aTable();
	const counted: Table = {
		...memory,
		get: (key) => {
			calls += 1;
			return memory.get(key);
		},
	};
	const batches: { quiet: boolean } = { quiet: true };
	const reader = createCarefulReader({
		...changeDeps(counted),
		isQuiet: () => batches.quiet,
		quarantine: () => Promise.resolve(),
		run: () => Promise.resolve(outcome),
	});
	await reader(batch, 0);
	await reader(batch, 0);
	batches.quiet = false;
	await reader(batch, 0);
	expect(calls).toBe(0);
	await reader(batch, 1);
	expect(calls).toBe(1);
});
