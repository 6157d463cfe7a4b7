import { randomUUID } from "node:crypto";
import { DatabaseSync, type StatementSync } from "node:sqlite";
import { setTimeout as sleep } from "node:timers/promises";
import { type LockPatience, type SharedLock, shareLock } from "./lock-patience.ts";
import { isAcceptable } from "./row-limits.ts";
import {
	type Key,
	maxTransaction,
	type NewRow,
	type Row,
	type Table,
	type Transacted,
	type Values,
	type Write,
	type Written,
	withColumns,
} from "./table.ts";

export interface SqliteTable extends Table {
	close(): void;
}

/** A write takes milliseconds; a minute is a program that hangs, or a machine that does nothing else. */
export const realPatience: LockPatience = {
	longestMs: 60_000,
	sleep: (ms) => sleep(ms),
	random: Math.random,
	now: () => performance.now(),
};

/**
 * A table in one file on this machine. Every write is one committed transaction, so a killed process loses nothing that
 * was reported as stored. Any number of processes may read and write at once: ETags decide, as in Table Storage.
 * @param file in an existing folder; created if missing.
 * @param survives a killed process loses nothing either way; after a power cut the last commits may be missing.
 * @throws with a sentence that names the file and the cure.
 */
export async function openSqliteTable(
	file: string,
	tableName: string,
	survives: "power cut" | "crash" = "power cut",
	patience: LockPatience = realPatience,
): Promise<SqliteTable> {
	const turns = shareLock(isBusy, patience);
	const inWords = <T>(work: Promise<T>): Promise<T> =>
		work.catch((error: unknown) => {
			throw explained(error, file, patience.longestMs);
		});
	const database = await inWords(turns.take(() => open(file, survives)));
	let known: Statements | undefined;
	const statements = () => (known ??= prepare(database, tableName));
	const run = <T>(take: SharedLock["take"], work: (sql: Statements) => T, missing: T): Promise<T> =>
		inWords(
			take(() => {
				const sql = statements();
				return sql === undefined ? missing : work(sql);
			}),
		);
	const one = (write: Write): Promise<Written> =>
		run<Written>(
			turns.takeToWrite,
			(sql) => atomically(database, () => failure(sql, write) ?? { outcome: "written", etag: apply(sql, write) }),
			{ outcome: "tableMissing" },
		);

	return {
		get: (key) => run(turns.take, (sql) => find(sql, key), undefined),
		create: (row) => one({ kind: "create", row }),
		replace: (row, etag) => one({ kind: "replace", row, etag }),
		remove: (key, etag) =>
			run(
				turns.takeToWrite,
				(sql) => {
					if (sql.remove.run(key.partitionKey, key.rowKey, etag).changes === 1) return "removed";
					return find(sql, key) === undefined ? "missing" : "stale";
				},
				"missing",
			),
		transact: (writes) =>
			run<Transacted>(turns.takeToWrite, (sql) => transact(database, sql, writes), { outcome: "tableMissing", index: undefined }),
		page: ({ partitionKey, from, to }, { next, size = 1_000, columns } = {}) =>
			run(
				turns.take,
				(sql) => {
					const rows = sql.page.all(partitionKey, next ?? from, to, size + 1).map(toRow);
					return { rows: rows.slice(0, size).map((row) => withColumns(row, columns)), next: rows[size]?.rowKey, at: new Date() };
				},
				{ rows: [], next: undefined, at: new Date() },
			),
		ensure: () =>
			inWords(
				turns.takeToWrite(() => {
					database.exec(`CREATE TABLE IF NOT EXISTS "${tableName}" (
						partition_key TEXT NOT NULL, row_key TEXT NOT NULL, etag TEXT NOT NULL, columns TEXT NOT NULL,
						PRIMARY KEY (partition_key, row_key)) WITHOUT ROWID`);
				}),
			),
		close: () => database.close(),
	};
}

/** SQLite itself waits for no lock: {@link shareLock} does. */
function open(file: string, survives: "power cut" | "crash"): DatabaseSync {
	const opened = new DatabaseSync(file, { timeout: 0 });
	try {
		// A write-ahead log lets readers go on beside a writer. To survive a power cut, each commit waits for the disk.
		opened.exec("PRAGMA journal_mode = WAL;");
		opened.exec(survives === "crash" ? "PRAGMA synchronous = NORMAL" : "PRAGMA synchronous = FULL");
	} catch (error) {
		opened.close();
		throw error;
	}
	return opened;
}

interface Statements {
	readonly find: StatementSync;
	readonly put: StatementSync;
	readonly remove: StatementSync;
	readonly page: StatementSync;
}

