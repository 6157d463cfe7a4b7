import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type HowToRun, tunnelwatch } from "./tunnelwatch.ts";

let folder: string;
beforeEach(() => {
	folder = mkdtempSync(join(tmpdir(), "tunnelwatch-"));
});
afterEach(() => {
	rmSync(folder, { recursive: true, force: true });
});

const run = (dataFolder: string, how: HowToRun = {}) =>
	tunnelwatch(["run", "--json", "samples/"], { env: { DATA_FOLDER: dataFolder }, ...how });

test("a damaged table is named, and the run ends", async () => {
	writeFileSync(join(folder, "findings.db"), "garbage");
	const ran = await run(folder);
	expect(ran.code).toBe(1);
	expect(ran.stderr).toContain("findings.db are damaged. Move that file away to start with an empty table");
	expect(readFileSync(join(folder, "findings.db"), "utf8")).toBe("garbage");
});

test("a data folder that cannot be made is named, and the run ends", async () => {
	writeFileSync(join(folder, "file"), "");
	const ran = await run(join(folder, "file", "data"));
	expect(ran).toMatchObject({ code: 1, stdout: "" });
	expect(ran.stderr).toContain("cannot be created. Set DATA_FOLDER to a folder you can write to.");
});

test.skipIf(process.getuid?.() !== 0)("a folder without write access is named (needs root, to become somebody who has none)", async () => {
	const data = join(folder, "data");
	mkdirSync(data);
	chmodSync(folder, 0o755);
	chmodSync(data, 0o555);
	const ran = await run(data, { uid: 65_534 });
	expect(ran).toMatchObject({ code: 1, stdout: "" });
	expect(ran.stderr).toContain("cannot be opened for writing");
	expect(ran.stderr).toContain("set DATA_FOLDER to another folder");
});

test("two runs at once both end well, and every finding is counted once", async () => {
	const [one, two] = await Promise.all([run(folder, { ownProcess: true }), run(folder, { ownProcess: true })]);
	expect([one.code, two.code]).toEqual([0, 0]);
	const notices = [...one.lines, ...two.lines].filter((line) => line["type"] === "notice" && line["reason"] === "new");
	const devices = new Set(one.lines.filter((line) => line["type"] === "match").map((line) => line["deviceId"]));
	expect(notices).toHaveLength(devices.size);
	expect(new Set(notices.map((line) => line["deviceId"]))).toEqual(devices);
});

test("data of an earlier version is named once, and left alone", async () => {
	writeFileSync(join(folder, "table.json"), "{}");
	const first = await run(folder);
	const second = await run(folder);
	expect(first.code).toBe(0);
	expect(first.stderr).toContain("table.json holds findings of an earlier version");
	expect(second.stderr).not.toContain("earlier version");
	expect(readdirSync(folder)).toContain("table.json");
});
