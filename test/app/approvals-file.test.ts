import { mkdtempSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { createApprovalsFile } from "../../lib/app/approvals-file.ts";
import { createStoredFile } from "../../lib/app/stored-file.ts";
import { at } from "../builders.ts";
import { listen } from "../notify/loopback.ts";

const account = "5a3c1f7e9b2d4860a1c4e7f20b9d6835";
const good = JSON.stringify({
	approvals: [{ account, tunnels: ["6ff42ae2-765d-4adf-8112-31c55c1551ef"], owner: "platform", reason: "intranet", until: "2027-01-01" }],
});

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

test("a file that is no list, however large, costs little and is named", async () => {
	writeFileSync(path, good);
	// Sparse: it takes no room, and nobody may read it whole.
	truncateSync(path, 3_000_000_000);
	const file = createApprovalsFile(path);
	await file.refresh(at("21T10:00:00"));
	expect(file.mistakes()).toEqual(["APPROVALS_FILE: the file is larger than 1 MB"]);
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

describe("a list in storage", () => {
	/** A blob service on loopback: text, status and version can be changed, requests are kept. */
	async function blob() {
		const state = { text: good, status: 200, etag: '"1"', tokens: [] as (string | undefined)[], conditions: [] as (string | undefined)[] };
		const base = await listen((request, response) => {
			state.tokens.push(request.headers.authorization);
			state.conditions.push(request.headers["if-none-match"]);
			const same = request.headers["if-none-match"] === state.etag && state.status === 200;
			response.writeHead(same ? 304 : state.status, { etag: state.etag });
			response.end(same ? "" : state.text);
		});
		const file = createApprovalsFile(
			`${base}/app-config/approvals.json`,
			() => path,
			(address) => createStoredFile({ address, getToken: () => Promise.resolve("a-token"), timeoutMs: 60_000 }),
		);
		return { state, file };
	}

	test("is read as the app's identity, and only fetched again when it changed", async () => {
		const { state, file } = await blob();
		await file.refresh(at("21T10:00:00"));
		await file.refresh(at("21T10:01:00"));
		expect(state.tokens).toEqual(["Bearer a-token", "Bearer a-token"]);
		expect(state.conditions).toEqual([undefined, '"1"']);
		expect(file.current()).toHaveLength(1);
		expect(file.mistakes()).toEqual([]);
	});

	test.each([
		["a wrong list", { text: "{", etag: '"2"' }],
		["a refusal", { status: 403 }],
		["a list that is gone", { status: 404 }],
		["a list of more than a megabyte", { text: "x".repeat(1024 * 1024 + 1), etag: '"2"' }],
	])("%s: the last good one is kept, it is said, and the next good one counts", async (_title, damage) => {
		const { state, file } = await blob();
		await file.refresh(at("21T10:00:00"));
		Object.assign(state, damage);
		await file.refresh(at("21T10:01:00"));
		expect(file.current()).toHaveLength(1);
		expect(file.mistakes()).toHaveLength(1);
		Object.assign(state, { text: '{"approvals": []}', status: 200, etag: '"3"' });
		await file.refresh(at("21T10:02:00"));
		expect(file.current()).toEqual([]);
		expect(file.mistakes()).toEqual([]);
	});

	test("until it can be read, the list in the package counts, and it is said", async () => {
		writeFileSync(path, good);
		const { state, file } = await blob();
		state.status = 403;
		await file.refresh(at("21T10:00:00"));
		expect(file.current().map((one) => one.account)).toEqual([account]);
		expect(file.mistakes()).toEqual([
			"APPROVALS_FILE: the file cannot be read (HTTP 403)",
			"APPROVALS_FILE: until the stored list can be read, the package's own counts (1 approvals)",
		]);
		Object.assign(state, { status: 200, text: '{"approvals": []}' });
		await file.refresh(at("21T10:01:00"));
		expect([file.current(), file.mistakes()]).toEqual([[], []]);
	});
});
