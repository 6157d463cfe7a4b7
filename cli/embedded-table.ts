import { mkdir, open, readFile, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";

export interface EmbeddedTable {
	/** As the setting TABLE_ENDPOINT takes it. */
	readonly endpoint: string;
	/** Writes everything to disk. A run that ends without it forgets what it did. */
	close(): Promise<void>;
}

interface TableServer {
	start(): Promise<void>;
	close(): Promise<void>;
	getHttpServerAddress(): string;
}

// Azurite's own constructors; the package ships no types for them.
interface Azurite {
	readonly TableServer: new (configuration: unknown) => TableServer;
	readonly TableConfiguration: new (...positional: readonly unknown[]) => unknown;
}

/**
 * The real Table Storage API inside this process, on a free loopback port, with its data in `folder`.
 * Throws when another run uses the same folder: two of them would overwrite each other's data.
 */
export async function startEmbeddedTable(folder: string): Promise<EmbeddedTable> {
	await mkdir(folder, { recursive: true });
	const unlock = await lock(join(folder, "lock"));
	const { TableServer, TableConfiguration } = loadAzurite();
	const data = join(folder, "table.json");
	// Positional: host, port, keep-alive, data, debug log, access log, its stream, its path, loose, skipApiVersionCheck
	// (the SDK's version is newer than Azurite knows), cert, key, pwd, oauth, disableProductStyleUrl, in memory.
	const server = new TableServer(
		new TableConfiguration("127.0.0.1", 0, 5, data, false, false, undefined, undefined, false, true, "", "", "", undefined, true, false),
	);
	try {
		await server.start();
	} catch (error) {
		await unlock();
		throw new Error(`The embedded table cannot start on ${data}; remove that file to begin anew, or set TABLE_ENDPOINT.`, { cause: error });
	}
	return {
		endpoint: `${server.getHttpServerAddress()}/devstoreaccount1`,
		async close() {
			await server.close();
			await unlock();
		},
	};
}

function loadAzurite(): Azurite {
	const require = createRequire(import.meta.url);
	const { default: TableServer } = require("azurite/dist/src/table/TableServer.js");
	const { default: TableConfiguration } = require("azurite/dist/src/table/TableConfiguration.js");
	return { TableServer, TableConfiguration };
}

/** A file with our process id. One left behind by a process that is gone does not count. */
async function lock(path: string): Promise<() => Promise<void>> {
	for (;;) {
		try {
			const file = await open(path, "wx");
			await file.writeFile(String(process.pid));
			await file.close();
			return () => rm(path, { force: true });
		} catch (error) {
			if (!(error instanceof Error && "code" in error && error.code === "EEXIST")) throw error;
			const owner = Number(await readFile(path, "utf8").catch(() => ""));
			if (isRunning(owner)) {
				throw new Error(`Another run (process ${owner}) uses the embedded table in ${path.replace(/lock$/, "")}; wait for it to end.`, {
					cause: error,
				});
			}
			await rm(path, { force: true });
		}
	}
}

function isRunning(pid: number): boolean {
	if (!Number.isInteger(pid) || pid <= 0) return false;
	try {
		process.kill(pid, 0);
		return true;
	} catch (error) {
		return error instanceof Error && "code" in error && error.code === "EPERM";
	}
}
