import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { tunnelwatch } from "./tunnelwatch.ts";

let folder: string;
let env: Readonly<Record<string, string>>;
beforeAll(async () => {
	folder = mkdtempSync(join(tmpdir(), "tunnelwatch-answers-"));
	env = { DATA_FOLDER: join(folder, "data") };
	await tunnelwatch(["run", "--json", "samples/", "--approvals", "samples/approvals.json"], { env });
});
afterAll(() => {
	rmSync(folder, { recursive: true, force: true });
});

/** Ids of findings of the samples; each test has its own. */
const laptop = "cf-2e47a13c8270";
const renamed = "cf-68da0117a219";
const critical = "cf-efbbf1b83a3d";
const quick = "cf-9ae6e154a04e";
const ours = "cf-d159faedb65d";

function findings(...args: readonly string[]) {
	return tunnelwatch(["findings", ...args], { env });
}

/** An answer by somebody who says so: not every machine has a name for whoever runs the tests. */
function by(name: string, command: string, id: string, ...options: readonly string[]) {
	return findings(command, id, "--by", name, ...options);
}

/** What was said about it, the oldest first. */
async function saidOf(id: string) {
	const [line] = (await findings("show", id, "--json")).lines;
	return line?.["history"];
}

test("acknowledging says who is on it; a second person is told so, and may leave a note", async () => {
	expect(await by("Kim Lee", "ack", renamed)).toMatchObject({
		code: 0,
		stdout: `${renamed}: Acknowledged by Kim Lee (unverified).\nEveryone who was told hears of it within a minute, or with the next run on this machine.\n`,
		stderr: "",
	});
	expect(await by("Ana", "ack", renamed)).toMatchObject({
		code: 1,
		stdout: "",
		stderr: "Refused: Someone is already on it.\n",
	});
	expect((await by("Ana", "ack", renamed, "--note", "I have the owner on the phone")).code).toBe(0);

	const shown = await findings("show", renamed);
	expect(shown.code).toBe(0);
	expect(shown.stdout).toContain("          acknowledged by Kim Lee (unverified) until ");
	expect(shown.stdout).toMatch(/Z {2}Acknowledged by Ana \(unverified\), from the command line: I have the owner on the phone\n$/);
	expect(await saidOf(renamed)).toMatchObject([
		{ answer: "acknowledge", by: "Kim Lee", how: "cli", verified: false, notice: 2 },
		{ answer: "acknowledge", by: "Ana", note: "I have the owner on the phone", notice: 2 },
	]);
});

test("a silence says what it covers, is listed while it lasts, and ends when it is lifted", async () => {
	const silenced = await by("Kim Lee", "silence", critical, "--for", "7d", "--note", "change 4711");
	expect(silenced.code).toBe(0);
	expect(silenced.stdout).toMatch(
		new RegExp(`^${critical}: Silenced until .* UTC by Kim Lee \\(unverified\\)\\.\nIt covers this, and nothing else:\n`),
	);
	expect(silenced.stdout).toContain("rdp[:]//localhost:3389");
	expect((await findings("--silenced", "--json")).lines.map((line) => line["finding"])).toEqual([critical]);
	const [shown] = (await findings("show", critical, "--json")).lines;
	expect(shown).toMatchObject({ status: "open", silenced: { by: "Kim Lee", held: 0, severity: "critical", note: "change 4711" } });

	const { stdout: words } = await findings("show", critical);
	expect(words).toContain("\nTunnel    Quick tunnel, no account\n");
	expect(words).not.toMatch(/\b1 (events|notices)\b/);
	expect(words).toMatch(/\nSeen {6}\d+ events, last .*; \d+ notices?\n/);

	const [lifted] = (await by("Ana", "unsilence", critical, "--json")).lines;
	expect(lifted).toMatchObject({ finding: critical, history: [{ answer: "silence" }, { answer: "lift", by: "Ana", held: 0 }] });
	expect(lifted).not.toHaveProperty("silenced");
	expect((await findings("--silenced", "--json")).lines).toEqual([]);
	expect(await by("Kim Lee", "unsilence", critical)).toMatchObject({ code: 1, stderr: "Refused: It is not silenced.\n" });
});

