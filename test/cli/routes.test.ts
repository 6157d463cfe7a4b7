import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { destinationKinds } from "../../lib/notify/index.ts";
import { tunnelwatch } from "./tunnelwatch.ts";

let folder: string;
let file: string;
beforeAll(() => {
	folder = mkdtempSync(join(tmpdir(), "tunnelwatch-routes-"));
	file = join(folder, "routes.json");
});
afterAll(() => {
	rmSync(folder, { recursive: true, force: true });
});

const teams = destinationKinds[0]?.example["TEAMS_WEBHOOK_URL"] ?? "";
const set = { TEAMS_WEBHOOK_URL: teams, TEAMS_WEBHOOK_URL_LABS: `${teams}2` };

test("check names every mistake, and what is good but perhaps not meant", async () => {
	writeFileSync(
		file,
		JSON.stringify([
			{ name: "Labs", when: { severity: ">high" }, to: ["teams-apac"] },
			{ name: "Rest", to: [] },
		]),
	);
	const wrong = await tunnelwatch(["routes", "check", file], { env: set });
	expect(wrong).toMatchObject({ code: 1, stdout: "" });
	expect(wrong.stderr).toMatch(/routes\[0\] \(Labs\)\.when\.severity: must be one of[\s\S]+routes\[1\] \(Rest\)\.to: names no destination/);

	writeFileSync(file, JSON.stringify([{ name: "All", to: ["teams"] }]));
	expect(await tunnelwatch(["routes", "check", file], { env: set })).toMatchObject({
		code: 0,
		stdout: `warning  no line leads to teams-labs, so no finding ever goes there\n1 line in ${file}: good, with 1 to look at.\n`,
	});
	const none = join(folder, "no.json");
	expect(await tunnelwatch(["routes", "check", none], { env: set })).toMatchObject({
		code: 1,
		stderr: `Cannot read ${none}: there is no such file.\n`,
	});
	expect(await tunnelwatch(["routes", "check", file], { env: { ...set, TEAMS_FROM: "CANARY" } })).toMatchObject({ code: 2 });
});

test("explain says for each finding of an export which line leads it and why the earlier ones do not", async () => {
	writeFileSync(
		file,
		JSON.stringify([
			{ name: "Nowhere", when: { deviceGroup: ["no such group"] }, to: ["teams"] },
			{ name: "Everything", to: ["teams-labs"] },
		]),
	);
	const options = ["routes", "explain", "--file", "samples", "--routes", file];
	const { code, stdout } = await tunnelwatch(options, { env: set });
	expect(code).toBe(0);
	expect(stdout).toMatch(/^ {2}Nowhere +no: deviceGroup is .+, the line wants no such group$/m);
	expect(stdout).toMatch(/^ {2}Everything +holds: teams-labs$/m);
	const lines = (await tunnelwatch([...options, "--json"], { env: set })).stdout
		.trim()
		.split("\n")
		.map((line) => JSON.parse(line) as object);
	expect(lines.length).toBeGreaterThan(1);
	for (const line of lines) expect(line).toMatchObject({ type: "route", line: "Everything", tells: ["teams-labs"], keeps: [], told: [] });
});

test("explain wants a finding or an export, and a slip is answered with what was meant", async () => {
	expect(await tunnelwatch(["routes", "explain"])).toMatchObject({ code: 2 });
	expect((await tunnelwatch(["routes", "explian"])).stderr).toContain("explain");
	expect(
		(await tunnelwatch(["routes", "explain", "cf-000000000000", "--routes", file], { env: { ...set, DATA_FOLDER: folder } })).stderr,
	).toContain("No finding with this id");
});
