import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { expect, test } from "vitest";
import { project } from "./tunnelwatch.ts";

const launcher = join(project, "bin", "tunnelwatch.mjs");

test("starts the command line", () => {
	const ran = spawnSync(process.execPath, [launcher, "--version"], { encoding: "utf8" });
	expect(ran).toMatchObject({ status: 0, stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/), stderr: "" });
});

test.each(["18.20.0", "20.20.2", "22.22.0"])("Node %s gets one sentence that says what is needed", (version) => {
	const pretend = `Object.defineProperty(process, "versions", { value: { ...process.versions, node: "${version}" } });`;
	const args = ["--import", `data:text/javascript,${encodeURIComponent(pretend)}`, launcher, "run", "samples/"];
	const ran = spawnSync(process.execPath, args, { encoding: "utf8" });
	expect(ran).toMatchObject({ status: 1, stdout: "" });
	expect(ran.stderr).toContain(`Tunnelwatch needs Node.js 24 or newer; this is ${version}.`);
	expect(ran.stderr.trim().split("\n")).toHaveLength(1);
});
