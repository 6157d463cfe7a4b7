import { expect, test } from "vitest";
import type { Message } from "../../lib/defender/message.ts";
import { coverageAddress, readCoverage } from "../../lib/watch/coverage.ts";
import { newestEvent, streamAddress } from "../../lib/watch/newest-event.ts";
import { createNotebook } from "../../lib/watch/notebook.ts";
import { at } from "../builders.ts";
import { createMemoryTable } from "../simulation/memory-table.ts";
import { changeDeps } from "../store/change-deps.ts";

const now = at("21T10:00:00");

function message(number: number, enqueuedAt = now, partition = "0"): Message {
	return { at: { source: `defender/${partition}`, message: number, enqueuedAt }, body: "" };
}

function aNotebook(exists = true) {
	const table = createMemoryTable(() => now, exists);
	const covered = async (partition = "0") => readCoverage(await table.get(coverageAddress(`defender/${partition}`))).ranges;
	return { table, covered, notebook: createNotebook(changeDeps(table)) };
}

test("what was recorded is written when asked, and nothing before", async () => {
	const { table, covered, notebook } = aNotebook();
	notebook.recorded([message(5), message(6), message(9), message(2, now, "1")]);
	expect(table.all()).toEqual([]);
	await notebook.write(now);
	expect(await covered()).toEqual([
		{ from: 5, to: 6 },
		{ from: 9, to: 9 },
	]);
	expect(await covered("1")).toEqual([{ from: 2, to: 2 }]);
});

test("two readers of one partition lose nothing of each other", async () => {
	const { table, covered, notebook } = aNotebook();
	const other = createNotebook(changeDeps(table));
	notebook.recorded([message(1), message(2)]);
	other.recorded([message(3), message(4)]);
	await Promise.all([notebook.write(now), other.write(now)]);
	expect(await covered()).toEqual([{ from: 1, to: 4 }]);
});

test("what the table did not take is written the next time", async () => {
	const { table, covered } = aNotebook();
	const outage: { on: boolean } = { on: true };
	const notebook = createNotebook(changeDeps({ ...table, get: (key) => (outage.on ? Promise.reject(new Error("away")) : table.get(key)) }));
	notebook.recorded([message(1)]);
	await expect(notebook.write(now)).rejects.toThrow("away");
	outage.on = false;
	await notebook.write(now);
	expect(await newestEvent(table)).toEqual(now);
	notebook.recorded([message(2, at("21T09:00:00"))]);
	await notebook.write(now);
	expect(await covered()).toEqual([{ from: 1, to: 2 }]);
	expect(await newestEvent(table)).toEqual(now);
});

test("a partition with more gaps than its row holds keeps no other partition from being noted, and loses nothing itself", async () => {
	const { covered, notebook } = aNotebook();
	for (let number = 0; number <= 1_800; number += 2) notebook.recorded([message(number)]);
	notebook.recorded([message(7, now, "1")]);
	await expect(notebook.write(now)).rejects.toThrow("too many gaps in defender/0");
	expect(await covered("1")).toEqual([{ from: 7, to: 7 }]);
	for (let number = 1; number < 1_800; number += 2) notebook.recorded([message(number)]);
	await notebook.write(now);
	expect(await covered()).toEqual([{ from: 0, to: 1_800 }]);
});

test("nothing to write makes no call, nor does a message whose number the host did not say", async () => {
	const { notebook, table } = aNotebook();
	await notebook.write(now);
	notebook.recorded([{ at: { source: "defender/0", message: -1 }, body: "" }]);
	await notebook.write(now);
	expect(table.all()).toEqual([]);
});

test("a table that is not there yet is made", async () => {
	const { covered, notebook } = aNotebook(false);
	notebook.recorded([message(1)]);
	await notebook.write(now);
	expect(await covered()).toEqual([{ from: 1, to: 1 }]);
});

test("the newest event is remembered for health, never moved back", async () => {
	const { table, notebook } = aNotebook();
	expect(await newestEvent(table)).toBeUndefined();
	notebook.recorded([message(1, at("21T09:59:00"))]);
	await notebook.write(now);
	notebook.recorded([message(2, at("21T09:50:00"))]);
	await notebook.write(now);
	expect(await newestEvent(table)).toEqual(at("21T09:59:00"));
	notebook.recorded([message(3, at("21T10:02:00"))]);
	await notebook.write(now);
	expect(await newestEvent(table)).toEqual(at("21T10:02:00"));
	notebook.recorded([message(4, at("21T10:05:00")), message(5, at("21T10:04:00"))]);
	await notebook.write(now);
	expect(await newestEvent(table)).toEqual(at("21T10:05:00"));
	const before = await table.get(streamAddress);
	notebook.recorded([message(6, at("21T10:05:00"))]);
	await notebook.write(now);
	expect((await table.get(streamAddress))?.etag).toBe(before?.etag);
});
