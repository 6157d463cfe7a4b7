import { existsSync, globSync, readFileSync } from "node:fs";
import type { Metafile } from "esbuild";
import * as z from "zod";

/** A package whose code is in the bundle. */
export interface Bundled {
	/** Its folder, which is its key in the lock file. */
	readonly folder: string;
	readonly name: string;
	readonly version: string;
	readonly license: string;
	/** Text of its licence file; `undefined` when it ships none. */
	readonly licenseText: string | undefined;
	/** `sha512-…` of the lock file. */
	readonly integrity: string | undefined;
	/** Folders of the bundled packages that it imports, as Node would find them. */
	readonly needs: readonly string[];
}

const manifestSchema = z.object({ name: z.string(), version: z.string(), license: z.string() });
const lockEntry = z.object({ integrity: z.string().optional(), dependencies: z.record(z.string(), z.string()).optional() });
const lockSchema = z.object({ packages: z.record(z.string(), lockEntry) });

/** The packages that contributed at least one byte, from esbuild's own account, sorted by folder. */
export function bundledPackages(metafile: Metafile): Bundled[] {
	const folders = new Set<string>();
	for (const output of Object.values(metafile.outputs)) {
		for (const [path, { bytesInOutput }] of Object.entries(output.inputs)) {
			const folder = /(node_modules\/(?:.*node_modules\/)?(?:@[^/]+\/)?[^/]+)\//.exec(path)?.[1];
			if (folder !== undefined && bytesInOutput > 0) folders.add(folder);
		}
	}
	const lock = lockSchema.parse(JSON.parse(readFileSync("package-lock.json", "utf8"))).packages;
	return [...folders].sort().map((folder) => {
		const locked = lock[folder];
		return {
			folder,
			...manifestSchema.parse(JSON.parse(readFileSync(`${folder}/package.json`, "utf8"))),
			licenseText: licenseText(folder),
			integrity: locked?.integrity,
			needs: Object.keys(locked?.dependencies ?? {}).flatMap((name) => resolve(name, folder, folders) ?? []),
		};
	});
}

/** The folder that `import "<name>"` inside `from` reaches, if it is in the bundle. */
export function resolve(name: string, from: string, folders: ReadonlySet<string>): string | undefined {
	for (let place = from; ; place = place.slice(0, Math.max(0, place.lastIndexOf("node_modules/") - 1))) {
		const candidate = place === "" ? `node_modules/${name}` : `${place}/node_modules/${name}`;
		if (folders.has(candidate)) return candidate;
		if (place === "" || existsSync(candidate)) return undefined;
	}
}

function licenseText(folder: string): string | undefined {
	const [file] = globSync(["LICEN[SC]E*", "licen[sc]e*"], { cwd: folder }).sort();
	return file === undefined ? undefined : readFileSync(`${folder}/${file}`, "utf8").trim();
}

/** What the licences ask for: each text, once, with the packages it belongs to. */
export function licenseList(packages: readonly Bundled[], heading = "main.mjs contains code of these packages."): string {
	const owners = new Map<string, string[]>();
	for (const { name, version, license, licenseText: text } of packages) {
		const key = text ?? `No licence file in the package. It declares: ${license}`;
		owners.set(key, [...(owners.get(key) ?? []), `${name} ${version} (${license})`]);
	}
	const parts = [...owners].map(([text, names]) => `${names.join("\n")}\n\n${text.replaceAll("\r\n", "\n")}\n`);
	return `${heading}\n\n${parts.join(`\n${"-".repeat(80)}\n\n`)}`;
}
