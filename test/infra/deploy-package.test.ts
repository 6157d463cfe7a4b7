import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { root } from "./template.ts";

/** Runs the script with a stand-in for `az` that refuses the first times, as Azure does while roles are new. */
function deployPackage(refusals: number, checksum?: string) {
	const folder = mkdtempSync(join(tmpdir(), "tunnelwatch-deploy-"));
	onTestFinished(() => rmSync(folder, { recursive: true }));
	writeFileSync(join(folder, "az"), `#!/bin/sh\necho "$@" >> "${folder}/calls"\n[ "$(wc -l < "${folder}/calls")" -gt ${refusals} ]\n`, {
		mode: 0o755,
	});
	writeFileSync(join(folder, "app.zip"), "package");
	writeFileSync(join(folder, "app.zip.sha256"), `${checksum ?? createHash("sha256").update("package").digest("hex")}  app.zip\n`);
	writeFileSync(join(folder, "calls"), "");
	const { status, stderr } = spawnSync("bash", [`${root}scripts/infra/deploy-package.sh`, "group", "app", join(folder, "app.zip")], {
		encoding: "utf8",
		env: { PATH: `${folder}:${process.env["PATH"] ?? ""}`, RETRY_SECONDS: "0" },
	});
	const calls = readFileSync(join(folder, "calls"), "utf8")
		.trim()
		.split("\n")
		.filter((line) => line !== "");
	return { status, stderr, calls, folder };
}

test("a package is deployed once, from the zip that is named", () => {
	const { status, calls, folder } = deployPackage(0);

	expect(status).toBe(0);
	expect(calls).toEqual([
		`functionapp deployment source config-zip --resource-group group --name app --src ${folder}/app.zip --output none`,
	]);
});

test("a refusal is tried again until the roles work", () => {
	const { status, calls, stderr } = deployPackage(3);

	expect([status, calls.length]).toEqual([0, 4]);
	expect(stderr).toContain("Attempt 3 failed; roles can take some minutes.");
});

test("ten refusals are enough, and the sentence says what to check", () => {
	const { status, calls, stderr } = deployPackage(99);

	expect([status, calls.length]).toEqual([1, 10]);
	expect(stderr).toContain("Storage Blob Data Contributor on the container app-package");
});

test("a zip that is not the one of its checksum is not deployed", () => {
	const { status, calls } = deployPackage(0, "0".repeat(64));

	expect(status).not.toBe(0);
	expect(calls).toEqual([]);
});
