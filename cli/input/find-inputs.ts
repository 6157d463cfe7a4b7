import type { Dirent } from "node:fs";
import { readdir, realpath, stat } from "node:fs/promises";
import { join, sep } from "node:path";
import { openTrouble } from "./open-trouble.ts";

/** Something to read: a file, a device or standard input. */
export interface Input {
	/** As the person wrote it, or found below a folder; `-` is standard input. */
	readonly path: string;
	/** `undefined` = unknown, as for a pipe. */
	readonly bytes: number | undefined;
	/** Found below a folder that was named, so it may well be something else than an export. */
	readonly inFolder: boolean;
	/** Why it cannot even be tried, as `what` and `cure` of a refusal. */
	readonly unusable?: readonly [what: string, cure: string];
}

/** Read as a stream of this process: what stands behind it may be a socket, which cannot be opened by its path. */
const standardInput = new Set(["-", "/dev/stdin", "/dev/fd/0", "/proc/self/fd/0"]);

/** True for `-` and for the device paths that mean this process's own standard input. */
export function isStandardInput(path: string): boolean {
	return standardInput.has(path);
}

/**
 * Files, folders (searched to the bottom, in order of name; hidden files left out) and `-` → inputs. What stands in a
 * folder and cannot be read is an input too, to be named. Rejects with the system's error for a path that cannot be found,
 * and with one like it, code `EMPTY`, where nothing at all is found.
 */
export async function findInputs(paths: readonly string[]): Promise<readonly Input[]> {
	const inputs: Input[] = [];
	for (const path of paths) {
		if (isStandardInput(path)) {
			inputs.push({ path, bytes: undefined, inFolder: false });
			continue;
		}
		const status = await stat(path);
		if (status.isDirectory()) {
			const found: Input[] = [];
			await search(path, await realpath(path), found);
			inputs.push(...found.sort((a, b) => (a.path < b.path ? -1 : 1)));
		} else inputs.push({ path, bytes: status.isFile() ? status.size : undefined, inFolder: false });
	}
	if (inputs.length === 0) throw Object.assign(new Error("nothing to read"), { code: "EMPTY", path: paths.join(", ") });
	return inputs;
}

/** @param root where the folder that was named really is */
async function search(folder: string, root: string, found: Input[]): Promise<void> {
	let entries: readonly Dirent[];
	try {
		entries = await readdir(folder, { withFileTypes: true });
	} catch (error) {
		found.push({ path: folder, bytes: undefined, inFolder: true, unusable: openTrouble(error) });
		return;
	}
	for (const entry of entries) {
		const path = join(folder, entry.name);
		if (entry.isDirectory()) await search(path, root, found);
		else if (!entry.name.startsWith(".")) found.push(...(await inFolder(path, root)));
	}
}

async function inFolder(path: string, root: string): Promise<readonly Input[]> {
	try {
		const status = await stat(path);
		if (status.isFile()) return [{ path, bytes: status.size, inFolder: true }];
		if (!status.isDirectory()) return [];
		// A link, as a folder itself is searched. What it leads to inside the tree is found there.
		const target = await realpath(path);
		if (target === root || target.startsWith(root + sep) || root.startsWith(target + sep)) return [];
		const unusable = ["is a link to another folder, which is not followed", "Name that folder, too."] as const;
		return [{ path, bytes: undefined, inFolder: true, unusable }];
	} catch (error) {
		return [{ path, bytes: undefined, inFolder: true, unusable: openTrouble(error) }];
	}
}
