import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { constants, tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { packedManifest } from "../../scripts/npm/manifest.ts";
import { project } from "./tunnelwatch.ts";

const launcher = join(project, "bin", "tunnelwatch.mjs");

/** Arguments of Node that make it say that it is this version. */
function pretending(version: string): readonly string[] {
	const pretend = `Object.defineProperty(process, "versions", { value: { ...process.versions, node: "${version}" } });`;
	return ["--import", `data:text/javascript,${encodeURIComponent(pretend)}`];
}

test("starts the command line", () => {
	const ran = spawnSync(process.execPath, [launcher, "--version"], { encoding: "utf8" });
	expect(ran).toMatchObject({ status: 0, stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/), stderr: "" });
});

test.each(["18.20.0", "20.20.2", "22.22.0"])("without the clone's own Node, %s gets one sentence that says what is needed", (version) => {
	const bare = mkdtempSync(join(tmpdir(), "tunnelwatch-launcher-"));
	onTestFinished(() => rmSync(bare, { recursive: true, force: true }));
	cpSync(launcher, join(bare, "bin", "tunnelwatch.mjs"));
	const args = [...pretending(version), join(bare, "bin", "tunnelwatch.mjs"), "run", "samples/"];
	const ran = spawnSync(process.execPath, args, { encoding: "utf8" });
	expect(ran).toMatchObject({ status: 1, stdout: "" });
	expect(ran.stderr).toContain(`Tunnelwatch needs Node.js 24 or newer; this is ${version}.`);
	expect(ran.stderr.trim().split("\n")).toHaveLength(1);
});

const hasOwnNode = existsSync(join(project, "node_modules", "node", "bin", "node"));
if (!hasOwnNode) process.stdout.write("Handing over is left out: the scripts of npm ci, which bring the clone's own Node, did not run.\n");

test.skipIf(!hasOwnNode)("in a clone, an older Node hands over to the clone's own: the same output and exit code, and no warning", () => {
	const run = (...args: readonly string[]) =>
		spawnSync(process.execPath, [...pretending("20.20.2"), launcher, ...args], { encoding: "utf8" });
	expect(run("--version")).toMatchObject({ status: 0, stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/), stderr: "" });
	expect(run("rnu")).toMatchObject({ status: 2, stdout: "", stderr: expect.stringContaining("Did you mean run?") });
});

test.skipIf(!hasOwnNode).each(["SIGINT", "SIGTERM"] as const)(
	"%s reaches a command on the clone's own Node, which ends and takes the launcher along",
	async (signal) => {
		const child = spawn(process.execPath, [...pretending("20.20.2"), launcher, "run", "--what-if", "--json", "-"], { timeout: 300_000 });
		const said = { stdout: "", stderr: "" };
		child.stderr.setEncoding("utf8").on("data", (text: string) => {
			said.stderr += text;
		});
		child.stdout.setEncoding("utf8").on("data", (text: string) => {
			if (!said.stdout.includes('"match"') && `${said.stdout}${text}`.includes('"match"')) child.kill(signal);
			said.stdout += text;
		});
		// Stays open: only the signal ends it.
		child.stdin.write(readFileSync(join(project, "samples", "event-hub.ndjson")));
		// The streams close when both processes have ended.
		const [code, by] = await once(child, "close");
		expect(by === null ? code : 128 + constants.signals[by as NodeJS.Signals]).toBe(128 + constants.signals[signal]);
		expect(said.stderr).toContain("Stopped by");
	},
);

test("a clone is for the Nodes that can hand over, the package for those that run it", () => {
	const own = readFileSync(join(project, "package.json"), "utf8");
	expect(JSON.parse(own)).toMatchObject({ engines: { node: ">=20" } });
	expect(JSON.parse(packedManifest(own))).toMatchObject({ engines: { node: ">=24" } });
});