/** `undefined` while the table does not exist. The name was checked with the settings: letters and digits. */
function prepare(database: DatabaseSync, tableName: string): Statements | undefined {
	const found = database.prepare("SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = ? COLLATE NOCASE").get(tableName);
	if (found === undefined) return undefined;
	return {
		find: database.prepare(`SELECT * FROM "${tableName}" WHERE partition_key = ? AND row_key = ?`),
		put: database.prepare(`INSERT OR REPLACE INTO "${tableName}" VALUES (?, ?, ?, ?)`),
		remove: database.prepare(`DELETE FROM "${tableName}" WHERE partition_key = ? AND row_key = ? AND etag = ?`),
		page: database.prepare(
			`SELECT * FROM "${tableName}" WHERE partition_key = ? AND row_key >= ? AND row_key < ? ORDER BY row_key LIMIT ?`,
		),
	};
}

function transact(database: DatabaseSync, sql: Statements, writes: readonly Write[]): Transacted {
	const [first] = writes;
	if (first === undefined || writes.some((write) => write.row.partitionKey !== first.row.partitionKey)) {
		throw new Error("a transaction has one partition");
	}
	const repeated = new Set(writes.map((write) => write.row.rowKey)).size < writes.length;
	if (writes.length > maxTransaction || repeated) return { outcome: "refused", status: 400, index: undefined };
	return atomically(database, () => {
		// Checked before anything is written, so there is nothing to take back.
		for (const [index, write] of writes.entries()) {
			const failed = failure(sql, write);
			if (failed !== undefined) return { ...failed, index };
		}
		return { outcome: "written", etags: writes.map((write) => apply(sql, write)) };
	});
}

/** Why a write cannot be done. Nobody else can change that before the end of the transaction it is asked in. */
function failure(sql: Statements, write: Write): Exclude<Written, { outcome: "written" | "tableMissing" }> | undefined {
	if (write.kind !== "remove" && !isAcceptable(write.row)) return { outcome: "refused", status: 400 };
	if (write.kind === "put") return undefined;
	const found = find(sql, write.row);
	if (write.kind === "create") return found === undefined ? undefined : { outcome: "conflict" };
	if (found === undefined) return { outcome: "missing" };
	return found.etag === write.etag ? undefined : { outcome: "stale" };
}

function find(sql: Statements, { partitionKey, rowKey }: Key): Row | undefined {
	const found = sql.find.get(partitionKey, rowKey);
	return found === undefined ? undefined : toRow(found);
}

/** Its new ETag; none for a row that is removed. */
function apply(sql: Statements, write: Write): string {
	if (write.kind !== "remove") return put(sql, write.row);
	sql.remove.run(write.row.partitionKey, write.row.rowKey, write.etag);
	return "";
}

function put(sql: Statements, { partitionKey, rowKey, values }: NewRow): string {
	const etag = randomUUID();
	sql.put.run(partitionKey, rowKey, etag, JSON.stringify(values));
	return etag;
}

function toRow(found: Readonly<Record<string, unknown>>): Row {
	return {
		partitionKey: String(found["partition_key"]),
		rowKey: String(found["row_key"]),
		etag: String(found["etag"]),
		// Written by `put`, and by nothing else.
		values: JSON.parse(String(found["columns"])) as Values,
	};
}

/** The write lock is taken at the start: what is read inside stays true until the end. */
function atomically<T>(database: DatabaseSync, work: () => T): T {
	database.exec("BEGIN IMMEDIATE");
	try {
		const result = work();
		database.exec("COMMIT");
		return result;
	} catch (error) {
		if (database.isTransaction) database.exec("ROLLBACK");
		throw error;
	}
}

// https://www.sqlite.org/rescode.html; the lower byte is the primary code.
const [busy, readOnly, ioError, corrupt, full, cannotOpen, protocol, notADatabase] = [5, 8, 10, 11, 13, 14, 15, 26] as const;

/** `undefined` for an error that is not SQLite's. */
function primaryCode(error: unknown): number | undefined {
	return error instanceof Error && "errcode" in error && typeof error.errcode === "number" ? error.errcode & 0xff : undefined;
}

/** `protocol`: too many processes raced for the lock of the log. */
function isBusy(error: unknown): boolean {
	const code = primaryCode(error);
	return code === busy || code === protocol;
}

function explained(error: unknown, file: string, waitedMs: number): unknown {
	const code = primaryCode(error);
	return code === undefined ? error : new Error(sentence(code, file, waitedMs), { cause: error });
}

function sentence(code: number, file: string, waitedMs: number): string {
	switch (code) {
		case corrupt:
		case notADatabase:
			return `The findings in ${file} are damaged. Move that file away to start with an empty table, or set TABLE_ENDPOINT.`;
		case readOnly:
		case cannotOpen:
			return `The findings in ${file} cannot be opened for writing. Give yourself write access to the file and its folder, or set DATA_FOLDER to another folder.`;
		case busy:
		case protocol:
			return `Another program has locked ${file} for more than ${waitedMs / 1_000} s. Close it, then run again: repeats change nothing.`;
		case full:
		case ioError:
			return `The findings could not be written to ${file}: the disk is full or failing. Free some space, then run again: repeats change nothing.`;
		default:
			return `The findings in ${file} could not be read or written (SQLite error ${code}). Move that file away to start with an empty table, or set TABLE_ENDPOINT.`;
	}
}
