import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import type { LockPatience } from "../../lib/store/lock-patience.ts";
import { openSqliteTable, realPatience, type SqliteTable } from "../../lib/store/sqlite-table.ts";
import { tableContract } from "../contracts/table-contract.ts";

let folder: string;
const opened: SqliteTable[] = [];
beforeAll(() => {
	folder = mkdtempSync(join(tmpdir(), "tunnelwatch-"));
});
afterAll(() => {
	for (const table of opened) table.close();
	rmSync(folder, { recursive: true, force: true });
});

const open = async (file: string, tableName = "tunnelwatch", patience?: LockPatience) => {
	const table = await openSqliteTable(join(folder, file), tableName, "power cut", patience);
	opened.push(table);
	return table;
};

/** Another process, that says how many rows are stored, until it is killed. */
function startWriter(file: string) {
	const child = spawn(process.execPath, [join(import.meta.dirname, "endless-writer.ts"), file], { stdio: ["ignore", "pipe", "inherit"] });
	const closed = once(child, "close");
	let text = "";
	// Read to the end: a closed pipe would be an error of the writer.
	child.stdout.setEncoding("utf8").on("data", (piece: string) => {
		text += piece;
	});
	const written = () => Number(text.trimEnd().split("\n").at(-1));
	const kill = async () => {
		child.kill("SIGKILL");
		await closed;
	};
	onTestFinished(kill);
	return {
		kill,
		written,
		/** Resolves when it has been told that `rows` are stored. */
		untilWritten: async (rows: number) => {
			while (written() < rows)
				await Promise.race([once(child.stdout, "data"), closed.then(() => Promise.reject(new Error("the writer ended")))]);
		},
	};
}

let tables = 0;
tableContract(
	"The table in a file",
	async () => {
		const table = await open("findings.db");
		await table.ensure();
		return table;
	},
	async () => open("findings.db", `missing${++tables}`),
);

test("what is committed is there after the process was killed", async () => {
	const writer = startWriter(join(folder, "killed.db"));
	await writer.untilWritten(200);
	await writer.kill();

	const { rows } = await (await open("killed.db")).page({ partitionKey: "p", from: "", to: "x" });
	expect(rows.length).toBeGreaterThanOrEqual(writer.written());
	expect(rows.map((row) => row.values["n"])).toEqual(rows.map((_, index) => index + 1));
});

test("readers see the last commit while another process keeps writing, and both go on", async () => {
	const writer = startWriter(join(folder, "shared.db"));
	await writer.untilWritten(1);
	const reader = await open("shared.db");
	const counts: number[] = [];
	while (counts.length < 50) counts.push((await reader.page({ partitionKey: "p", from: "", to: "x" })).rows.length);
	expect(counts).toEqual(counts.toSorted((a, b) => a - b));
	for (const rowKey of ["a", "b", "c"]) {
		expect((await reader.create({ partitionKey: "other", rowKey, values: {} })).outcome).toBe("written");
	}
	await writer.untilWritten(writer.written() + 1);
});

