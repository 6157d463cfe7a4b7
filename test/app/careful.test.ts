import { describe, expect, test } from "vitest";
import { createCarefulReader, type Read } from "../../lib/app/careful.ts";
import { createGate } from "../../lib/app/gate.ts";
import type { Message } from "../../lib/defender/message.ts";
import { nothingDelivered } from "../../lib/outbox/delivery-report.ts";
import type { Outcome } from "../../lib/pipeline.ts";
import type { Table } from "../../lib/store/table.ts";
import type { Quarantined } from "../../lib/watch/quarantined.ts";
import { createRandom } from "../bench/random.ts";
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

const now = at("21T10:00:00");

/** What a process has to itself. */
const aProcess = (table: Table) => ({ ...changeDeps(table), clock: () => now, gate: createGate() });

type Death = "throws" | "never ends" | "exits" | "exits when it is recorded";

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
			...aProcess(table),
			isQuiet: () => false,
			quarantine: (entries) => {
				quarantined.push(...entries);
				return Promise.resolve();
			},
			run: async (messages, stages) => {
				const ids = messages.flatMap(idsIn);
				const how = ids.map((id) => deadly[id]).find((one) => one !== undefined);
				if (how === undefined || how === "exits when it is recorded") await stages?.inspected();
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

	test("one that ends its process only when it is recorded costs more tries, for most deaths then are chance", async () => {
		const table = aTable();
		const { done, quarantined, tries } = aPartition(table, { "107.1": "exits when it is recorded" });
		// Once among all, once as part of its message, twelve times alone.
		expect((await tries(14)).read).toBeUndefined();
		expect((await tries(1)).read?.killers).toMatchObject([{ at: { source, message: 107 }, record: 1, reason: "killed-the-reader" }]);
		expect(quarantined).toHaveLength(1);
		expect(done.size).toBe(47);
		expect(table.all()).toEqual([]);
	});

	test("two of them are found one after the other", async () => {
		const { done, quarantined, tries } = aPartition(aTable(), { "103.0": "exits", "107.1": "exits" });
		// Each dies in its message once and alone three times, after the one death that all share.
		expect((await tries(10)).read).toBeDefined();
		expect(new Set(quarantined.map(({ at: { message }, record }) => `${message}.${record}`))).toEqual(new Set(["103.0", "107.1"]));
		expect(done.size).toBe(46);
	});

	test("three deaths that are chance cost nobody anything", async () => {
		const table = aTable();
		const deadly: Record<string, Death> = { "107.1": "exits" };
		const { done, quarantined, tries } = aPartition(table, deadly);
		await tries(3);
		delete deadly["107.1"];
		expect((await tries(1)).read?.killers).toEqual([]);
		expect(quarantined).toEqual([]);
		expect(done.size).toBe(48);
	});

	test("a record that is being read alone at two deaths in a row, and is read at the third try, is no killer", async () => {
		const table = aTable();
		const deadly: Record<string, Death> = { "107.1": "exits" };
		const { done, quarantined, tries } = aPartition(table, deadly);
		// Once among all, once as part of its message, twice alone.
		await tries(4);
		delete deadly["107.1"];
		deadly["107.2"] = "exits";
		// The next one is suspected from the beginning again, not from where the suspicion of another ended.
		await tries(2);
		expect(quarantined).toEqual([]);
		expect((await tries(2)).read?.killers).toMatchObject([{ at: { message: 107 }, record: 2 }]);
		expect(done.size).toBe(47);
	});

	test("a note of a hub that was made anew under the same name says nothing about its messages", async () => {
		const table = aTable();
		const { done, tries } = aPartition(table, { "107.1": "exits" });
		await tries(2);
		done.clear();
		const anew = batch.map(({ at: place, body }) => ({ at: { ...place, enqueuedAt: now }, body }));
		const { done: again, process } = aPartition(table, {});
		await process()(anew, 1);
		expect(again.size).toBe(48);
	});
});

interface Life {
	/** Calls of the table, and pieces read, until somebody kills the process. */
	readonly steps: number;
}

/** How often in a row a record was being read, and then recorded, alone, when its process ended. */
interface Seen {
	readonly reading: number;
	readonly recording: number;
}

interface Killers {
	readonly reading?: string;
	readonly recording?: string;
}

const unseen: Seen = { reading: 0, recording: 0 };