test("a finding that is confirmed as not ours cannot be silenced until it is closed, and a closed one takes no answer", async () => {
	expect((await by("Kim Lee", "escalate", quick)).stdout).toContain(`${quick}: Confirmed not ours by Kim Lee (unverified).`);
	expect(await by("Kim Lee", "silence", quick)).toMatchObject({
		code: 1,
		stderr: expect.stringContaining("It cannot be silenced until it is closed."),
	});
	const [closed] = (await by("Kim Lee", "close", quick, "--as", "false-positive", "--json")).lines;
	expect(closed).toMatchObject({
		status: "closed",
		severity: "high",
		history: [{ answer: "not-ours" }, { answer: "close", as: "false-positive" }],
	});
	expect((await findings("--open", "--json")).lines.map((line) => line["finding"])).not.toContain(quick);
	expect(await by("Kim Lee", "ack", quick)).toMatchObject({ code: 1, stderr: expect.stringContaining("This finding is closed.") });
});

describe("what is refused changes nothing", () => {
	test.each([
		["more than 30 days", ["--for", "31d"], 1, "Refused: A silence lasts 30 days at most."],
		["a moment that has passed", ["--until", "2020-01-01"], 1, "Refused: That moment has passed."],
		["no unit", ["--for", "7"], 2, "Write hours or days, such as 12h or 7d."],
		["a moment without its zone", ["--until", "2030-01-01T10:00"], 2, "a moment with its zone"],
		["both lengths", ["--for", "7d", "--until", "2030-01-01"], 2, "cannot be used with"],
		["a name without a letter", ["--by", "42"], 1, "Refused: Write your name"],
	])("a silence with %s", async (_, options, code, says) => {
		expect(await by("Kim Lee", "silence", laptop, ...options)).toMatchObject({ code, stdout: "", stderr: expect.stringContaining(says) });
		expect(await saidOf(laptop)).toEqual([]);
	});

	test("an answer to what nobody was told", async () => {
		expect(await by("Kim Lee", "ack", ours)).toMatchObject({
			code: 1,
			stderr: expect.stringContaining("Nobody has been told about this finding"),
		});
	});

	test.each(["show", "ack", "silence", "unsilence", "escalate", "close"])(
		"findings %s for an id that there is not: exit 1",
		async (command) => {
			for (const id of ["cf-000000000000", "nonsense", `${laptop}0`, "cf-"]) {
				expect(await findings(command, id)).toMatchObject({
					code: 1,
					stdout: "",
					stderr: "No finding with this id; `tunnelwatch findings` lists them.\n",
				});
			}
		},
	);
});

describe("an approval made from a finding", () => {
	const add = (file: string, id: string) =>
		tunnelwatch(["approvals", "add", "--file", file, "--finding", id, "--owner", "Platform team", "--until", "2035-01-01"], { env });

	test("names its one account and tunnel, and who answers for it", async () => {
		const file = join(folder, "approvals.json");
		const ran = await add(file, laptop);
		expect(ran).toMatchObject({ code: 0, stderr: "", stdout: expect.stringContaining("Have it reviewed") });
		expect(JSON.parse(readFileSync(file, "utf8"))).toEqual({
			approvals: [
				{
					name: "Tunnel of fin-lt-0142.corp.example.com",
					reason: `Reviewed after finding ${laptop}`,
					owner: "Platform team",
					until: "2035-01-01",
					account: "9f86d081884c7d659a2feaa0c55ad015",
					tunnels: ["6ff42ae2-765d-4adf-8112-31c55c1551ef"],
				},
			],
		});
		expect(await saidOf(laptop)).toEqual([]);
	});

	test.each([
		["a renamed program", renamed, "Refused: The program runs under another name"],
		["a tunnel that nobody can see", quick, "Refused: The records show no account and tunnel together"],
		["no finding at all", "cf-000000000000", "No finding with this id"],
	])("is refused for %s, and no file is written: exit 1", async (_, id, says) => {
		const file = join(folder, "none.json");
		expect(await add(file, id)).toMatchObject({ code: 1, stdout: "", stderr: expect.stringContaining(says) });
		expect(existsSync(file)).toBe(false);
	});
});
