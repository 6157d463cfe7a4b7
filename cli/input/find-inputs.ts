import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";

/** Something to read: a file, a device or standard input. */
export interface Input {
	/** As the person wrote it, or found below a folder; `-` is standard input. */
	readonly path: string;
	/** `undefined` = unknown, as for a pipe. */
	readonly bytes: number | undefined;
	/** Found below a folder that was named, so it may well be something else than an export. */
	readonly inFolder: boolean;
}

/** Read as a stream of this process: what stands behind it may be a socket, which cannot be opened by its path. */
const standardInput = new Set(["-", "/dev/stdin", "/dev/fd/0", "/proc/self/fd/0"]);

/** True for `-` and for the device paths that mean this process's own standard input. */
export function isStandardInput(path: string): boolean {
	return standardInput.has(path);
}

/** Files, folders (searched to the bottom, in order of name; hidden files left out) and `-` → inputs. Rejects with the system's error for what cannot be found. */
export async function findInputs(paths: readonly string[]): Promise<readonly Input[]> {
	const inputs: Input[] = [];
	for (const path of paths) {
		if (isStandardInput(path)) {
			inputs.push({ path, bytes: undefined, inFolder: false });
			continue;
		}
		const status = await stat(path);
		if (!status.isDirectory()) {
			inputs.push({ path, bytes: status.isFile() ? status.size : undefined, inFolder: false });
			continue;
		}
		const names = (await readdir(path, { recursive: true, withFileTypes: true }))
			.filter((entry) => entry.isFile() && !entry.name.startsWith("."))
			.map((entry) => join(entry.parentPath, entry.name))
			.sort();
		for (const name of names) inputs.push({ path: name, bytes: (await stat(name)).size, inFolder: true });
	}
	return inputs;
}
