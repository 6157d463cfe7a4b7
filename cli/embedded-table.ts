import { mkdir, open, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { startAzurite } from "./azurite.ts";

export interface EmbeddedTable {
	/** As the setting TABLE_ENDPOINT takes it. */
	readonly endpoint: string;
	/** Writes everything to disk. A run that ends without it forgets what it did. */
	close(): Promise<void>;
}

/**
 * The real Table Storage API inside this process, on a free loopback port, with its data in `folder`.
 * Throws when another run uses the same folder: two of them would overwrite each other's data.
 */
export async function startEmbeddedTable(folder: string): Promise<EmbeddedTable> {
	await mkdir(folder, { recursive: true });
	const unlock = await lock(join(folder, "lock"));
	const data = join(folder, "table.json");
	if (!(await isReadable(data))) {
		await unlock();
		throw new Error(`The embedded table in ${data} is damaged; remove that file to begin anew, or set TABLE_ENDPOINT.`);
	}
	const azurite = await startAzurite(data);
	return {
		endpoint: `${azurite.url}/devstoreaccount1`,
		async close() {
			await azurite.close();
			await unlock();
		},
	};
}

/** Asked beforehand, because Azurite neither starts on a damaged file nor ends. */
async function isReadable(data: string): Promise<boolean> {
	try {
		JSON.parse(await readFile(data, "utf8"));
		return true;
	} catch (error) {
		if (error instanceof SyntaxError) return false;
		if (error instanceof Error && "code" in error && error.code === "ENOENT") return true;
		throw error;
	}
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
				throw new Error(
					`Another run (process ${owner}) uses the embedded table in ${path.replace(/lock$/, "")}; wait for it to end. If that process is no run of tunnelwatch, remove ${path}.`,
					{
						cause: error,
					},
				);
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
