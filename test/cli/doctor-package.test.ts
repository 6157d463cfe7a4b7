import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { checkPackage } from "../../cli/doctor/package.ts";
import { listen } from "../notify/loopback.ts";

const sha256 = "ab".repeat(32);
const healthy = { ok: true, problems: [], package: { version: "1.2.3", sha256 } };

/** What doctor says of an app whose health answers this, for a file with this checksum. */
async function examine(answer: unknown, given?: { readonly checksum?: string; readonly status?: number; readonly key?: string }) {
	const base = await listen((request, response) => {
		response.statusCode = request.headers["x-functions-key"] === "right" ? (given?.status ?? 200) : 401;
		response.end(typeof answer === "string" ? answer : JSON.stringify(answer));
	});
	const folder = mkdtempSync(join(tmpdir(), "tunnelwatch-doctor-"));
	onTestFinished(() => rmSync(folder, { recursive: true }));
	const checksumFile = given?.checksum === undefined ? undefined : join(folder, "app.zip.sha256");
	if (checksumFile !== undefined) writeFileSync(checksumFile, `${given?.checksum ?? ""}  app.zip\n`);
	return checkPackage({ health: `${base}/api/health`, key: given?.key ?? "right", checksumFile });
}

test("the released package is recognised, also by an app that has other trouble", async () => {
	const ok = { verdict: "ok", says: `Version 1.2.3 runs, package ${sha256.slice(0, 12)}…: the one that was given.` };

	expect(await examine(healthy, { checksum: sha256 })).toMatchObject(ok);
	expect(await examine({ ...healthy, ok: false }, { checksum: sha256, status: 503 })).toMatchObject(ok);
});

test("another package is a failure that names both", async () => {
	expect(await examine(healthy, { checksum: "cd".repeat(32) })).toMatchObject({
		verdict: "failure",
		says: "Version 1.2.3 runs, package abababababab…. The one that was given is cdcdcdcdcdcd…",
	});
});

test("without a file it says what runs", async () => {
	expect(await examine(healthy)).toMatchObject({ verdict: "ok", says: "Version 1.2.3 runs, package abababababab…" });
});

test.each([
	["an app that does not say what runs", { ok: true }, {}, "Health answers 200 and does not say which package runs."],
	["an answer that is no JSON", "<html>", {}, "Health does not answer (SyntaxError)."],
	["a wrong key", healthy, { key: "wrong" }, "Health refuses the key (401)."],
	["a file that is no checksum", healthy, { checksum: "hello" }, "The file with the checksum cannot be read."],
])("%s is a failure with what to do", async (_title, answer, given, says) => {
	const result = await examine(answer, given);

	expect(result).toMatchObject({ verdict: "failure", says });
	expect(JSON.stringify(result)).not.toMatch(/127\.0\.0\.1|wrong"/);
});

test.each(["http://example.com/api/health", "example.com", ""])("the key is not sent to %j", async (health) => {
	expect(await checkPackage({ health, key: "right", checksumFile: undefined })).toMatchObject({
		verdict: "failure",
		says: "The address of health is not one.",
	});
});
