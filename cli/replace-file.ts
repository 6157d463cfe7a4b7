import { randomUUID } from "node:crypto";
import { open, realpath, rename, rm, stat, writeFile } from "node:fs/promises";

/** What a system says where a file may be written, and its folder or its place may not change: a mounted file, a shared folder. */
const onlyInPlace = new Set(["EACCES", "EPERM", "EBUSY"]);

/**
 * Writes a small file beside its place and renames it: whatever happens meanwhile, the path holds the old text or the new
 * one, whole. A link stays a link; mode and owner stay as they were. Where only the file itself may be written, or the path
 * is no ordinary file, it is written in place. Rejects with the system's error.
 */
export async function replaceFile(path: string, text: string): Promise<void> {
	const before = await unlessMissing(stat(path));
	if (before !== undefined && !before.isFile()) return writeFile(path, text);
	const target = (await unlessMissing(realpath(path))) ?? path;
	const next = `${target}.${randomUUID()}.new`;
	try {
		const handle = await open(next, "wx");
		try {
			if (before !== undefined) {
				const { uid, gid } = await handle.stat();
				if (uid !== before.uid || gid !== before.gid) await handle.chown(before.uid, before.gid);
				await handle.chmod(before.mode & 0o7777);
			}
			await handle.writeFile(text);
			await handle.sync();
		} finally {
			await handle.close();
		}
		await rename(next, target);
	} catch (error) {
		await rm(next, { force: true });
		if (before === undefined || !(error instanceof Error && "code" in error && onlyInPlace.has(String(error.code)))) throw error;
		await writeFile(target, text);
	}
}

async function unlessMissing<T>(asked: Promise<T>): Promise<T | undefined> {
	try {
		return await asked;
	} catch (error) {
		if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
		throw error;
	}
}