describe("while another program holds the lock", () => {
	/** Somebody who has begun a transaction, and a table that notes its pauses instead of sleeping. */
	async function locked(file: string, onPause: (pauses: readonly number[], unlock: () => void) => void = () => undefined) {
		await (await open(file)).ensure();
		const holder = new DatabaseSync(join(folder, file));
		const unlock = () => {
			if (holder.isTransaction) holder.exec("COMMIT");
		};
		onTestFinished(() => holder.close());
		const pauses: number[] = [];
		const table = await open(file, "tunnelwatch", {
			...realPatience,
			random: () => 0.5,
			// Writing takes no time here, so no gap is left for others.
			now: () => 0,
			sleep: async (ms) => {
				pauses.push(ms);
				onPause(pauses, unlock);
			},
		});
		holder.exec("BEGIN IMMEDIATE");
		return { table, pauses };
	}
	const row = { partitionKey: "p", rowKey: "r", values: { n: 1 } };

	test("a write waits for it, and is done once", async () => {
		const { table, pauses } = await locked("waits.db", ({ length }, unlock) => {
			if (length === 100) unlock();
		});
		expect((await table.create(row)).outcome).toBe("written");
		expect(pauses).toHaveLength(100);
		expect((await table.page({ partitionKey: "p", from: "", to: "x" })).rows).toMatchObject([row]);
	});

	test("everything that writes is patient", async () => {
		const { table } = await locked("all-wait.db", ({ length }, unlock) => {
			if (length === 10) unlock();
		});
		const removed = table.remove(row, "none");
		const transacted = table.transact([{ kind: "create", row }]);
		await Promise.all([table.replace(row, "none"), removed, transacted]);
		expect(await transacted).toMatchObject({ outcome: "written" });
	});

	test("reading does not wait", async () => {
		const { table, pauses } = await locked("reads.db");
		expect(await table.get(row)).toBeUndefined();
		expect(pauses).toEqual([]);
	});

	test("after a minute of pauses the file is named, with the cure, and nothing was written", async () => {
		const { table, pauses } = await locked("stays-locked.db");
		await expect(table.create(row)).rejects.toThrow(
			`Another program has locked ${join(folder, "stays-locked.db")} for more than 60 s. Close it, then run again: repeats change nothing.`,
		);
		const waited = pauses.reduce((sum, ms) => sum + ms, 0);
		expect(waited).toBeGreaterThanOrEqual(60_000);
		expect(waited).toBeLessThan(60_100);
		expect(Math.max(...pauses)).toBeLessThanOrEqual(50);
		expect(await table.get(row)).toBeUndefined();
	});
});

test("who writes all the time leaves gaps for others, who only reads does not", async () => {
	const [pauses, clock] = [[] as number[], { ms: 0 }];
	const table = await open("gaps.db", "tunnelwatch", {
		...realPatience,
		sleep: async (ms) => void pauses.push(ms),
		// Every transaction lasts 5 ms.
		now: () => (clock.ms += 5),
	});
	await table.ensure();
	for (let n = 0; n < 49; n++) await table.create({ partitionKey: "p", rowKey: String(n), values: {} });
	expect(pauses).toEqual(Array(10).fill(2));
	for (let n = 0; n < 49; n++) await table.get({ partitionKey: "p", rowKey: String(n) });
	expect(pauses).toHaveLength(10);
});

test("two tables in one file do not see each other's rows, and names differ by more than case", async () => {
	const one = await open("two.db", "one");
	await one.ensure();
	await one.create({ partitionKey: "p", rowKey: "r", values: {} });
	const two = await open("two.db", "two");
	await two.ensure();
	expect(await two.get({ partitionKey: "p", rowKey: "r" })).toBeUndefined();
	expect(await (await open("two.db", "ONE")).get({ partitionKey: "p", rowKey: "r" })).toBeDefined();
});

test("a file that is no database is named, with the cure", async () => {
	writeFileSync(join(folder, "garbage.db"), "garbage, and enough of it to be no empty database".repeat(40));
	await expect(openSqliteTable(join(folder, "garbage.db"), "tunnelwatch")).rejects.toThrow(
		`The findings in ${join(folder, "garbage.db")} are damaged. Move that file away to start with an empty table, or set TABLE_ENDPOINT.`,
	);
});

test("damage inside the file is named when it is met", async () => {
	const file = join(folder, "inside.db");
	const before = await openSqliteTable(file, "tunnelwatch");
	await before.ensure();
	for (let n = 0; n < 200; n++) await before.create({ partitionKey: "p", rowKey: `r${n}`, values: { text: "x".repeat(500) } });
	before.close();
	const bytes = readFileSync(file);
	bytes.fill(0xff, 8_192);
	writeFileSync(file, bytes);

	await expect((await open("inside.db")).page({ partitionKey: "p", from: "", to: "x" })).rejects.toThrow(
		"are damaged. Move that file away",
	);
});

test("a folder that is not there or may not be written is named, with the cure", async () => {
	await expect(openSqliteTable(join(folder, "nowhere", "findings.db"), "tunnelwatch")).rejects.toThrow("set DATA_FOLDER to another folder");
});
