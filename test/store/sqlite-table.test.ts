import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openSqliteTable, type SqliteTable } from "../../lib/store/sqlite-table.ts";
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

const open = (file: string, tableName = "tunnelwatch") => {
	const table = openSqliteTable(join(folder, file), tableName);
	opened.push(table);
	return table;
};

let tables = 0;
tableContract(
	"The table in a file",
	async () => {
		const table = open("findings.db");
		await table.ensure();
		return table;
	},
	async () => open("findings.db", `missing${++tables}`),
);

test("what is committed is there after the process was killed", async () => {
	const file = join(folder, "killed.db");
	const child = spawn(process.execPath, [join(import.meta.dirname, "endless-writer.ts"), file], { stdio: ["ignore", "pipe", "inherit"] });
	let written = 0;
	for await (const text of child.stdout.setEncoding("utf8")) {
		written = Number(String(text).trim().split("\n").at(-1));
		if (written >= 200) break;
	}
	child.kill("SIGKILL");
	await new Promise((resolve) => child.on("close", resolve));

	const { rows } = await open("killed.db").page({ partitionKey: "p", from: "", to: "x" });
	expect(rows.length).toBeGreaterThanOrEqual(written);
	expect(rows.map((row) => row.values["n"])).toEqual(rows.map((_, index) => index + 1));
});

test("readers see the last commit while another process keeps writing, and both go on", async () => {
	const file = join(folder, "shared.db");
	const child = spawn(process.execPath, [join(import.meta.dirname, "endless-writer.ts"), file], { stdio: ["ignore", "pipe", "inherit"] });
	await once(child.stdout, "data");
	const reader = open("shared.db");
	const counts: number[] = [];
	while (counts.length < 50) counts.push((await reader.page({ partitionKey: "p", from: "", to: "x" })).rows.length);
	expect(counts).toEqual(counts.toSorted((a, b) => a - b));
	expect((await reader.create({ partitionKey: "other", rowKey: "a", values: {} })).outcome).toBe("written");
	child.kill("SIGKILL");
	await new Promise((resolve) => child.on("close", resolve));
});

test("two tables in one file do not see each other's rows, and names differ by more than case", async () => {
	const one = open("two.db", "one");
	await one.ensure();
	await one.create({ partitionKey: "p", rowKey: "r", values: {} });
	const two = open("two.db", "two");
	await two.ensure();
	expect(await two.get({ partitionKey: "p", rowKey: "r" })).toBeUndefined();
	expect(await open("two.db", "ONE").get({ partitionKey: "p", rowKey: "r" })).toBeDefined();
});

test("a file that is no database is named, with the cure", () => {
	writeFileSync(join(folder, "garbage.db"), "garbage, and enough of it to be no empty database".repeat(40));
	expect(() => openSqliteTable(join(folder, "garbage.db"), "tunnelwatch")).toThrow(
		`The findings in ${join(folder, "garbage.db")} are damaged. Move that file away to start with an empty table, or set TABLE_ENDPOINT.`,
	);
});

test("damage inside the file is named when it is met", async () => {
	const file = join(folder, "inside.db");
	const before = openSqliteTable(file, "tunnelwatch");
	await before.ensure();
	for (let n = 0; n < 200; n++) await before.create({ partitionKey: "p", rowKey: `r${n}`, values: { text: "x".repeat(500) } });
	before.close();
	const bytes = readFileSync(file);
	bytes.fill(0xff, 8_192);
	writeFileSync(file, bytes);

	await expect(open("inside.db").page({ partitionKey: "p", from: "", to: "x" })).rejects.toThrow("are damaged. Move that file away");
});

test("a folder that is not there or may not be written is named, with the cure", () => {
	expect(() => openSqliteTable(join(folder, "nowhere", "findings.db"), "tunnelwatch")).toThrow("set DATA_FOLDER to another folder");
});
