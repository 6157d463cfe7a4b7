import { cpSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openEmbeddedTable } from "../../cli/embedded-table.ts";
import { findingRange, isFindingRow } from "../../lib/findings/finding-row.ts";
import { partitions } from "../../lib/store/partitions.ts";
import { rowsOf } from "../../lib/store/table.ts";
import { fileWith } from "./input/read-file.ts";
import { tunnelwatch } from "./tunnelwatch.ts";

let folder: string;
let env: Readonly<Record<string, string>>;
beforeAll(async () => {
	folder = mkdtempSync(join(tmpdir(), "tunnelwatch-findings-"));
	// A receiver that will never take anything: nobody listens there.
	env = { DATA_FOLDER: join(folder, "data"), WEBHOOK_URL: "http://127.0.0.1:9/hook" };
	await tunnelwatch(["run", "--json", "samples/", "--approvals", "samples/approvals.json"], { env: { DATA_FOLDER: join(folder, "data") } });
});
afterAll(() => {
	rmSync(folder, { recursive: true, force: true });
});

test("findings lists what was found, the severest first, with whose tunnel it is", async () => {
	const ran = await tunnelwatch(["findings", "--json"], { env });
	expect(ran.code).toBe(0);
	expect(ran.lines.map((line) => line["severity"]).slice(0, 3)).toEqual(["critical", "high", "high"]);
	expect(ran.lines.find((line) => String(line["deviceName"]).startsWith("srv-app-02"))).toMatchObject({
		severity: "info",
		verdict: "ours",
		wanted: 0,
		notices: {},
	});
	expect(ran.lines.find((line) => String(line["deviceName"]).startsWith("fin-lt-0142"))).toMatchObject({
		verdict: "not-ours",
		notices: { console: { state: "done", sent: 1 } },
	});
});

test("findings --dead and retry say so when nothing was given up", async () => {
	expect((await tunnelwatch(["findings", "--dead"], { env })).stdout).toBe("0 findings with notices that failed for good.\n");
	expect((await tunnelwatch(["findings", "retry"], { env })).stdout).toContain("0 notices are queued again");
});

test("findings can be filtered and sorted, and the table has a header", async () => {
	const high = await tunnelwatch(["findings", "--json", "--severity", "high"], { env });
	const ours = await tunnelwatch(["findings", "--json", "--verdict", "ours"], { env });
	const device = await tunnelwatch(["findings", "--device", "SRV-DC01"], { env });
	const sorted = await tunnelwatch(["findings", "--json", "--sort", "device"], { env });
	const wrong = await tunnelwatch(["findings", "--severity", "hihg"], { env });
	const names = sorted.lines.map((line) => String(line["deviceName"]));

	expect(new Set(high.lines.map((line) => line["severity"]))).toEqual(new Set(["critical", "high"]));
	expect(new Set(ours.lines.map((line) => line["verdict"]))).toEqual(new Set(["ours"]));
	expect(device.stdout).toMatch(/^FINDING +SEVERITY +VERDICT +DEVICE .*\ncf-.*srv-dc01.*\n1 finding\.\n$/);
	expect(names).toEqual(names.toSorted((a, b) => a.localeCompare(b)));
	expect(wrong.code).toBe(2);
});

test("a finding that cannot be read is named, the others are listed, and exit code 1 tells a script that one is missing", async () => {
	const data = join(folder, "damaged");
	cpSync(join(folder, "data"), data, { recursive: true });
	const { table } = await openEmbeddedTable(data, "tunnelwatch", "crash");
	for (const partition of partitions)
		for await (const row of rowsOf(table, findingRange(partition)))
			if (isFindingRow(row) && row.values["deviceName"] === "mac-042")
				await table.replace({ ...row, values: { ...row.values, severity: "purple" } }, row.etag);
	table.close();

	const ran = await tunnelwatch(["findings", "--json"], { env: { DATA_FOLDER: data } });
	expect(ran).toMatchObject({ code: 1, stderr: expect.stringMatching(/^cf-[0-9a-f]{12} cannot be read: its row is damaged;/) });
	expect(ran.lines).toHaveLength(6);
});

test("a device without a name is listed, shown and routed by its id", async () => {
	const id = "b7".repeat(20);
	const record = {
		...{ Timestamp: "2026-11-21T20:07:05Z", DeviceId: id, ActionType: "ProcessCreated", FileName: "cloudflared.exe" },
		...{ FolderPath: "C:\\Windows\\Temp\\cloudflared.exe", ProcessCommandLine: "cloudflared.exe tunnel --url rdp://localhost:3389" },
	};
	const nameless = fileWith(JSON.stringify([record]));
	const own = { ...env, DATA_FOLDER: join(folder, "nameless") };
	await tunnelwatch(["run", nameless], { env: { DATA_FOLDER: own.DATA_FOLDER } });
	const [line] = (await tunnelwatch(["findings", "--json"], { env: own })).lines;
	const finding = String(line?.["finding"]);

	expect((await tunnelwatch(["findings"], { env: own })).stdout).toMatch(/^cf-\S+ +\w+ +.* {2}(b7){5}/m);
	expect((await tunnelwatch(["findings", "show", finding], { env: own })).stdout).toContain(`\nDevice    ${id}\n`);
	const routes = fileWith(JSON.stringify([{ name: "All", to: ["webhook"] }]));
	expect((await tunnelwatch(["routes", "explain", finding, "--routes", routes], { env: own })).stdout).toMatch(/^cf-\S+ {2}(b7){20} · /);
});

test("without findings, --json writes nothing: exit 0", async () => {
	const env = { DATA_FOLDER: join(folder, "empty") };
	expect(await tunnelwatch(["findings", "--json"], { env })).toMatchObject({ code: 0, stdout: "", stderr: "" });
});

test("retrying a finding that has nothing to retry: exit 1", async () => {
	expect((await tunnelwatch(["findings", "retry", "cf-000000000000"], { env })).code).toBe(1);
});

test("card writes a page that holds the renderer and the cards, and nothing secret", async () => {
	const out = join(folder, "cards.html");
	const ran = await tunnelwatch(["card", "all", "--out", out], { env });
	expect(ran).toMatchObject({ code: 0, stdout: `6 cards: file://${out}\n` });
	const page = readFileSync(out, "utf8");
	expect(page).toContain("Unapproved Cloudflare tunnel on fin-lt-0142");
	expect(page).not.toContain(Buffer.from("SYNTHETIC-EXAMPLE-THEIRS").toString("base64").slice(0, 30));
});

test("card sample needs no table; an unknown finding is told: exit 1", async () => {
	const out = join(folder, "sample.html");
	expect((await tunnelwatch(["card", "--out", out], { env })).stdout).toContain("6 cards");
	expect((await tunnelwatch(["card", "cf-000000000000"], { env })).code).toBe(1);
});
