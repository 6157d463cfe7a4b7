import { mkdtempDisposable } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { figuresOf } from "../../cli/backtest/figures.ts";
import { htmlReport } from "../../cli/backtest/html.ts";
import { replay } from "../../cli/backtest/replay.ts";
import { readSettings } from "../../lib/app/settings.ts";
import type { Sighting } from "../../lib/sighting/sighting.ts";
import { readApprovals } from "../../lib/verdict/approvals.ts";
import { aSighting, at, redacted } from "../builders.ts";
import { everywhere } from "../notify/everywhere.ts";
import { forbidden, hostileRuns, hostileText } from "../notify/hostile.ts";
import { tunnelwatch } from "./tunnelwatch.ts";

const read = readSettings({});
if (!read.ok) throw new Error("settings");
const { settings } = read;
const base = aSighting();
let records = 0;
const seen = (device: string, when: string, more: Partial<Sighting> = {}): Sighting =>
	aSighting({ recordId: `r${++records}`, device: { ...base.device, id: redacted(device), name: redacted(device) }, at: at(when), ...more });

test("an empty folder is no history without findings: it says so, and ends as run does", async () => {
	await using folder = await mkdtempDisposable(join(tmpdir(), "tunnelwatch-"));
	for (const command of [["backtest"], ["approvals", "propose"]]) {
		const { code, stderr } = await tunnelwatch([...command, folder.path]);
		expect([code, stderr.trim()]).toEqual([1, "Nothing to read: the folder is empty."]);
	}
});

describe("a backtest", () => {
	test("plays records in their own time: a reminder after the quiet period, none within it", async () => {
		const { notices, held } = await replay([seen("pc", "23T11:00:00"), seen("pc", "21T10:00:00"), seen("pc", "21T10:05:00")], [], settings);
		expect(notices.map(({ at: when, reason }) => [when.toISOString(), reason])).toEqual([
			["2026-11-21T10:00:00.000Z", "new"],
			["2026-11-23T11:00:00.000Z", "still"],
		]);
		expect(held).toEqual({ approved: 0, quiet: 1 });
	});

	test("counts what approvals hold back", async () => {
		const tunnel = { account: "a".repeat(32), tunnelId: "11111111-2222-4333-8444-555555555555", endpoint: "", fingerprint: "00000000" };
		const file = readApprovals(
			JSON.stringify({
				approvals: [{ account: tunnel.account, tunnels: [tunnel.tunnelId], owner: "a", reason: "b", until: "2027-01-01" }],
			}),
			at("21T00:00:00"),
		);
		if (!file.ok) throw new Error("approvals");
		const program = { ...base.program, renamed: false, folderClass: "standard" as const };
		const ours = seen("pc", "21T10:00:00", { tunnel, mode: "named-token", program, exposes: [] });
		expect((await replay([ours], [], settings)).notices).toHaveLength(1);
		expect(await replay([ours], file.approvals, settings)).toMatchObject({ notices: [], held: { approved: 1 } });
	});

	test("shows quiet days between loud ones", async () => {
		const { days } = figuresOf(await replay([seen("a", "21T10:00:00"), seen("b", "24T10:00:00")], [], settings));
		expect(days.map(({ day, sightings }) => [day, sightings])).toEqual([
			["2026-11-21", 1],
			["2026-11-22", 0],
			["2026-11-23", 0],
			["2026-11-24", 1],
		]);
	});
});

test("the page runs no scripts, loads nothing, and shows names from devices as text", async () => {
	const hostile = seen("<img src=x onerror=alert(1)>", "21T10:00:00", {
		exposes: [{ text: redacted("http://evil.example/<script>"), class: "http" }],
	});
	const page = htmlReport(figuresOf(await replay([hostile], [], settings)), { title: "Report", made: at("25T10:00:00") });
	expect(page).toContain("default-src 'none'");
	expect(page).not.toMatch(/<script|<img|<link|<iframe|href=/i);
	expect(page).toContain("onerror=alert(1)&gt;");
});

test("hostile text of devices adds no mark to the report, and no link or invisible character to its text", async () => {
	const raw = aSighting({ exposes: [{ text: redacted("x"), class: "http" }] });
	const page = async (text: string): Promise<string> =>
		htmlReport(figuresOf(await replay([{ ...everywhere(raw, text), at: raw.at }], [], settings)), {
			title: "Report",
			made: at("25T10:00:00"),
		});
	const tagsOf = (html: string): readonly string[] => html.replaceAll(/cf-[0-9a-f]{12}/g, "cf-…").match(/<[^>]*>/g) ?? [];
	const ours = new Set(tagsOf(await page("x")));
	await fc.assert(
		fc.asyncProperty(hostileText, async (text) => {
			const html = await page(text);
			const others = tagsOf(html).filter((tag) => !ours.has(tag));
			if (others.length > 0) throw new Error(`marks that are not ours: ${others.join()}`);
			const body = html
				.slice(html.indexOf("<body>"))
				.replaceAll(/<[^>]*>/g, " ")
				.replaceAll("\n", " ");
			const shown = body
				.replaceAll("&lt;", "<")
				.replaceAll("&gt;", ">")
				.replaceAll("&quot;", '"')
				.replaceAll("&#39;", "'")
				.replaceAll("&amp;", "&");
			const left = forbidden.exec(shown);
			if (left !== null) throw new Error(`text that is forbidden: ${shown.slice(Math.max(0, left.index - 40), left.index + 40)}`);
		}),
		{ numRuns: hostileRuns(200) },
	);
});

test("the command filters by time and device, and writes the page", async () => {
	const all = await tunnelwatch(["backtest", "samples/", "--json"]);
	const some = await tunnelwatch([
		"backtest",
		"samples/",
		"--json",
		"--device",
		"SRV-DC01",
		"--since",
		"2026-11-21",
		"--until",
		"2026-11-22",
	]);
	const wrong = await tunnelwatch(["backtest", "samples/", "--since", "yesterday"]);
	const devices = (ran: typeof all) => ran.lines.filter((line) => line["type"] === "finding").map((line) => line["deviceName"]);

	expect(devices(all)).toHaveLength(7);
	expect(devices(some)).toEqual(["srv-dc01.corp.example.com"]);
	expect(all.lines.at(-1)).toMatchObject({ type: "summary", findings: 7 });
	expect([all.code, some.code, wrong.code]).toEqual([0, 0, 2]);
});

test("approvals that cannot be read end it with exit code 2 and a sentence", async () => {
	const ran = await tunnelwatch(["backtest", "samples/", "--approvals", "no-such-file.json"]);
	expect(ran).toMatchObject({ code: 2, stdout: "", stderr: "Cannot read no-such-file.json: there is no such file.\n" });
});
