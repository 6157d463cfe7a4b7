import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { zip } from "../../lib/app/package-zip.ts";
import { packageWarning, runningPackage } from "../../lib/app/running-package.ts";
import { allRules } from "../../lib/families/all-rules.ts";
import { resolve } from "../../scripts/package/bundled.ts";
import { createPackage } from "../../scripts/package/create.ts";
import { at } from "./template.ts";

const base = mkdtempSync(join(tmpdir(), "tunnelwatch-package-"));
afterAll(() => rmSync(base, { recursive: true, force: true }));

describe("npm run package", () => {
	let first: string;
	let second: string;
	let read: (name: string) => string;

	beforeAll(async () => {
		first = await createPackage(join(base, "one"), []);
		second = await createPackage(join(base, "another/place"), []);
		read = (name) => readFileSync(first.replace(/\.zip$/, name), "utf8");
	});

	test("two runs give the same bytes, and the checksum is theirs", () => {
		const bytes = readFileSync(first);

		expect(readFileSync(second).equals(bytes)).toBe(true);
		expect(read(".zip.sha256")).toBe(`${createHash("sha256").update(bytes).digest("hex")}  ${first.split("/").at(-1)}\n`);
	});

	test("what runs knows the checksum of its zip, and notices one changed byte", () => {
		const folder = join(base, "one/package");
		expect(runningPackage(folder)).toEqual({ version: expect.stringMatching(/^\d+\.\d+\.\d+/), sha256: read(".zip.sha256").slice(0, 64) });

		writeFileSync(join(base, "another/place/package/main.mjs"), "// changed");
		expect(runningPackage(join(base, "another/place/package"))?.sha256).not.toBe(read(".zip.sha256").slice(0, 64));
		rmSync(join(base, "another/place/package/main.mjs"));
		expect(runningPackage(join(base, "another/place/package"))).toBe(undefined);
		expect(runningPackage(process.cwd())).toBe(undefined);
	});

	test("four files go to Azure, and the source map is not one of them", () => {
		expect(readdirSync(join(base, "one/package")).sort()).toEqual(["LICENSES.txt", "host.json", "main.mjs", "package.json"]);
		expect(existsSync(first.replace(/\.zip$/, ".map"))).toBe(true);
	});

	test("one bundled file of less than 1.5 MB, and nothing to install", () => {
		const manifest: unknown = JSON.parse(readFileSync(join(base, "one/package/package.json"), "utf8"));

		// A quarter of it is the client that asks the hub what it holds; only the timer loads that.
		expect(readFileSync(join(base, "one/package/main.mjs")).length).toBeLessThan(1_500_000);
		expect(manifest).toEqual({
			name: "tunnelwatch",
			version: expect.any(String),
			type: "module",
			main: "main.mjs",
			files: ["LICENSES.txt", "host.json", "main.mjs", "package.json"],
		});
		expect(readFileSync(join(base, "one/package/host.json"))).toEqual(readFileSync("host.json"));
	});

	test("examples of rules, which are command lines of attackers, stay out of it; what people read comes along", () => {
		const code = readFileSync(join(base, "one/package/main.mjs"), "utf8");
		const examples = allRules.flatMap((rule) => [...rule.examples.match, ...rule.examples.ignore].flatMap((row) => Object.values(row)));
		const texts = examples.filter((value): value is string => typeof value === "string" && value.length > 40 && value.includes(" "));

		expect(texts.length).toBeGreaterThan(100);
		expect(texts.filter((text) => code.includes(JSON.stringify(text).slice(1, -1)))).toEqual([]);
		for (const rule of allRules) expect(code, rule.id).toContain(JSON.stringify(rule.meaning).slice(1, -1));
	});

	test("the zip opens with the system's own tool", (context) => {
		try {
			execFileSync("unzip", ["-v"], { stdio: "ignore" });
		} catch {
			context.skip("unzip is not installed");
		}
		expect(execFileSync("unzip", ["-t", first], { encoding: "utf8" })).toContain("No errors detected");
	});

	test("the bill of materials names every bundled package with version, licence and hash", () => {
		const bill: unknown = JSON.parse(read(".cdx.json"));
		const components = at(bill, "components") as Record<string, unknown>[];

		expect(bill).toMatchObject({
			bomFormat: "CycloneDX",
			specVersion: "1.6",
			serialNumber: expect.stringMatching(/^urn:uuid:[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/),
		});
		expect(components.map(({ name }) => name)).toEqual(expect.arrayContaining(["zod", "@azure/data-tables", "@azure/functions"]));
		for (const { purl, hashes, licenses } of components) {
			expect(purl).toMatch(/^pkg:npm\/(%40[^/]+\/)?[^/@]+@\d+\.\d+\.\d+/);
			expect(hashes, String(purl)).toEqual([{ alg: "SHA-512", content: expect.stringMatching(/^[0-9a-f]{128}$/) }]);
			expect(licenses).toHaveLength(1);
		}
	});

	test("the bill of materials says who needs whom, with no loose ends", () => {
		const bill: unknown = JSON.parse(read(".cdx.json"));
		const dependencies = at(bill, "dependencies") as { ref: string; dependsOn: string[] }[];
		const refs = dependencies.map(({ ref }) => ref);

		expect(dependencies[0]?.dependsOn).toContain("node_modules/zod");
		for (const { dependsOn } of dependencies) expect(refs).toEqual(expect.arrayContaining(dependsOn));
	});

	test("the licence list holds the text of each package, and none is a licence that forbids this", () => {
		const list = readFileSync(join(base, "one/package/LICENSES.txt"), "utf8");
		const bill: unknown = JSON.parse(read(".cdx.json"));

		for (const { name, version } of at(bill, "components") as { name: string; version: string }[])
			expect(list).toContain(`${name} ${version} (`);
		expect(list).toContain("Permission is hereby granted, free of charge");
		expect(list).not.toMatch(/\((A?GPL|LGPL|UNLICENSED|SEE LICENSE)/);
	});

	test("routes go along under the name that the app reads, and broken ones are refused", async () => {
		const routes = join(base, "lines.json");
		const good = '[{"name":"Labs","when":{"deviceGroup":["Labs"]},"to":["teams-labs"]}]';
		writeFileSync(routes, good);
		await createPackage(join(base, "routed"), [routes]);
		expect(readFileSync(join(base, "routed/package/routes.json"), "utf8")).toBe(good);
		writeFileSync(routes, good.replace('["teams-labs"]', "[]"));
		await expect(createPackage(join(base, "routed"), [routes])).rejects.toThrow("routes[0] (Labs).to: names no destination");
	});

	test("a list of approvals goes along under the name that the app reads, a broken one is refused, and nothing of ours is replaced", async () => {
		const approvals = join(base, "our-approvals.json");
		writeFileSync(approvals, '{"approvals":[]}\n');
		await createPackage(join(base, "with"), [approvals]);

		expect(readFileSync(join(base, "with/package/approvals.json"), "utf8")).toBe('{"approvals":[]}\n');
		writeFileSync(approvals, '{"approvals":[{"account":"nonsense"}]}\n');
		await expect(createPackage(join(base, "with"), [approvals])).rejects.toThrow("is no list of approvals that the app could read");
		await expect(createPackage(join(base, "with"), ["host.json"])).rejects.toThrow("host.json: the package has its own host.json");
	});
});

test("the order in which files are given does not change the zip", () => {
	const one = { path: "a.txt", bytes: Buffer.from("first") };
	const other = { path: "b.txt", bytes: Buffer.from("second") };

	expect(zip([other, one]).equals(zip([one, other]))).toBe(true);
});

test("the zip is the format's plainest form, byte for byte", () => {
	const [local, crc, sizes] = ["504b03041400000800000000210057ee7192", "57ee7192", "0500000005000000"];
	const central = `504b0102140314000008000000002100${crc}${sizes}050000000000000000000000a48100000000`;

	expect(zip([{ path: "a.txt", bytes: Buffer.from("first") }]).toString("hex")).toBe(
		`${local}${sizes}05000000${hex("a.txt")}${hex("first")}${central}${hex("a.txt")}504b0506000000000100010033000000280000000000`,
	);
});

test("a nested package is found before the one at the top, as Node does", () => {
	const folders = new Set(["node_modules/a", "node_modules/a/node_modules/b", "node_modules/b"]);

	expect(resolve("b", "node_modules/a", folders)).toBe("node_modules/a/node_modules/b");
	expect(resolve("a", "node_modules/a/node_modules/b", folders)).toBe("node_modules/a");
	expect(resolve("b", "node_modules/c", folders)).toBe("node_modules/b");
	expect(resolve("absent", "node_modules/a/node_modules/b", folders)).toBe(undefined);
});

const hex = (text: string) => Buffer.from(text).toString("hex");

test("health warns when the template asked for another package", () => {
	const running = { version: "1.2.3", sha256: "a".repeat(64) };

	expect(packageWarning(running, "a".repeat(64))).toEqual([]);
	expect(packageWarning(running, undefined)).toEqual([]);
	expect(packageWarning(undefined, "b".repeat(64))).toEqual([]);
	expect(packageWarning(running, "b".repeat(64))).toEqual([
		expect.stringMatching(/^package aaaaaaaaaaaa… \(version 1\.2\.3\) runs, .+bbbbbbbbbbbb…/),
	]);
});
