import { readFileSync } from "node:fs";
import { expect, test } from "vitest";

interface Entry {
	readonly version?: string;
	readonly resolved?: string;
	readonly integrity?: string;
	readonly link?: boolean;
	readonly optionalDependencies?: Readonly<Record<string, string>>;
	readonly dependencies?: Readonly<Record<string, string>>;
	readonly devDependencies?: Readonly<Record<string, string>>;
}

const packages = (JSON.parse(readFileSync("package-lock.json", "utf8")) as { packages: Record<string, Entry> & { readonly "": Entry } })
	.packages;

test("the lock holds every optional package, those of other platforms too: npm 11 refuses it otherwise", () => {
	const missing = Object.entries(packages).flatMap(([path, entry]) =>
		Object.keys(entry.optionalDependencies ?? {}).filter(
			(name) => !(`${path}/node_modules/${name}` in packages || `node_modules/${name}` in packages),
		),
	);
	expect(missing).toEqual([]);
});

test("it works with everyone's registry: hashes, and no download addresses", () => {
	const installed = Object.entries(packages).filter(([path]) => path !== "");
	expect(installed.filter(([, entry]) => entry.resolved?.startsWith("http")).map(([path]) => path)).toEqual([]);
	expect(installed.filter(([, entry]) => entry.integrity === undefined && entry.link !== true).map(([path]) => path)).toEqual([]);
});

test("our own dependencies are exact versions, so that two installs give the same tools", () => {
	const versions = Object.entries({ ...packages[""].dependencies, ...packages[""].devDependencies });
	expect(versions.filter(([, version]) => !/^\d+\.\d+\.\d+$/.test(version))).toEqual([]);
	expect(versions.length).toBeGreaterThan(10);
});
