import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { createApprovalsFile } from "../../lib/app/approvals-file.ts";
import { at } from "../builders.ts";

const account = "5a3c1f7e9b2d4860a1c4e7f20b9d6835";
const good = JSON.stringify({ approvals: [{ account, tunnels: "any", owner: "platform", reason: "intranet", until: "2027-01-01" }] });

let folder: string;
let path: string;
beforeEach(() => {
	folder = mkdtempSync(join(tmpdir(), "tunnelwatch-approvals-"));
	path = join(folder, "approvals.json");
});
afterEach(() => {
	rmSync(folder, { recursive: true, force: true });
});

test("a good file counts", async () => {
	writeFileSync(path, good);
	const file = createApprovalsFile(path);
	await file.refresh(at("21T10:00:00"));
	expect(file.current().map((one) => one.account)).toEqual([account]);
	expect(file.mistakes()).toEqual([]);
});

test("a wrong file stops nothing: the last good one counts, and the mistake is told", async () => {
	writeFileSync(path, good);
	const file = createApprovalsFile(path);
	await file.refresh(at("21T10:00:00"));
	writeFileSync(path, '{"approvals": [{"account": "canary"}]}');
	await file.refresh(at("21T10:01:00"));
	expect(file.current().map((one) => one.account)).toEqual([account]);
	expect(file.mistakes().join()).toMatch(/^APPROVALS_FILE: approvals\[0\]/);
	expect(file.mistakes().join()).not.toContain("canary");
});

test("an approval that ends later is warned about from then on, although the file did not change", async () => {
	writeFileSync(path, good.replace("2027-01-01", "2026-11-21"));
	const file = createApprovalsFile(path);
	await file.refresh(at("21T10:00:00"));
	expect(file.warnings(at("21T23:59:59"))).toEqual([]);
	expect(file.warnings(at("22T00:00:00"))).toEqual(["APPROVALS_FILE: approvals[0] ended on 2026-11-21: renew or remove it"]);
});

test("it is looked at again after a minute, not before", async () => {
	writeFileSync(path, '{"approvals": []}');
	const file = createApprovalsFile(path);
	await file.refresh(at("21T10:00:00"));
	writeFileSync(path, good);
	await file.refresh(at("21T10:00:59"));
	expect(file.current()).toEqual([]);
	await file.refresh(at("21T10:01:00"));
	expect(file.current()).toHaveLength(1);
});

test("a file that a setting names must be there; the default one need not", async () => {
	const named = createApprovalsFile(path);
	await named.refresh(at("21T10:00:00"));
	expect(named.mistakes()).toEqual(["APPROVALS_FILE: the file cannot be read (absent)"]);

	const standard = createApprovalsFile(undefined);
	await standard.refresh(at("21T10:00:00"));
	expect(standard.mistakes()).toEqual([]);
});
