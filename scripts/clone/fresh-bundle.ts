import { join } from "node:path";
import { pathToFileURL } from "node:url";

// Imported the usual way, node:fs brings streams along: more than the check itself costs.
const { readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } = process.getBuiltinModule("node:fs");

/** A bundle of this clone's command line, and what it was made from. */
interface Stamp {
	/** Where the clone was: paths are written into the bundle. */
	readonly root: string;
	/** The file to start, below the cache's folder. */
	readonly entry: string;
	/** The state of each file that decides what is in it, and of its own parts, by path. */
	readonly made: Readonly<Record<string, string>>;
}

/** Besides the sources: how they are bundled, and the note that npm leaves of the packages it installed. */
const alsoDeciding = [
	"package.json",
	"tsconfig.json",
	"scripts/clone/fresh-bundle.ts",
	"scripts/npm/command-line.ts",
	"node_modules/.package-lock.json",
];

/** Builds of other processes may still load their parts; more than this many edits ago none does. */
const keptBundles = 5;
/** File systems stamp a change up to some milliseconds early. */
const clockSlackMs = 50;

/**
 * The file to load the command line from: a bundle, because loading 400 files costs more than most commands. It
 * is used only while every source and every part of it is unchanged (size and both times) and npm has installed nothing
 * since. After a change it is made again, which costs about as much as one or two starts from the sources. `undefined`
 * where none can be made, such as without esbuild, in a folder that cannot be written, or while somebody saves: then run
 * the sources, which also say what is wrong with them.
 */
export async function freshBundle(root: string, now: () => number = Date.now): Promise<string | undefined> {
	const cache = join(root, "node_modules", ".cache", "tunnelwatch");
	const entry = made(root, cache) ?? (await make(root, cache, now()));
	return entry === undefined ? undefined : join(cache, entry);
}

function made(root: string, cache: string): string | undefined {
	try {
		// Written by `make`, as a whole; anything else in its place fails below.
		const stamp = JSON.parse(readFileSync(join(cache, "stamp.json"), "utf8")) as Stamp;
		if (stamp.root !== root) return undefined;
		for (const [path, state] of Object.entries(stamp.made)) if (stateOf(`${root}/${path}`) !== state) return undefined;
		return stamp.entry;
	} catch {
		// None yet, or a file is gone.
		return undefined;
	}
}

async function make(root: string, cache: string, begun: number): Promise<string | undefined> {
	const name = `${begun.toString(36)}-${process.getBuiltinModule("node:crypto").randomUUID()}`;
	const folder = join(cache, name);
	try {
		const { bundleParts } = await import("../npm/command-line.ts");
		const metafile = bundleParts(folder, {
			absWorkingDir: root,
			logLevel: "silent",
			// Below node_modules nothing lies where the sources look for it.
			define: {
				"import.meta.dirname": JSON.stringify(join(root, "cli")),
				"import.meta.url": JSON.stringify(pathToFileURL(join(root, "cli", "main.ts")).href),
			},
		});
		const sources = Object.keys(metafile.inputs).filter((path) => !path.startsWith("node_modules/"));
		const paths = [...sources, ...alsoDeciding];
		const newest = Math.max(...paths.map((path) => statSync(join(root, path)).ctimeMs));
		// Read before or after that change? Nobody can tell.
		if (newest > begun - clockSlackMs) return discard(folder);
		// A power cut can leave a part empty, which would load, do nothing and end well.
		const parts = Object.keys(metafile.outputs);
		const stamp: Stamp = {
			root,
			entry: `${name}/cli.cjs`,
			made: Object.fromEntries([...paths, ...parts].map((path) => [path, stateOf(join(root, path))])),
		};
		writeFileSync(join(folder, "stamp.json"), JSON.stringify(stamp));
		renameSync(join(folder, "stamp.json"), join(cache, "stamp.json"));
		removeOld(cache);
		return stamp.entry;
	} catch {
		return discard(folder);
	}
}

function stateOf(path: string): string {
	const { size, mtimeMs, ctimeMs } = statSync(path);
	return `${size} ${mtimeMs} ${ctimeMs}`;
}

/** Nothing refers to it: what cannot be removed may stay, and keeps no command from running. */
function discard(folder: string): undefined {
	try {
		rmSync(folder, { recursive: true, force: true });
	} catch {
		return undefined;
	}
}

/** Their names begin with the time at which they were made. */
function removeOld(cache: string): void {
	const folders = readdirSync(cache, { withFileTypes: true }).filter((one) => one.isDirectory());
	const names = folders.map((one) => one.name).sort();
	for (const name of names.slice(0, -keptBundles)) discard(join(cache, name));
}
