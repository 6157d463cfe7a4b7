import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { problemsOf } from "../../lib/app/health.ts";
import { createRoutesFile } from "../../lib/app/routes-file.ts";
import { readSettings, type Settings } from "../../lib/app/settings.ts";
import { destinationKinds } from "../../lib/notify/index.ts";
import { readOutbox } from "../../lib/outbox/outbox.ts";
import { at } from "../builders.ts";
import { createMemoryTable } from "../simulation/memory-table.ts";

let folder: string;
let path: string;
beforeEach(() => {
	folder = mkdtempSync(join(tmpdir(), "tunnelwatch-routes-"));
	path = join(folder, "routes.json");
});
afterEach(() => {
	rmSync(folder, { recursive: true, force: true });
});

const teams = destinationKinds[0]?.example["TEAMS_WEBHOOK_URL"] ?? "";
const good = '[{"name":"Labs","when":{"deviceGroup":["Labs"]},"to":["teams-labs"]}]';

function settings(change: Readonly<Record<string, string>> = {}): Settings {
	const read = readSettings({ TEAMS_WEBHOOK_URL: teams, TEAMS_WEBHOOK_URL_LABS: `${teams}2`, ...change });
	if (!read.ok) throw new Error(read.mistakes.join());
	return read.settings;
}

test("without a file there is no table, and nothing is wrong; a named file that is not there is a mistake", async () => {
	const none = createRoutesFile(settings(), () => path);
	await none.refresh(at("21T10:00:00"));
	expect([none.current(), none.mistakes()]).toEqual([undefined, []]);
	const named = createRoutesFile(settings({ ROUTES_FILE: path }));
	await named.refresh(at("21T10:00:00"));
	expect([named.current(), named.mistakes()]).toEqual([undefined, ["ROUTES_FILE: the file cannot be read (absent)"]]);
});

test("a broken file silences nothing: the last good one counts, it is said as a problem, and is over with the next good one", async () => {
	writeFileSync(path, good);
	const file = createRoutesFile(settings(), () => path);
	await file.refresh(at("21T10:00:00"));
	expect(file.current()).toMatchObject([{ name: "Labs", to: ["teams-labs"] }]);
	writeFileSync(path, good.replace("teams-labs", "teams-apac"));
	await file.refresh(at("21T10:01:00"));
	expect(file.current()).toMatchObject([{ name: "Labs", to: ["teams-labs"] }]);
	const state = await readOutbox(
		createMemoryTable(() => at("21T10:01:00")),
		["teams"],
		at("21T10:01:00"),
	);
	expect(problemsOf(state, { approvals: { mistakes: () => [] }, routes: file }, at("21T10:01:00"))).toMatchObject([
		{
			code: "settings-wrong",
			subject: "routes",
			what: "ROUTES_FILE: routes[0] (Labs).to[0]: teams-apac is not set; set TEAMS_WEBHOOK_URL_APAC",
		},
	]);
	writeFileSync(path, `${good} `);
	await file.refresh(at("21T10:02:00"));
	expect(file.mistakes()).toEqual([]);
});

test("a broken file from the start leaves no table: everything goes everywhere", async () => {
	writeFileSync(path, "[{]");
	const file = createRoutesFile(settings(), () => path);
	await file.refresh(at("21T10:00:00"));
	expect(file.current()).toBeUndefined();
	expect(file.mistakes()).toEqual([expect.stringMatching(/^ROUTES_FILE: the file is not JSON/)]);
});

test("until stored routes can be read, those of the package count, and it is said", async () => {
	writeFileSync(path, good);
	const address = "https://account.blob.core.windows.net/app-config/routes.json";
	const answers = [
		{ version: "HTTP 403", json: undefined },
		{ version: "2", json: "[]" },
	] as const;
	let reads = 0;
	const file = createRoutesFile(
		settings({ ROUTES_FILE: address }),
		() => path,
		() => () => Promise.resolve(answers[reads++] ?? "same"),
	);
	await file.refresh(at("21T10:00:00"));
	expect(file.current()).toHaveLength(1);
	expect(file.mistakes()).toEqual([
		"ROUTES_FILE: the file cannot be read (HTTP 403)",
		"ROUTES_FILE: until the stored routes can be read, the package's own count (1 lines)",
	]);
	await file.refresh(at("21T10:01:00"));
	expect([file.current(), file.mistakes()]).toEqual([[], []]);
});

test("batches that start together all wait for the first reading: none is led as if there were no routes", async () => {
	const address = "https://account.blob.core.windows.net/app-config/routes.json";
	const asked = Promise.withResolvers<{ readonly version: string; readonly json: string }>();
	const file = createRoutesFile(
		settings({ ROUTES_FILE: address }),
		() => path,
		() => () => asked.promise,
	);
	const seen: unknown[] = [];
	const batch = async (now: Date) => {
		await file.refresh(now);
		seen.push(file.current()?.length);
	};
	const batches = [batch(at("21T10:00:00")), batch(at("21T10:00:00")), batch(at("21T10:00:30"))];
	await new Promise(setImmediate);
	expect(seen).toEqual([]);
	asked.resolve({ version: "1", json: good });
	await Promise.all(batches);
	expect(seen).toEqual([1, 1, 1]);
});