/** Processes that are killed from outside at any step, each at another, until one has read the batch; told as seen from outside. */
async function killedAtRandom(nextLife: () => Life, killers: Killers, mostTries: number) {
	const memory = aTable();
	const seen = new Map<string, Seen>();
	const done = new Set<string>();
	const quarantined = new Map<string, Seen>();
	for (let attempt = 0; attempt < mostTries; attempt++) {
		let left = nextLife().steps;
		let inside: { readonly id: string; readonly stage: keyof Seen } | undefined;
		let die = (): void => undefined;
		const died = new Promise<undefined>((resolve) => {
			die = () => resolve(undefined);
		});
		const step = async (): Promise<void> => {
			left -= 1;
			if (left >= 0) return;
			die();
			await new Promise(() => undefined);
		};
		const table: Table = {
			...memory,
			get: (key) => step().then(() => memory.get(key)),
			create: (row) => step().then(() => memory.create(row)),
			replace: (row, etag) => step().then(() => memory.replace(row, etag)),
			remove: (key, etag) => step().then(() => memory.remove(key, etag)),
		};
		const reader = createCarefulReader({
			...aProcess(table),
			isQuiet: () => false,
			quarantine: async (entries) => {
				await step();
				for (const { at: place, record } of entries) {
					const name = `${place.message}.${record ?? ""}`;
					quarantined.set(name, seen.get(name) ?? unseen);
				}
			},
			run: async (messages, stages) => {
				const ids = messages.flatMap(({ body }) => (body as { records: { id: string }[] }).records.map(({ id }) => id));
				const [id = ""] = ids;
				const isAlone = messages.length === 1 && ids.length === 1;
				if (isAlone) inside = { id, stage: "reading" };
				if (ids.includes(killers.reading ?? "")) left = 0;
				await step();
				// It is being read until that is noted, and then recorded until that is.
				await stages?.inspected();
				if (isAlone) {
					inside = { id, stage: "recording" };
					seen.set(id, { ...(seen.get(id) ?? unseen), reading: 0 });
				}
				if (ids.includes(killers.recording ?? "")) left = 0;
				await step();
				await step();
				for (const one of ids) done.add(one);
				await stages?.recorded();
				if (isAlone) seen.delete(id);
				inside = undefined;
				await step();
				return outcome;
			},
		});
		const read = await Promise.race([reader(batch, attempt), died]);
		if (read !== undefined) return { tries: attempt + 1, done, quarantined };
		if (inside !== undefined) {
			const before = seen.get(inside.id) ?? unseen;
			seen.set(inside.id, { ...before, [inside.stage]: before[inside.stage] + 1 });
		}
	}
	return { tries: undefined, done, quarantined };
}

describe("processes that are killed from outside, again and again, while they read piece by piece", () => {
	test("take nothing for a killer unless three in a row ended while it was read alone, or twelve while it was recorded", async () => {
		const random = createRandom(416432);
		let given = 0;
		for (let history = 0; history < 60; history++) {
			const mean = 10 + random.below(40);
			// The first ones die while they read the whole batch, the next ones anywhere.
			const lives = [4, 4, 4];
			const nextLife = () => ({ steps: lives.shift() ?? random.below(2 * mean) });
			const { tries, done, quarantined } = await killedAtRandom(nextLife, {}, 200);
			expect(tries).toBeDefined();
			for (const [name, seen] of quarantined) {
				given += 1;
				expect(seen.reading >= 3 || seen.recording >= 12, `${name} in history ${history}: ${JSON.stringify(seen)}`).toBe(true);
			}
			expect(new Set([...done, ...quarantined.keys()]).size).toBe(48);
		}
		// Three deaths in one record are chance, too, where a process lives for a few steps only; nobody can tell them apart.
		expect(given).toBeLessThan(3);
	});

	test("blame nothing, though none of ten lives long enough to record anything", async () => {
		const lives = Array.from({ length: 11 }, (_, n) => (n < 2 ? 4 : 6));
		const { tries, done, quarantined } = await killedAtRandom(() => ({ steps: lives.shift() ?? 1_000 }), {}, 12);
		expect(tries).toBe(12);
		expect([...quarantined]).toEqual([]);
		expect(done.size).toBe(48);
	});

	test.each([
		["the true killer is found among them", { reading: "107.1" }, 60],
		["so is one that kills when it is recorded", { recording: "107.1" }, 120],
	] as const)("and %s", async (_, killers, mostTries) => {
		const random = createRandom(15);
		for (let history = 0; history < 30; history++) {
			const { tries, done, quarantined } = await killedAtRandom(() => ({ steps: random.below(120) }), killers, mostTries);
			expect(tries).toBeDefined();
			expect([...quarantined.keys()]).toContain("107.1");
			expect(done.has("107.1")).toBe(false);
			expect(new Set([...done, ...quarantined.keys()]).size).toBe(48);
		}
	});
});

test("a piece is not read when its note cannot be written: its death would be laid to the piece before it", async () => {
	const memory = aTable();
	const { tries } = aPartition(memory, { "103.0": "exits" });
	await tries(1);
	const read: number[] = [];
	let writes = 0;
	const failing: Table = {
		...memory,
		replace: (row, etag) => (++writes > 3 ? Promise.reject(new Error("away")) : memory.replace(row, etag)),
	};
	const reader = createCarefulReader({
		...aProcess(failing),
		isQuiet: () => false,
		quarantine: () => Promise.resolve(),
		run: ([message]) => {
			read.push(message?.at.message ?? -1);
			return Promise.resolve(outcome);
		},
	});
	await expect(reader(batch, 1)).rejects.toThrow("away");
	// One write opens the note, and one stands before each piece.
	expect(read).toEqual([100, 101]);
});

test("a batch that takes too long piece by piece goes on in the next try, and nothing is laid to where it stopped", async () => {
	const memory = aTable();
	const { tries } = aPartition(memory, { "103.0": "exits" });
	await tries(1);
	const read: number[] = [];
	let ms = 0;
	const reader = createCarefulReader({
		...aProcess(memory),
		clock: () => new Date(now.getTime() + ms),
		isQuiet: () => false,
		quarantine: () => Promise.reject(new Error("nothing is to be set aside")),
		run: ([message]) => {
			read.push(message?.at.message ?? -1);
			ms += 25_000;
			return Promise.resolve(outcome);
		},
	});
	for (let retry = 1; retry <= 7; retry++) await expect(reader(batch, retry)).rejects.toThrow("the next try goes on there");
	expect((await reader(batch, 8)).killers).toEqual([]);
	expect([...new Set(read)]).toEqual(batch.map(({ at: { message } }) => message));
	expect(memory.all()).toEqual([]);
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
			...aProcess(table),
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
		...aProcess(table),
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
		...aProcess(table),
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
		...aProcess(counted),
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
